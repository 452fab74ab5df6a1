// What the request in the form would cost, asked of the server while it is being filled in. It starts
// nothing; what the server finds wrong with a field is known before anything is sent.

import { useEffect, useState } from "react";
import { postJson, Refusal } from "../shared/api";
import { xsd } from "../shared/terms";
import { complain, givenOf, Parameter, Values } from "./parameters";
import { restBase, user } from "./place";

interface Offer {
  cloud: string;
  region: string;
  instance_type: string;
  price_usd_hour: number;
}

export interface Estimate {
  offer?: Offer | undefined;
  problem: string; // why there is none
  wrong: ReadonlyMap<string, string>;
}

const nothing: Estimate = { problem: "", wrong: new Map() };
const typingPause = 400;

function typed(parameter: Parameter, text: string): unknown {
  if (parameter.datatype === xsd.boolean) return text === "true";
  return parameter.datatype === xsd.integer || parameter.datatype === xsd.decimal ? Number(text) : text;
}

// As the REST door wants it.
function requestOf(parameters: Parameter[], values: Values): Record<string, unknown> {
  const isCluster = parameters.some((one) => one.name === "nodes");
  const request: Record<string, unknown> = { kind: isCluster ? "cluster" : "vm" };
  for (const parameter of parameters) {
    const given = givenOf(values, parameter.name).map((text) => typed(parameter, text));
    if (given.length > 0) request[parameter.name] = parameter.many ? given : given[0];
  }
  return request;
}

async function ask(request: Record<string, unknown>, signal: AbortSignal): Promise<Estimate> {
  try {
    const address = `${restBase}/users/${encodeURIComponent(user)}/estimates?limit=1`;
    const answer = await postJson<{ offers: Offer[] }>(address, request, signal);
    return { ...nothing, offer: answer.offers[0] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { problem: error.parameters.size > 0 ? "" : error.message, wrong: error.parameters };
  }
}

export function useEstimate(parameters: Parameter[] | undefined, values: Values): Estimate {
  const [estimate, setEstimate] = useState(nothing);
  useEffect(() => {
    const incomplete = parameters?.some((one) => complain(one, givenOf(values, one.name)) !== undefined);
    if (!parameters || incomplete) {
      setEstimate(nothing);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      ask(requestOf(parameters, values), abort.signal).then(setEstimate, () => undefined);
    }, typingPause);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [parameters, values]);
  return estimate;
}
