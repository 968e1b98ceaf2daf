/** Bounds of what replies are counted by, in octets: twice as long each, and what only fits on a stream. */
export const SIZE_BOUNDS = [64, 128, 256, 512, 1024, 2048, 4096, 65_535] as const;

/** 64 = 2⁶: what is no longer is in the first bucket. */
const FIRST_BITS = 6;

/** How long replies were. Plain data: it may go to another process. */
export interface SizeCounts {
  /** In all, in octets. */
  readonly sumOctets: number;
  /** How many were longer than the bound before and no longer than that of `SIZE_BOUNDS` at the same place. */
  readonly counts: readonly number[];
}

/** Counts replies by length. Counting allocates nothing. */
export class ReplySizes {
  readonly #counts = new Float64Array(SIZE_BOUNDS.length);
  #sumOctets = 0;

  /** A reply of so many octets is about to leave. */
  add(octets: number): void {
    // hot path
    const place = octets <= 64 ? 0 : 32 - Math.clz32(octets - 1) - FIRST_BITS;
    this.#counts[Math.min(place, SIZE_BOUNDS.length - 1)]!++;
    this.#sumOctets += octets;
  }

  /** All that has been counted. */
  get sizes(): SizeCounts {
    return { sumOctets: this.#sumOctets, counts: [...this.#counts] };
  }
}

/** What several processes have counted, as if they were one. */
export function sumSizes(all: readonly SizeCounts[]): SizeCounts {
  return {
    sumOctets: all.reduce((total, { sumOctets }) => total + sumOctets, 0),
    counts: SIZE_BOUNDS.map((_, i) => all.reduce((total, { counts }) => total + counts[i]!, 0)),
  };
}
