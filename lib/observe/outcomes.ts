/** What replies may say, for counting: RCODE 0 to 23 (RFC 6895 §2.3), and all higher ones in the last place. */
export const RCODE_COUNT = 32;

/** Replies of one kind. */
export interface OutcomeCount {
  /** See `Outcomes`. */
  readonly channel: number;
  /** See `Outcomes`. */
  readonly source: number;
  /** 0–31; see `RCODE_COUNT`. */
  readonly rcode: number;
  /** How many there were, 1 and more. */
  readonly count: number;
}

/** How many replies have left by each way, from each source and with each RCODE. Counting allocates nothing. */
export class Outcomes {
  readonly #sourceCount: number;
  readonly #counts: Float64Array;

  /** Ways and sources are numbers from 0. */
  constructor(channelCount: number, sourceCount: number) {
    this.#sourceCount = sourceCount;
    this.#counts = new Float64Array(channelCount * sourceCount * RCODE_COUNT);
  }

  /** A reply is about to leave. */
  count(channel: number, source: number, rcode: number): void {
    // hot path
    this.#counts[this.#placeOf(channel, source, rcode)]!++;
  }

  /** How many there were. */
  countOf(channel: number, source: number, rcode: number): number {
    return this.#counts[this.#placeOf(channel, source, rcode)]!;
  }

  /** All kinds that there were, in the order of their numbers. */
  list(): OutcomeCount[] {
    const found: OutcomeCount[] = [];
    this.#counts.forEach((count, place) => {
      if (count === 0) return;
      const kind = Math.floor(place / RCODE_COUNT);
      const channel = Math.floor(kind / this.#sourceCount);
      found.push({ channel, source: kind % this.#sourceCount, rcode: place % RCODE_COUNT, count });
    });
    return found;
  }

  #placeOf(channel: number, source: number, rcode: number): number {
    // hot path
    return (channel * this.#sourceCount + source) * RCODE_COUNT + Math.min(rcode, RCODE_COUNT - 1);
  }
}
