import { Store } from "./store.js";

/**
 * Where somebody is, and with which filters: all of it stands behind the `#`, so that it can be kept and sent to others.
 * @typedef {{ readonly view: string, readonly parameters: Readonly<Record<string, string>> }} Route
 */

/** The views, in the order of their keys. */
export const VIEWS = /** @type {const} */ (["overview", "queries", "upstreams", "lists", "explain", "settings"]);

/** The address line, read. */
export const route = new Store(read());

addEventListener("hashchange", () => route.set(read()));

/** @param {string} view @param {Readonly<Record<string, string>>} [parameters] What is empty is left out. */
export function linkTo(view, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== ""));
  return `#/${view}${query.size === 0 ? "" : `?${query}`}`;
}

/** @param {string} view @param {Readonly<Record<string, string>>} [parameters] */
export function go(view, parameters = {}) {
  location.hash = linkTo(view, parameters);
}

/** The same view with other parameters, without another step to go back. @param {Readonly<Record<string, string>>} parameters */
export function adjust(parameters) {
  history.replaceState(null, "", linkTo(route.value.view, parameters));
  route.set(read());
}

/** @returns {Route} */
function read() {
  const [path = "", query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const view = VIEWS.find((name) => name === path) ?? "overview";
  return { view, parameters: Object.fromEntries(new URLSearchParams(query)) };
}
