import { putUint16, uint16At } from "../../wire/octets.ts";
import { RDATA_FROM_TTL } from "./address_run.ts";
import type { EntrySlab } from "./entry_slab.ts";

/**
 * Copies an entry's message to the beginning of `target` and takes `ageSeconds`, a whole number, off each TTL, down to
 * zero. Returns the message's length, for which `target` has room.
 *
 * @param words The same memory as `target`, with room for whole words; `null` where it is not at hand. With it, a message is
 * copied four octets at a time, and leaves no garbage; without, by the runtime, which makes a view of the slab for it.
 */
export function copyAged(
  slab: EntrySlab,
  ref: number,
  target: Uint8Array,
  words: Int32Array | null,
  ageSeconds: number,
): number {
  // hot path
  const length = copyPlain(slab, ref, target, words);
  // What comes out of the cache before the time at which it went in is not made younger: "TTLs count down".
  if (ageSeconds <= 0) return length;
  const count = slab.ttlCount(ref);
  for (let i = 0; i < count; i++) {
    const offset = slab.ttlOffset(ref, i);
    const ttl = uint16At(target, offset) * 0x1_0000 + uint16At(target, offset + 2);
    putTtl(target, offset, ttl > ageSeconds ? ttl - ageSeconds : 0);
  }
  return length;
}

/** Copies an entry's message to the beginning of `target` with every TTL set to `ttlSeconds`. Returns its length. */
export function copyWithTtl(slab: EntrySlab, ref: number, target: Uint8Array, ttlSeconds: number): number {
  // hot path
  const length = copyPlain(slab, ref, target, null);
  const count = slab.ttlCount(ref);
  for (let i = 0; i < count; i++) putTtl(target, slab.ttlOffset(ref, i), ttlSeconds);
  return length;
}

function copyPlain(slab: EntrySlab, ref: number, target: Uint8Array, words: Int32Array | null): number {
  // hot path
  const length = slab.messageOctets(ref);
  const start = slab.messageStart(ref);
  if (words === null) target.set(slab.octets.subarray(start, start + length));
  else copyWords(slab.words, start >>> 2, (length + 3) >> 2, words);
  const addresses = slab.addresses(ref);
  if (addresses !== 0) rotate(slab, ref, addresses, target);
  return length;
}

/** The message begins at a whole word. What is behind its end in the last one is the entry's, or room that is free. */
function copyWords(from: Int32Array, start: number, count: number, to: Int32Array): void {
  // hot path
  for (let i = 0; i < count; i++) to[i] = from[start + i]!;
}

/**
 * Lets another address be the first one than the last time: clients take that one. The records of an RRset differ in
 * nothing but their RDATA, so nothing else changes places.
 */
function rotate(slab: EntrySlab, ref: number, addresses: number, target: Uint8Array): void {
  // hot path
  const count = addresses & 0xff;
  const first = addresses >> 8;
  const turn = slab.nextTurn(ref, count);
  if (turn === 0) return;
  const { octets } = slab;
  const start = slab.messageStart(ref);
  const size = uint16At(target, slab.ttlOffset(ref, first) + RDATA_FROM_TTL - 2);
  for (let i = 0; i < count; i++) {
    const from = i + turn < count ? i + turn : i + turn - count;
    const source = start + slab.ttlOffset(ref, first + from) + RDATA_FROM_TTL;
    const place = slab.ttlOffset(ref, first + i) + RDATA_FROM_TTL;
    for (let octet = 0; octet < size; octet++) target[place + octet] = octets[source + octet]!;
  }
}

function putTtl(target: Uint8Array, offset: number, ttlSeconds: number): void {
  // hot path
  putUint16(target, offset, ttlSeconds >>> 16);
  putUint16(target, offset + 2, ttlSeconds & 0xffff);
}
