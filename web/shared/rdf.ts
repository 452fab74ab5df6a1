// As much RDF as our pages need: graphs read from N-Triples, which have no prefixes, no nesting and one
// statement a line, and resources written the same way.

import { rdfType, xmlLiteral, xsd } from "./terms";

export interface Term {
  kind: "iri" | "blank" | "literal";
  text: string;
  datatype?: string;
}

export const iri = (text: string): Term => ({ kind: "iri", text });
export const literal = (text: string, datatype = xsd.string): Term => ({ kind: "literal", text, datatype });

interface Statement {
  subject: Term;
  predicate: string;
  object: Term;
}

const same = (a: Term, b: Term) => a.kind === b.kind && a.text === b.text;

export class Graph {
  private statements: Statement[] = [];

  add(subject: Term, predicate: string, object: Term): void {
    this.statements.push({ subject, predicate, object });
  }
  // Whatever is said of it, and that others have it.
  drop(term: Term): void {
    this.statements = this.statements.filter((one) => !same(one.subject, term) && !same(one.object, term));
  }
  objects(subject: Term, predicate: string): Term[] {
    return this.statements
      .filter((one) => one.predicate === predicate && same(one.subject, subject))
      .map((one) => one.object);
  }
  object(subject: Term, predicate: string): Term | undefined {
    return this.objects(subject, predicate)[0];
  }
  subjectsWith(predicate: string): Term[] {
    return this.statements.filter((one) => one.predicate === predicate).map((one) => one.subject);
  }
  isA(subject: Term, type: string): boolean {
    return this.objects(subject, rdfType).some((one) => one.text === type);
  }
  // The text for people: of markup without its tags.
  text(subject: Term, predicate: string): string {
    const term = this.object(subject, predicate);
    if (!term) return "";
    return term.datatype === xmlLiteral ? textOfMarkup(term.text) : term.text;
  }
  toString(): string {
    return this.statements
      .map(({ subject, predicate, object }) => `${write(subject)} <${predicate}> ${write(object)} .\n`)
      .join("");
  }
}

// The parser never runs or fetches anything: what it makes is not part of the page.
function textOfMarkup(markup: string): string {
  const parsed = new DOMParser().parseFromString(`<x>${markup}</x>`, "application/xml");
  return parsed.querySelector("parsererror") ? markup : (parsed.documentElement.textContent ?? "");
}

function write(term: Term): string {
  if (term.kind === "blank") return `_:${term.text}`;
  if (term.kind === "iri") return `<${term.text}>`;
  const escaped = term.text.replace(/[\\"\n\r\t]/g, (c) => written[c] ?? c);
  return `"${escaped}"` + (term.datatype && term.datatype !== xsd.string ? `^^<${term.datatype}>` : "");
}

const written: Record<string, string> = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t" };
const meant: Record<string, string> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

function unescape(text: string): string {
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, four, eight, one) =>
    one === undefined ? String.fromCodePoint(parseInt(four ?? eight, 16)) : (meant[one] ?? one),
  );
}

const node = String.raw`(?:<[^>]*>|_:\S+)`;
const statement = new RegExp(String.raw`^(${node})\s+<([^>]*)>\s+(?:(${node})|"((?:[^"\\]|\\.)*)"(?:\^\^<([^>]*)>|@\S+)?)\s*\.\s*$`);

function resource(text: string): Term {
  return text.startsWith("<") ? iri(unescape(text.slice(1, -1))) : { kind: "blank", text: text.slice(2) };
}

export function readNTriples(text: string): Graph {
  const graph = new Graph();
  for (const line of text.split("\n")) {
    if (!line.trim() || line.startsWith("#")) continue;
    const found = statement.exec(line);
    if (!found) throw new Error(`This is no statement: ${line}`);
    const [, subject, predicate, object, lexical, datatype] = found;
    graph.add(resource(subject!), predicate!, object ? resource(object) : literal(unescape(lexical!), datatype));
  }
  return graph;
}
