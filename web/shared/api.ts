// Requests to the server that the page came from: RDF in and out as N-Triples, and its refusals as errors
// that know which parameter they are about.

import { Graph, iri, readNTriples } from "./rdf";
import { askForToken, forgetToken, token } from "./session";
import { dcterms, oslc, ours } from "./terms";

export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly parameters: Map<string, string> = new Map(),
  ) {
    super(message);
  }
  // Otherwise nobody knows whether it was done: no answer came, or one that may be another the next time.
  isFinal(): boolean {
    return this.status >= 400 && this.status < 500;
  }
}

// For Idempotency-Key: while no answer is known, a further try has the same key, and the server knows it again.
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return "dialog-" + Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
}

// The server may be known to its clients under another name than the one this page was asked for at, but
// answers both: what it links to is asked for where the page came from, which is all that its policy allows.
export function here(address: string): string {
  const url = new URL(address, location.href);
  return url.pathname + url.search;
}

async function attempt(address: string, options: RequestInit): Promise<Response> {
  const headers = new Headers(options.headers);
  headers.set("OSLC-Core-Version", "3.0");
  if (token()) headers.set("Authorization", `Bearer ${token()}`);
  try {
    // No cookies, and no sign-in window of the browser's.
    return await fetch(here(address), { ...options, headers, credentials: "omit" });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Refusal(0, "The server does not answer.");
  }
}

// Whoever is not signed in is asked to, and then it is tried again.
async function send(address: string, options: RequestInit): Promise<Response> {
  for (;;) {
    const tried = token();
    const answer = await attempt(address, options);
    if (answer.ok) return answer;
    if (answer.status !== 401) {
      const { message, parameters } = readError(answer.headers.get("Content-Type") ?? "", await answer.text());
      throw new Refusal(answer.status, message, parameters);
    }
    if (token() !== tried) continue;  // somebody has signed in meanwhile
    forgetToken();
    await askForToken(tried ? "This token is not known here." : "");
    options.signal?.throwIfAborted();
  }
}

function readError(type: string, text: string): { message: string; parameters: Map<string, string> } {
  const parameters = new Map<string, string>();
  if (type.includes("json")) {
    const problem = JSON.parse(text) as { detail?: string; errors?: { field: string; message: string }[] };
    for (const wrong of problem.errors ?? []) parameters.set(wrong.field, wrong.message);
    return { message: problem.detail ?? "The server refuses.", parameters };
  }
  const graph = readNTriples(text);
  const error = graph.subjectsWith(oslc.message)[0];
  if (!error) return { message: "The server refuses, and does not say why.", parameters };
  for (const cause of graph.objects(error, oslc.cause))
    parameters.set(graph.text(cause, ours.parameter), graph.text(cause, dcterms.description));
  return { message: graph.text(error, oslc.message), parameters };
}

const rdf = "application/n-triples";

export async function get(address: string, signal?: AbortSignal): Promise<Graph> {
  const answer = await send(address, { headers: { Accept: rdf }, signal: signal ?? null });
  return readNTriples(await answer.text());
}

export interface Created {
  address: string;
  graph: Graph;
}

export async function post(address: string, graph: Graph, headers: Record<string, string> = {}): Promise<Created> {
  const answer = await send(address, {
    method: "POST",
    headers: { Accept: rdf, "Content-Type": rdf, ...headers },
    body: graph.toString(),
  });
  return { address: answer.headers.get("Location") ?? "", graph: readNTriples(await answer.text()) };
}

export async function postJson<T>(address: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const answer = await send(address, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  return (await answer.json()) as T;
}

// What a container of ours lists, and where more of it is.
export interface Page {
  graph: Graph;
  members: string[];
  next: string | undefined;
}

export async function getPage(address: string, member: string, signal?: AbortSignal): Promise<Page> {
  const graph = await get(address, signal);
  const container = graph.subjectsWith(member)[0];
  const info = graph.subjectsWith(oslc.nextPage)[0];
  return {
    graph,
    members: container ? graph.objects(container, member).map((one) => one.text) : [],
    next: info && graph.object(iri(info.text), oslc.nextPage)?.text,
  };
}
