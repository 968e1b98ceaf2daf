import { type Digests, isSameSecret } from "../../base/random/digests.ts";
import type { Token } from "./tokens.ts";

/** How long a login holds. */
export const LOGIN_SECONDS = 12 * 3600;
/** What is signed by a token is signed for this, and nothing else. */
const PURPOSE = "dns-forwarder login v1";

/** Who has logged in, and until when. */
export interface Login {
  /** By which token. */
  readonly token: Token;
  /** In seconds since 1970. */
  readonly endsAtSeconds: number;
}

/**
 * A login that whoever has the tokens can tell is genuine: the name of the token, the end, and an HMAC of both by the token's
 * digest. Nothing is kept of it here, so that there is nothing to run out of; when the token goes, all of its logins go.
 */
export function cookieValue({ token, endsAtSeconds }: Login, digests: Digests): string {
  const said = `${token.name}~${endsAtSeconds}`;
  return `${said}~${signature(said, token, digests)}`;
}

/** Reads what `cookieValue` has made; `null` for anything else, and for what has ended. */
export function readCookie(
  value: string,
  tokens: readonly Token[],
  nowSeconds: number,
  digests: Digests,
): Login | null {
  const [, name, end, signed] = /^([^~]{1,64})~([0-9]{1,12})~([A-Za-z0-9_-]{43})$/.exec(value) ?? [];
  const token = tokens.find((one) => one.name === name);
  if (token === undefined || end === undefined || signed === undefined) return null;
  const expected = signature(`${name}~${end}`, token, digests);
  const isGenuine = isSameSecret(new TextEncoder().encode(signed), new TextEncoder().encode(expected));
  const endsAtSeconds = Number(end);
  // One that ends later than any that is made was made by a clock that has been set back since.
  if (!isGenuine || endsAtSeconds <= nowSeconds || endsAtSeconds > nowSeconds + LOGIN_SECONDS) return null;
  return { token, endsAtSeconds };
}

function signature(said: string, { digest }: Token, digests: Digests): string {
  const octets = new TextEncoder().encode(`${PURPOSE}\0${said}`);
  return digests.hmacSha256(digest, octets).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** What a cookie is called. They are those of a host and not of a port (RFC 6265 §8.5): two programs there keep theirs apart. */
export function cookieName(port: number, isSecure: boolean): string {
  return `${isSecure ? "__Host-" : ""}dns-forwarder-${port}`;
}

/** The field that sets a cookie, or takes it back ("" as the value). */
export function setCookie(name: string, value: string, isSecure: boolean): string {
  const maxAge = value === "" ? 0 : LOGIN_SECONDS;
  return `${name}=${value}; HttpOnly; SameSite=Strict; Path=/; Max-Age=${maxAge}${isSecure ? "; Secure" : ""}`;
}

/** The value of a cookie in a request's field (RFC 6265 §4.2); `null` when it is not there, or not alone. */
export function cookieIn(field: string | null, name: string): string | null {
  const found = (field ?? "").split(";").map((one) => one.trim()).filter((one) => one.startsWith(`${name}=`));
  // Of two, one may have been set by somebody else on the same host: nobody can tell which.
  return found.length === 1 ? found[0]!.slice(name.length + 1) : null;
}
