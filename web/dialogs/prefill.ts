// What somebody filled in before the dialog was shown.

import { get } from "../shared/api";
import { auto, dcterms, rdfType } from "../shared/terms";
import { readValues, Values } from "./parameters";
import { prefilled } from "./place";

export interface Prefill {
  plan: string;
  title: string; // of a dialog to choose in: the words to search for
  description: string;
  values: Values;
}

export const nothingFilledIn: Prefill = { plan: "", title: "", description: "", values: {} };

export async function readPrefill(): Promise<Prefill> {
  if (!prefilled) return nothingFilledIn;
  const graph = await get(prefilled);
  const request = graph.subjectsWith(rdfType)[0];
  if (!request) return nothingFilledIn;
  return {
    plan: graph.object(request, auto.executesAutomationPlan)?.text ?? "",
    title: graph.text(request, dcterms.title),
    description: graph.text(request, dcterms.description),
    values: readValues(graph, request),
  };
}
