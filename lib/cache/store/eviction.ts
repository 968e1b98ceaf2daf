import { ByteRing } from "./byte_ring.ts";
import type { EntrySlab } from "./entry_slab.ts";
import type { Ghosts } from "./ghosts.ts";
import type { HashIndex } from "./hash_index.ts";

/**
 * The small ring's part of the slab, S3-FIFO's usual one. Half of that would hit 0.1–0.3 points more often
 * (bench/cache/cache_policies.ts), but the longest message would not fit into a store of 1 MiB.
 */
const SMALL_SHARE = 0.1;
/** What may be moved on, in proportion to the room that it is moved on for: bounds the work of an insertion. */
const MOVED_SHARE_MAX = 32;

/** How far it has come with `removeSome`. */
export interface Place {
  /** What leaves the small ring goes there, and is met again. */
  readonly isInMain: boolean;
  /** See `ByteRing.visit`. */
  readonly position: number;
}

/** Where `removeSome` begins. */
export const FIRST_PLACE: Place = { isInMain: false, position: 0 };

/** What eviction decides about: entries that are found through `index`. */
export interface EvictionOptions {
  /** Where the entries stand. */
  readonly slab: EntrySlab;
  /** Units of the slab. The first one is left free, so that no reference is 0. */
  readonly units: number;
  /** Is told when an entry moves or goes. */
  readonly index: HashIndex;
  /** The hashes of what left the small ring for good. */
  readonly ghosts: Ghosts;
}

/**
 * Decides where an entry stands and which ones go: S3-FIFO (Yang and others, SOSP 2023), on octets instead of entries. A
 * new entry goes to a small ring. When it leaves that, it goes on to the main ring if it has been asked for again; else
 * it is gone, but its hash is remembered for a while, and if it comes again it goes to the main ring at once. Names that
 * are asked for once, however many, only ever turn the small ring over. docs/cache.md has what was measured.
 */
export class Eviction {
  readonly #slab: EntrySlab;
  readonly #index: HashIndex;
  readonly #ghosts: Ghosts;
  readonly #small: ByteRing;
  readonly #main: ByteRing;
  /** Whether the main ring has ever lacked room. Until then it also takes what nobody has asked for again. */
  #wasMainFull = false;
  #evictionCount = 0;
  #expiredCount = 0;
  #count = 0;
  #liveUnits = 0;

  /** Takes over all of `slab`. */
  constructor({ slab, units, index, ghosts }: EvictionOptions) {
    this.#slab = slab;
    this.#index = index;
    this.#ghosts = ghosts;
    const border = 1 + Math.floor((units - 1) * SMALL_SHARE);
    this.#small = new ByteRing(slab, 1, border);
    this.#main = new ByteRing(slab, border, units);
  }

  /** Entries that were thrown out although they were of use. */
  get evictionCount(): number {
    return this.#evictionCount;
  }

  /** Entries whose room was taken when they were of no use any more. */
  get expiredCount(): number {
    return this.#expiredCount;
  }

  /** Entries. */
  get count(): number {
    return this.#count;
  }

  /** Units that entries take. */
  get liveUnits(): number {
    return this.#liveUnits;
  }

  /** The largest entry that can be placed, in units. */
  get unitsMax(): number {
    return this.#small.units;
  }

