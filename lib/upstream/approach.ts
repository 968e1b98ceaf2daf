import { anyAddressFor, isIpv6 } from "../base/net/address.ts";
import { type Endpoint, endpointText, socketAddressOf } from "./endpoint.ts";

/** A server and how it is asked: where that differs, it is another upstream to us, and what was learned one way says nothing of the other. */
export interface Approach {
  /** Where the server is. */
  readonly endpoint: Endpoint;
  /** The address that queries leave from; `null` for any. */
  readonly source: string | null;
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
 * The one of `sources` that a server is asked from: of its address family. A link-local server has none: it is asked from
 * the link that it is on, where the source is no other's (RFC 4007 §6).
 */
export function sourceFor(endpoint: Endpoint, sources: readonly string[]): string | null {
  if (endpoint.zone !== null) return null;
  const isOfFamily = (hostname: string) =>
    isIpv6({ transport: "udp", hostname, port: 0 }) === endpoint.address.includes(":");
  return sources.find(isOfFamily) ?? null;
}

/** Where sockets are bound that ask so. */
export function localHostnameOf({ endpoint, source }: Approach): string {
  return source ?? anyAddressFor(socketAddressOf(endpoint));
}

/** What an upstream is called in messages: its endpoint's text, and where it is asked from, if that is said. */
export function approachName({ endpoint, source }: Approach): string {
  return source === null ? endpointText(endpoint) : `${endpointText(endpoint)} from ${source}`;
}

/** What tells approaches apart: two are the same exactly when their keys are. The same in all processes. */
export function approachKey(approach: Approach): string {
  const { hasCookies, isMixed } = approach;
  return `${approachName(approach)}${hasCookies ? "" : " without cookies"}${isMixed ? "" : " in plain case"}`;
}
