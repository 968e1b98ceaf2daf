import { FLAG, HEADER_OCTETS } from "../../wire/header.ts";
import { isSameRun } from "../../wire/name.ts";
import type { Query } from "../query.ts";

/** Header bits that an upstream's answer may depend on. */
const ASKED_FLAGS = FLAG.RD | FLAG.CD;
/** Bits of those, and of what else takes one bit. */
const VIEW_SHIFT = 9;

/** What else than its question tells a query's answer apart. */
export function askedOf({ scan, client, view }: Query): number {
  // A reply that is worth fetching for a client on a stream may not be for one on UDP.
  return (scan.flags & ASKED_FLAGS) | (scan.wantsDnssec ? 1 : 0) | (client.isStream ? 2 : 0) | (view << VIEW_SHIFT);
}

/** Whether two queries have the same question, letter case ignored. */
export function isSameQuestion(a: Query, b: Query): boolean {
  // hot path
  const nameEnd = a.scan.qtypeOffset;
  if (b.scan.qtypeOffset !== nameEnd || a.qtype !== b.qtype || a.qclass !== b.qclass) return false;
  return isSameRun(a.wire, HEADER_OCTETS, b.wire, HEADER_OCTETS, nameEnd - HEADER_OCTETS);
}
