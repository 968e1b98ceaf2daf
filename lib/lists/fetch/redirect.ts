import { FetchError } from "./fetch_error.ts";

/** Redirects that are followed for a source; browsers follow 20, and a list has two at most. */
export const REDIRECTS_MAX = 5;

/** Whether a status says that the content is elsewhere (RFC 9110 §15.4). */
export function isRedirect(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

/**
 * Where a redirect leads.
 *
 * @param before The URLs that led here, the last one that of the redirect.
 * @param location The field of that name.
 * @throws {FetchError} when it must not be followed.
 */
export function redirectTarget(before: readonly URL[], location: string | null): URL {
  const from = before.at(-1)!;
  if (location === null || !URL.canParse(location, from)) throw new FetchError("it is redirected to nowhere");
  const to = new URL(location, from);
  // What stands behind "#" is not asked for.
  to.hash = "";
  if (to.protocol !== "https:" && to.protocol !== "http:") throw new FetchError(`it is redirected to ${to.protocol}`);
  // Whoever asks for a name under TLS does not want what anybody on the way may write.
  if (from.protocol === "https:" && to.protocol === "http:") {
    throw new FetchError("it is redirected from https to http");
  }
  if (before.some(({ href }) => href === to.href)) throw new FetchError("it is redirected in a circle");
  if (before.length > REDIRECTS_MAX) throw new FetchError(`it is redirected more than ${REDIRECTS_MAX} times`);
  return to;
}
