// How a delegated dialog talks to the page that shows it (OSLC Core 3.0, Delegated Dialogs; the second
// protocol is that of Core 2.0): results, and how large it would like to be.

import { auto } from "../shared/terms";

export interface Chosen {
  label: string;
  uri: string;
}

interface Reference {
  "rdf:resource": string;
}
interface Response {
  "oslc:results": ({ "oslc:label": string; "oslc_auto:verdict"?: Reference } & Reference)[];
  // Of an action dialog: what the whole of it came to, also when nothing was done.
  "oslc_auto:verdict"?: Reference;
}

export type Verdict = "passed" | "failed" | "canceled";

const byWindowName = location.hash === "#oslc-core-windowName-1.0";
// Read at once, before anything can change it.
const returnAddress = byWindowName ? window.name : "";

function isWebAddress(text: string): boolean {
  try {
    return ["http:", "https:"].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

// The page that shows us is of another origin, and which one it is cannot be asked for. So the message goes
// to any ("*"), as the protocol has it. It holds labels and addresses of resources and nothing else: who reads
// it learns what the user chose to hand over, and still needs a token to ask the server for anything.
function post(message: string): void {
  const target: Window = window.opener ?? window.parent;
  target.postMessage(message, "*");
}

let answered = false;
const listeners = new Set<() => void>();
export const wasAnswered = () => answered;
export function onAnswered(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function respond(response: Response): void {
  answered = true;
  for (const listener of listeners) listener();
  if (byWindowName && isWebAddress(returnAddress)) {
    window.name = JSON.stringify(response);
    location.replace(returnAddress);
    return;
  }
  post("oslc-response:" + JSON.stringify(response));
}

export function answer(chosen: Chosen[]): void {
  respond({ "oslc:results": chosen.map((one) => ({ "oslc:label": one.label, "rdf:resource": one.uri })) });
}

export function cancel(): void {
  respond({ "oslc:results": [] });
}

// Action dialogs answer with a verdict. A result that exists is named beside it.
export function answerVerdict(verdict: Verdict, result?: Chosen): void {
  const reference = { "rdf:resource": auto.namespace + verdict };
  const results = result
    ? [{ "oslc:label": result.label, "rdf:resource": result.uri, "oslc_auto:verdict": reference }]
    : [];
  respond({ "oslc:results": results, "oslc_auto:verdict": reference });
}

// ---- size

const shareOfScreen = 0.95;
let asked = "";

// Only a frame can be given another size by its page.
export function askForSize(width: number, height: number): void {
  if (window.parent === window) return;
  const most = Math.floor(screen.availHeight * shareOfScreen) || height;
  const message = JSON.stringify({
    "oslc:hintHeight": `${Math.min(Math.ceil(height), most)}px`,
    "oslc:hintWidth": `${Math.ceil(width)}px`,
  });
  if (message === asked) return;
  asked = message;
  window.parent.postMessage("oslc-resize:" + message, "*");
}
