import type { CacheEntry } from "../../lib/cache/store/cache_entry.ts";
import { CacheStore, type CacheStoreOptions, NOT_FOUND } from "../../lib/cache/store/cache_store.ts";
import { QuestionHash } from "../../lib/names/question_hash.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { SeededRandom } from "./seeded_random.ts";

const HOUR_MS = 3_600_000;

/** What the memory of an entry is made of, as docs/cache.md says. */
export const FIXED_OCTETS = 64;

/** What differs from an answer to `example.org`, IN, A, that came at 0, is good for an hour and kept for two. */
export type EntryParts = Partial<Omit<CacheEntry, "wire" | "nameEnd">> & {
  readonly name?: string | Uint8Array;
  /** Length of a message that says nothing, when there is no `message`. */
  readonly messageOctets?: number;
};

/** An entry; its message has the name as its question when there is room. */
export function cacheEntry({ name = "example.org", messageOctets = 60, ...parts }: EntryParts = {}): CacheEntry {
  const nameOctets = typeof name === "string" ? nameFromText(name) : name;
  const wire = new Uint8Array(HEADER_OCTETS + nameOctets.length + 4);
  wire.set(nameOctets, HEADER_OCTETS);
  const message = new Uint8Array(messageOctets).fill(messageOctets);
  message.set(wire.subarray(0, messageOctets));
  const ttlOffsets = parts.ttlOffsets ?? [];
  return {
    wire,
    nameEnd: HEADER_OCTETS + nameOctets.length,
    qtype: 1,
    qclass: 1,
    variant: 0,
    message,
    ttlCount: ttlOffsets.length,
    options: new Uint8Array(),
    kind: 0,
    streak: 0,
    storedAtMs: 0,
    expiresAtMs: HOUR_MS,
    keepUntilMs: 2 * HOUR_MS,
    nowMs: 0,
    ...parts,
    ttlOffsets,
  };
}

/** A store whose hash has the same key in every run. */
export function cacheStore(options: Partial<CacheStoreOptions> = {}): CacheStore {
  return new CacheStore({ budgetOctets: 1024 * 1024, hash: new QuestionHash(new SeededRandom(1)), ...options });
}

/** Looks an entry's question up. */
export function findEntry(store: CacheStore, { wire, nameEnd, qtype, qclass, variant }: CacheEntry): number {
  return store.find(wire, nameEnd, qtype, qclass, variant);
}

/** Whether an entry's question is answered. */
export function hasEntry(store: CacheStore, entry: CacheEntry): boolean {
  return findEntry(store, entry) !== NOT_FOUND;
}

/** What an entry takes of the budget. `hasOwnName` when its message does not carry its name. */
export function octetsOf(entry: CacheEntry, hasOwnName = false): number {
  const name = hasOwnName ? entry.nameEnd - HEADER_OCTETS : 0;
  const ttls = 4 * Math.ceil(entry.ttlCount / 2);
  return 8 * Math.ceil((FIXED_OCTETS + ttls + entry.message.length + entry.options.length + name) / 8);
}

/** The message of an entry, with `ageSeconds` taken off. */
export function messageOf(store: CacheStore, ref: number, ageSeconds = 0): Uint8Array {
  const target = new Uint8Array(store.messageOctets(ref));
  store.copyMessage(ref, target, ageSeconds);
  return target;
}
