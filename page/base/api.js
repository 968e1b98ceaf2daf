import { Store } from "./store.js";

/** @import { ProblemDetails, SessionAnswer } from "../../lib/web/api/answers.ts" */

/** As whom the API is used; `null` before a login, `undefined` until that is known. */
export const session = new Store(/** @type {SessionAnswer | null | undefined} */ (undefined));

/** The API said no, or nothing. The message is for people. */
export class ApiError extends Error {
  /** @param {number} status 0 when the program does not answer. @param {string} detail */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/**
 * @param {string} path Below `/api/v1/`.
 * @param {Readonly<Record<string, string | number | boolean | null | undefined>>} [parameters] What is empty is left out.
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>}
 */
export function get(path, parameters, signal) {
  return exchange(urlOf(path, parameters ?? {}), signal === undefined ? {} : { signal });
}

/** @param {string} path @param {object} [body] @returns {Promise<any>} */
export function post(path, body = {}) {
  const headers = { "content-type": "application/json" };
  return exchange(urlOf(path, {}), { method: "POST", headers, body: JSON.stringify(body) });
}

/** @param {string} path @param {Readonly<Record<string, string | number | boolean | null | undefined>>} parameters */
export function urlOf(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== "" && value !== null && value !== undefined && value !== false) query.set(name, `${value}`);
  }
  return `/api/v1/${path}${query.size === 0 ? "" : `?${query}`}`;
}

/** @param {string} url @param {RequestInit} init @returns {Promise<any>} */
async function exchange(url, init) {
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, { ...init, credentials: "same-origin", cache: "no-store" });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, "");
  }
  if (response.ok) return response.status === 204 ? null : await response.json();
  // A login may end at any time: the token was revoked, or its day is over.
  if (response.status === 401 && !url.endsWith("/login")) session.set(null);
  throw new ApiError(response.status, await detailOf(response));
}

/** @param {Response} response @returns {Promise<string>} */
async function detailOf(response) {
  try {
    const problem = /** @type {Partial<ProblemDetails>} */ (await response.json());
    return problem.detail ?? problem.title ?? response.statusText;
  } catch {
    return response.statusText;
  }
}
