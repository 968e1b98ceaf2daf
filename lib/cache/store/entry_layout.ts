/**
 * Where things stand in an entry.
 *
 * Its fixed part is 64 octets long. Behind it come the offsets of the TTLs (16 bits each, filled up to whole words), the
 * message, the options, and the name, unless the message has it in the usual place.
 *
 * @module
 */

/** What references and sizes count: octets in a unit. */
export const UNIT_OCTETS = 8;
/** The fixed part: as long as a cache line of the usual processors. */
export const FIXED_OCTETS = 64;

/** Places in the fixed part, in words of 32 bits. The first has the size in units (`STATE.units`) and the state. */
export const WORD = { state: 0, nameHash: 1, hash: 2, types: 4, variant: 5 };
/** Places in octets: what is left of the words. */
export const OCTET = { nameOctets: 12, kind: 13, streak: 14, hits: 15 };
/** Places in halves of words. */
export const HALF = { messageOctets: 12, optionOctets: 13, ttlCount: 14, addresses: 15, ttlOffsets: FIXED_OCTETS / 2 };
/** Places in doubles. */
export const DOUBLE = { storedAtMs: 4, expiresAtMs: 5, recheckAtMs: 6, keepUntilMs: 7 };

/** Bits of the state. */
export const STATE = {
  /** Size in units. */
  units: 0xffff,
  /** An entry; else a gap, of which nothing but the size counts. */
  live: 1 << 16,
  /** The name stands behind the options, not in the message's question section. */
  ownName: 1 << 17,
  /** How often it was asked for, 0–3. */
  uses: 3 << 18,
  /** Which of the addresses was the first one the last time, 0–254. */
  turn: 0xff << 20,
  /** Who has looked through it: the caller's number, 0–15. */
  inspectedBy: 0xf << 28,
};
/** Where the bits of `STATE.uses` begin. */
export const USES_SHIFT = 18;
/** Where the bits of `STATE.turn` begin. */
export const TURN_SHIFT = 20;
/** Where those of `STATE.inspectedBy` begin. */
export const INSPECTED_SHIFT = 28;

/**
 * Where the message of the entry at `entryStart`, in octets, begins. It is read by words, so the offsets before it take
 * whole words.
 */
export function messageStart(entryStart: number, ttlCount: number): number {
  return entryStart + FIXED_OCTETS + 4 * ((ttlCount + 1) >> 1);
}
