import { NameKey } from "../../names/name_key.ts";
import type { AddressRun } from "./address_run.ts";

/** What is to be stored, and under which question. The store copies it all. */
export interface CacheEntry {
  /** A message whose first QNAME, in full, is the key's. */
  readonly wire: Uint8Array;
  /** Where that name ends; it begins behind the header. */
  readonly nameEnd: number;
  /** The key of that name, where there is one. */
  readonly key?: NameKey;
  /** 0–65535. */
  readonly qtype: number;
  /** 0–65535. */
  readonly qclass: number;
  /** What else tells answers apart (DO, CD, a policy view): 32 bits. */
  readonly variant: number;
  /** A response in wire format, without OPT. Up to 65535 octets. */
  readonly message: Uint8Array;
  /** Where the records' TTLs stand in `message`. */
  readonly ttlOffsets: ArrayLike<number>;
  /** How many of `ttlOffsets` count. */
  readonly ttlCount: number;
  /** Addresses in `message` that may change places; `null`, or left out, for none. */
  readonly addresses?: AddressRun | null;
  /** EDNS options that belong to the response, encoded; usually none. Up to 65535 octets. */
  readonly options: Uint8Array;
  /** What kind of response this is: the caller's number, 0–255. */
  readonly kind: number;
  /** Failures in a row: the caller's number, 0–255. */
  readonly streak: number;
  /** Who has looked through it: the caller's number, 0–15; 0, or left out, for nobody. */
  readonly inspectedBy?: number;
  /** When the response came. */
  readonly storedAtMs: number;
  /** From when on it is stale. */
  readonly expiresAtMs: number;
  /** From when on it is of no use to anyone. */
  readonly keepUntilMs: number;
  /** The time: what is of no use by now makes room first. */
  readonly nowMs: number;
}

/** An entry that is filled in anew for each that is stored: a fresh one was a twentieth of what a cold answer leaves behind. */
export function draftEntry(): { -readonly [Field in keyof CacheEntry]: CacheEntry[Field] } {
  return {
    wire: NOTHING,
    nameEnd: 0,
    key: new NameKey(),
    qtype: 0,
    qclass: 0,
    variant: 0,
    message: NOTHING,
    ttlOffsets: [],
    ttlCount: 0,
    addresses: null,
    options: NOTHING,
    kind: 0,
    streak: 0,
    inspectedBy: 0,
    storedAtMs: 0,
    expiresAtMs: 0,
    keepUntilMs: 0,
    nowMs: 0,
  };
}

const NOTHING = new Uint8Array(0);
