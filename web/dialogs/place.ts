// Which dialog this page is, and whose: the page's address says it.
//
//   .../oslc/users/ann/dialogs/run                    a dialog of ann's service provider
//   .../oslc/users/ann/dialogs/action?targetId=r-1    an action dialog, of one result
//   .../oslc/users/ann/prefilled/f-1                  one that was filled in beforehand; the page itself
//                                                     says which

const parts = /^(.*\/oslc\/users\/([^/]+))\/(dialogs|prefilled)\/([^/]+)$/.exec(location.pathname);
const query = new URLSearchParams(location.search);
const root = document.documentElement;

export const provider = parts?.[1] ?? "";
export const user = decodeURIComponent(parts?.[2] ?? "");
export const dialog = root.dataset["dialog"] ?? "";
export const prefilled = parts?.[3] === "prefilled" ? location.pathname : undefined;
export const target = root.dataset["target"] ?? "";
export const chosenAction = query.get("action") ?? "";
export const restBase = (parts?.[1] ?? "").replace(/\/oslc\/users\/[^/]+$/, "");
