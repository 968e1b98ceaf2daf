import { type CacheStore, NOT_FOUND } from "../../cache/store/cache_store.ts";
import { ANY_TYPE } from "../../cache/response_cache.ts";
import { variantOf } from "../../cache/variant.ts";
import type { RememberedEntry } from "../../observe/trace.ts";
import { KIND, type Kind } from "../../response/kind.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { uint16At } from "../../wire/octets.ts";
import type { Query } from "../query.ts";

const ANCOUNT_OFFSET = 6;

/** What memory has of a question, for whoever wants that explained; `null` for nothing. */
export function remembered(store: CacheStore, query: Query, nowMs: number): RememberedEntry | null {
  const { wire, scan, key, qclass, view } = query;
  for (const qtype of [query.qtype, ANY_TYPE]) {
    const entry = store.find(wire, scan.qtypeOffset, qtype, qclass, variantOf(scan, view), key);
    if (entry !== NOT_FOUND) return describe(store, entry, nowMs);
  }
  return null;
}

function describe(store: CacheStore, entry: number, nowMs: number): RememberedEntry {
  const kind = store.kind(entry) as Kind;
  const isOver = nowMs >= store.expiresAtMs(entry);
  return {
    state: kind === KIND.failure ? "failure" : isOver ? "expired" : "fresh",
    what: whatOf(store, entry, kind),
    ageSeconds: Math.floor((nowMs - store.storedAtMs(entry)) / 1000),
    leftSeconds: Math.ceil((store.expiresAtMs(entry) - nowMs) / 1000),
    keptSeconds: Math.ceil((store.keepUntilMs(entry) - nowMs) / 1000),
    hitCount: store.hitCount(entry),
  };
}

function whatOf(store: CacheStore, entry: number, kind: Kind): string {
  if (kind === KIND.nodata) return "no record of this type";
  if (kind === KIND.nxdomain) return "no such name";
  if (kind === KIND.failure) return "no answer";
  const message = new Uint8Array(Math.max(HEADER_OCTETS, store.messageOctets(entry)));
  store.copyMessage(entry, message, 0);
  const count = uint16At(message, ANCOUNT_OFFSET);
  return count === 1 ? "1 record" : `${count} records`;
}