  /** Makes room for a new entry of `units`, at most `unitsMax`, in the index as well. The caller writes it there and links it. */
  place(units: number, hash: number, nowMs: number): number {
    while (this.#count >= this.#index.entriesMax) this.#dropOldest(nowMs);
    const ref = this.#ghosts.take(hash) ? this.#roomInMain(units, nowMs) : this.#roomInSmall(units, nowMs);
    this.#count++;
    this.#liveUnits += units;
    return ref;
  }

  /**
   * Takes an entry out and makes room of `units` for its successor: in the same place, if it fits there, else in the same
   * ring. The caller writes it there and links it.
   */
  replace(ref: number, units: number, nowMs: number): number {
    const oldUnits = this.#slab.units(ref);
    this.remove(ref);
    this.#count++;
    this.#liveUnits += units;
    if (units > oldUnits) {
      return this.#main.holds(ref) ? this.#roomInMain(units, nowMs) : this.#roomInSmall(units, nowMs);
    }
    if (units < oldUnits) this.#slab.writeGap(ref + units, oldUnits - units);
    return ref;
  }

  /** Takes an entry out of everything. Its room comes free when the ring's tail passes it. */
  remove(ref: number): void {
    this.#index.unlink(ref);
    this.#slab.free(ref);
    this.#count--;
    this.#liveUnits -= this.#slab.units(ref);
  }

  /**
   * Takes out which entries it is asked to, up to `countMax` of them looked at.
   *
   * @param place Where to begin: `FIRST_PLACE`, or what the last call has returned.
   * @returns Where to go on; `null` when all have been looked at. What has come in since the first call may or may not be among
   * them.
   */
  removeSome(isUnwanted: (ref: number) => boolean, place: Place, countMax: number): Place | null {
    const ring = place.isInMain ? this.#main : this.#small;
    const position = ring.visit(place.position, countMax, (ref) => {
      if (this.#slab.isLive(ref) && isUnwanted(ref)) this.remove(ref);
    });
    if (position !== null) return { ...place, position };
    return place.isInMain ? null : { isInMain: true, position: 0 };
  }

  /** Takes all entries out. */
  clear(): void {
    this.#index.clear();
    this.#ghosts.clear();
    this.#small.clear();
    this.#main.clear();
    this.#wasMainFull = false;
    this.#count = this.#liveUnits = 0;
  }

  /** For an index that is full before the memory is, as unusually small entries make it. */
  #dropOldest(nowMs: number): void {
    const ref = (this.#small.isEmpty ? this.#main : this.#small).shift();
    if (this.#slab.isLive(ref)) this.#evict(ref, nowMs);
  }

  #roomInSmall(units: number, nowMs: number): number {
    for (;;) {
      const room = this.#small.reserve(units);
      if (room !== -1) return room;
      const ref = this.#small.shift();
      if (!this.#slab.isLive(ref)) continue;
      if (this.#isOver(ref, nowMs)) this.#evict(ref, nowMs);
      else this.#leaveSmall(ref, nowMs);
    }
  }

  /** Decides what becomes of an entry of use that leaves the small ring. */
  #leaveSmall(ref: number, nowMs: number): void {
    const units = this.#slab.units(ref);
    const isUsed = this.#slab.uses(ref) > 0;
    const room = isUsed ? this.#roomInMain(units, nowMs) : this.#idleRoomInMain(units, nowMs);
    if (room === -1) {
      this.#ghosts.add(this.#slab.hash(ref));
      this.#evict(ref, nowMs);
      return;
    }
    this.#move(ref, room);
    this.#slab.setUses(room, 0);
  }

  /** Room that nothing of use has to leave for: never taken yet, or taken by what is over. -1 when there is none. */
  #idleRoomInMain(units: number, nowMs: number): number {
    let room = this.#wasMainFull ? -1 : this.#main.reserve(units);
    while (room === -1 && !this.#main.isEmpty && this.#isOver(this.#main.oldest, nowMs)) {
      const ref = this.#main.shift();
      if (this.#slab.isLive(ref)) this.#evict(ref, nowMs);
      room = this.#main.reserve(units);
    }
    if (room === -1) this.#wasMainFull = true;
    return room;
  }

  #roomInMain(units: number, nowMs: number): number {
    // Nothing would bound the rounds but how often all entries were asked for: a stall of up to three turns of the ring.
    let movableUnits = units * MOVED_SHARE_MAX;
    for (;;) {
      const room = this.#main.reserve(units);
      if (room !== -1) return room;
      this.#wasMainFull = true;
      const ref = this.#main.shift();
      if (!this.#slab.isLive(ref)) continue;
      const uses = this.#slab.uses(ref);
      if (uses === 0 || movableUnits <= 0 || this.#isOver(ref, nowMs)) {
        this.#evict(ref, nowMs);
        continue;
      }
      movableUnits -= this.#slab.units(ref);
      const next = this.#main.reserve(this.#slab.units(ref));
      this.#slab.setUses(ref, uses - 1);
      this.#move(ref, next);
    }
  }

  /** Whether what stands here is of no use to anyone. */
  #isOver(ref: number, nowMs: number): boolean {
    return !this.#slab.isLive(ref) || this.#slab.keepUntilMs(ref) <= nowMs;
  }

  #evict(ref: number, nowMs: number): void {
    if (this.#isOver(ref, nowMs)) this.#expiredCount++;
    else this.#evictionCount++;
    this.remove(ref);
  }

  #move(from: number, to: number): void {
    this.#index.move(from, to);
    this.#slab.move(from, to);
  }
}
