// What there is to choose from: plans and results, as the query bases of the service provider list them.

import { getPage } from "../shared/api";
import { Badge, Tone } from "../shared/controls";
import { Graph, iri, Term } from "../shared/rdf";
import { auto, dcterms, ours, rdfMember } from "../shared/terms";
import { Item, ReadPage } from "./picker";
import { provider } from "./place";

const pageSize = 20;

function quoted(words: string): string {
  return `"${words.replace(/[\\"]/g, "\\$&")}"`;
}

function queryOf(container: string, select: string, words: string): string {
  const query = new URLSearchParams({
    "oslc.pageSize": String(pageSize),
    "oslc.select": select,
    "oslc.prefix": `mayfly=<${ours.namespace}>`,
  });
  if (words) query.set("oslc.searchTerms", quoted(words));
  return `${provider}/${container}?${query}`;
}

function reader(container: string, select: string, itemOf: (graph: Graph, member: Term) => Item): ReadPage {
  return async (words, more, signal) => {
    const page = await getPage(more ?? queryOf(container, select, words), rdfMember, signal);
    return { items: page.members.map((one) => itemOf(page.graph, iri(one))), next: page.next };
  };
}

export const readPlans = reader("plans", "dcterms:title,dcterms:description,dcterms:identifier", (graph, plan) => ({
  uri: plan.text,
  label: graph.text(plan, dcterms.title),
  detail: graph.text(plan, dcterms.description),
}));

export const readResults = reader(
  "results",
  "dcterms:title,dcterms:identifier,dcterms:created,oslc_auto:state,oslc_auto:verdict,oslc_auto:contribution{mayfly:state}",
  (graph, result) => {
    const [tone, text] = standing(graph, result);
    return {
      uri: result.text,
      label: graph.text(result, dcterms.title),
      badge: <Badge tone={tone}>{text}</Badge>,
      detail: `${graph.text(result, dcterms.identifier)} · ${moment(graph.text(result, dcterms.created))}`,
    };
  },
);

function localName(term: Term | undefined): string {
  return term?.text.split(/[#:/]/).pop() ?? "";
}

const deployments: Record<string, [Tone, string]> = {
  Active: ["good", "Running"],
  Deploying: ["busy", "Deploying"],
  TearingDown: ["busy", "Tearing down"],
  TornDown: ["quiet", "Torn down"],
  Lost: ["bad", "Failed"],
};

const states: Record<string, [Tone, string]> = {
  new: ["busy", "New"],
  queued: ["busy", "Queued"],
  inProgress: ["busy", "In progress"],
  canceling: ["busy", "Canceling"],
  canceled: ["quiet", "Canceled"],
};

const verdicts: Record<string, [Tone, string]> = {
  passed: ["good", "Passed"],
  warning: ["good", "Passed, with warnings"],
  failed: ["bad", "Failed"],
  error: ["bad", "Failed"],
};

// What became of it counts more than how its launch went.
function standing(graph: Graph, result: Term): [Tone, string] {
  const contribution = graph.object(result, auto.contribution);
  const deployment = contribution && localName(graph.object(contribution, ours.state));
  const state = localName(graph.object(result, auto.state));
  const verdict = localName(graph.object(result, auto.verdict));
  if (state === "canceled" || state === "canceling") return states[state]!;
  return deployments[deployment ?? ""] ?? states[state] ?? verdicts[verdict] ?? ["quiet", state];
}

const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function moment(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : format.format(time);
}
