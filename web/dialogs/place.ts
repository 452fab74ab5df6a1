// Which dialog this page is, and whose: the page's address says it.
//
//   .../oslc/users/ann/dialogs/run                    a dialog of ann's service provider
//   .../oslc/users/ann/dialogs/action?targetId=r-1    what can be done with one result
//   .../oslc/users/ann/dialogs/action-teardown?targetId=r-1    one of these
//   .../oslc/users/ann/prefilled/f-1                  one that was filled in beforehand; the page itself
//                                                     says which

const parts = /^(.*\/oslc\/users\/([^/]+))\/(dialogs|prefilled)\/([^/]+)$/.exec(location.pathname);
const root = document.documentElement;

export const provider = parts?.[1] ?? "";
export const user = decodeURIComponent(parts?.[2] ?? "");
// "action-teardown" is the dialog "action" for one action.
const [name = "", action = ""] = (root.dataset["dialog"] ?? "").split(/-(.*)/);
export const dialog = name;
export const onlyAction = action;
export const prefilled = parts?.[3] === "prefilled" ? location.pathname : undefined;
export const target = root.dataset["target"] ?? "";
export const restBase = (parts?.[1] ?? "").replace(/\/oslc\/users\/[^/]+$/, "");
