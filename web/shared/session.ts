// The token of whoever sits before the page. It is kept for this tab only, and goes nowhere but into the
// Authorization header of requests to the server that the page came from.

const name = "mayfly-token";
let inMemory = "";

// A browser that keeps nothing for framed pages throws; then the token lives as long as the page.
function attempt<T>(what: () => T): T | undefined {
  try {
    return what();
  } catch {
    return undefined;
  }
}

export function token(): string {
  return attempt(() => sessionStorage.getItem(name)) || inMemory;
}

// ---- asking for it: whoever was refused waits here, and the page shows one form for all of them

export interface Question {
  why: string; // empty when nobody has tried yet
  answered: Promise<void>;
  resolve: () => void;
}

let question: Question | undefined;
const listeners = new Set<() => void>();

function tell(next: Question | undefined): void {
  question = next;
  for (const listener of listeners) listener();
}

export function askForToken(why: string): Promise<void> {
  if (!question) {
    let resolve = () => {};
    const answered = new Promise<void>((done) => (resolve = done));
    tell({ why, answered, resolve });
  }
  return question!.answered;
}

export function giveToken(text: string): void {
  inMemory = text;
  attempt(() => sessionStorage.setItem(name, text));
  const answered = question;
  tell(undefined);
  answered?.resolve();
}

export function forgetToken(): void {
  inMemory = "";
  attempt(() => sessionStorage.removeItem(name));
}

export const openQuestion = () => question;
export function onQuestion(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
