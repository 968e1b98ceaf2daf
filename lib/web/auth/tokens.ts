import { type Digests, isSameSecret } from "../../base/random/digests.ts";
import type { RandomSource } from "../../base/runtime.ts";

/** What a token may do: look, or change what the program does as well. */
export type Scope = "read" | "admin";

/** Somebody who may use the API. */
export interface Token {
  /** What it is called in its file; lines of the log say it. */
  readonly name: string;
  /** What it allows. */
  readonly scope: Scope;
  /** SHA-256 of its text. The text itself is nowhere in memory. */
  readonly digest: Uint8Array<ArrayBuffer>;
}

/** What a file of tokens says. */
export interface ReadTokens {
  /** Those that can be used. */
  readonly tokens: readonly Token[];
  /** What is wrong with the other lines, one each. Says nothing of what stands there. */
  readonly problems: readonly string[];
}

/** Octets of a token that are drawn: nobody guesses them. */
const DRAWN_OCTETS = 32;
/** By which scanners for leaked secrets know it. */
const PREFIX = "dnsf_";
/** Characters of a token that somebody has thought of: shorter ones may be guessed. */
const LENGTH_MIN = 32;
/** Lines that are read; each request is compared with all of them. */
const TOKENS_MAX = 1000;

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const DIGEST = /^(?:sha256:)?([0-9a-f]{64})$/i;
const TEXT = /^[A-Za-z0-9._~+/=-]+$/;

/** A new one: 32 random octets. */
export function drawToken(random: RandomSource): string {
  const octets = new Uint8Array(DRAWN_OCTETS);
  random.fill(octets);
  return PREFIX + octets.toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The line of a file for a token, which does not tell it. */
export function tokenLine({ name, scope, digest }: Token): string {
  return `${name} ${scope} sha256:${digest.toHex()}`;
}

/** The digest of a token. */
export function digestOf(text: string, digests: Digests): Uint8Array<ArrayBuffer> {
  return digests.sha256(new TextEncoder().encode(text));
}

/**
 * Reads a file of tokens: in each line a name, a scope, and the token or `sha256:` with its digest in hexadecimal digits. `#` begins
 * a remark.
 */
export function readTokens(text: string, digests: Digests): ReadTokens {
  const tokens = new Map<string, Token>();
  const problems: string[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    const words = line.replace(/#.*/, "").trim().split(/\s+/);
    if (words[0] === "") continue;
    const token = tokenOf(words, digests);
    if (typeof token === "string") problems.push(`line ${i + 1}: ${token}`);
    else if (tokens.has(token.name)) problems.push(`line ${i + 1}: there is a token ${token.name} already`);
    else if (tokens.size === TOKENS_MAX) problems.push(`line ${i + 1}: there are ${TOKENS_MAX} tokens already`);
    else tokens.set(token.name, token);
  }
  return { tokens: [...tokens.values()], problems };
}

/** What is wrong with it is a text. */
function tokenOf([name, scope, secret, ...rest]: readonly string[], digests: Digests): Token | string {
  if (secret === undefined || rest.length > 0) return "must be a name, a scope, and a token or its digest";
  if (!NAME.test(name!)) return "the name must be 1–64 letters, digits, dots, hyphens and underscores";
  if (scope !== "read" && scope !== "admin") return "the scope must be read or admin";
  const [, hex] = DIGEST.exec(secret) ?? [];
  if (hex !== undefined) return { name: name!, scope, digest: Uint8Array.fromHex(hex) };
  if (!TEXT.test(secret) || secret.length < LENGTH_MIN) {
    return `the token must be ${LENGTH_MIN} letters and digits at least; dns-forwarder token makes one`;
  }
  return { name: name!, scope, digest: digestOf(secret, digests) };
}

/** The one whose text this is; `null` for none. All of them are compared, whichever it is. */
export function findToken(tokens: readonly Token[], text: string, digests: Digests): Token | null {
  const digest = digestOf(text, digests);
  let found: Token | null = null;
  for (const token of tokens) if (isSameSecret(token.digest, digest)) found = token;
  return found;
}
