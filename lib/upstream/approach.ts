import { anyAddressFor } from "../base/net/address.ts";
import { splitZone } from "../base/net/zone.ts";
import { type Endpoint, endpointText, isSecure, type PlainEndpoint, socketAddressOf } from "./endpoint.ts";

/** A server and how it is asked: where that differs, it is another upstream to us, and what was learned one way says nothing of the other. */
export interface Approach {
  /** Where the server is. */
  readonly endpoint: Endpoint;
  /** The address that queries leave from, one of each family where the server may have both; none for any. */
  readonly sources: readonly string[];
  /** Whether queries carry cookies. */
  readonly hasCookies: boolean;
  /** Whether names go out in random letter case. */
  readonly isMixed: boolean;
}

/** What an upstream is known by. */
export interface Identity {
  /** In messages; see `approachName`. */
  readonly name: string;
  /** Among all others; see `approachKey`. */
  readonly key: string;
}

/** What the upstream that is asked so is known by. */
export function identityOf(approach: Approach): Identity {
  return { name: approachName(approach), key: approachKey(approach) };
}

/**
 * Those of `sources` that a server is asked from: the one of its address family, or both where it has a name, and may have
 * addresses of both.
 */
export function sourcesFor(endpoint: Endpoint, sources: readonly string[]): readonly string[] {
  if (isSecure(endpoint)) return sources;
  const source = sourceTo(socketAddressOf(endpoint).hostname, sources);
  return source === null ? [] : [source];
}

/**
 * The one of `sources` that an address is asked from: of its family. A link-local one has none: it is asked from the link that it
 * is on, where the source is no other's (RFC 4007 §6).
 */
export function sourceTo(hostname: string, sources: readonly string[]): string | null {
  if (splitZone(hostname).zone !== null) return null;
  return sources.find((source) => source.includes(":") === hostname.includes(":")) ?? null;
}

/** Where sockets are bound that ask so. */
export function localHostnameOf(endpoint: PlainEndpoint, sources: readonly string[]): string {
  const address = socketAddressOf(endpoint);
  return sourceTo(address.hostname, sources) ?? anyAddressFor(address);
}

/** What an upstream is called in messages: its endpoint's text, and where it is asked from, if that is said. */
export function approachName({ endpoint, sources }: Approach): string {
  const name = endpointText(endpoint);
  return sources.length === 0 ? name : `${name} from ${sources.join(" and ")}`;
}

/** What tells approaches apart: two are the same exactly when their keys are. The same in all processes. */
export function approachKey(approach: Approach): string {
  const { hasCookies, isMixed } = approach;
  return `${approachName(approach)}${hasCookies ? "" : " without cookies"}${isMixed ? "" : " in plain case"}`;
}
