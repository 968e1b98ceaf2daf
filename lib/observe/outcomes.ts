/** What replies may say, for counting: RCODE 0 to 23 (RFC 6895 §2.3), and all higher ones in the last place. */
export const RCODE_COUNT = 32;

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

  #placeOf(channel: number, source: number, rcode: number): number {
    // hot path
    return (channel * this.#sourceCount + source) * RCODE_COUNT + Math.min(rcode, RCODE_COUNT - 1);
  }
}
