/** RFC 6298 §2.3: weights of the newest sample. */
const ALPHA = 1 / 8;
const BETA = 1 / 4;

/** Samples that the percentile looks at: enough for a 95th, few enough to follow a change within seconds. */
const WINDOW = 64;
/** The percentile is worked out anew after this many samples: looking through 64 for each reply would be waste. */
const REFRESH_EVERY = 8;

/** Used anew for each percentile. */
const highest = new Float64Array(WINDOW);

/** How long one upstream takes to answer: smoothed by RFC 6298 §2, and the 95th percentile of its last replies. */
export class RoundTrips {
  readonly #window = new Float64Array(WINDOW);
  #count = 0;
  #smoothedMs = 0;
  #variationMs = 0;
  #percentile95Ms = 0;
  #fastestMs = Infinity;

  /** Replies measured so far. */
  get count(): number {
    return this.#count;
  }

  /** SRTT, in milliseconds; 0 before the first sample. */
  get smoothedMs(): number {
    return this.#smoothedMs;
  }

  /** 95 of 100 recent replies came within this, in milliseconds; 0 before the first sample. */
  get percentile95Ms(): number {
    return this.#percentile95Ms;
  }

  /** The shortest of all, in milliseconds: what the way takes when nothing waits on it; `Infinity` before the first sample. */
  get fastestMs(): number {
    return this.#fastestMs;
  }

  /** RTO: SRTT + 4 × RTTVAR (RFC 6298 §2.3), in milliseconds. What takes longer is probably lost. */
  get lossMs(): number {
    return this.#smoothedMs + 4 * this.#variationMs;
  }

  /** Adds the round trip of one reply. */
  add(rttMs: number): void {
    if (this.#count === 0) {
      this.#smoothedMs = rttMs;
      this.#variationMs = rttMs / 2;
    } else {
      this.#variationMs += BETA * (Math.abs(this.#smoothedMs - rttMs) - this.#variationMs);
      this.#smoothedMs += ALPHA * (rttMs - this.#smoothedMs);
    }
    if (rttMs < this.#fastestMs) this.#fastestMs = rttMs;
    this.#window[this.#count++ % WINDOW] = rttMs;
    if (this.#count <= REFRESH_EVERY || this.#count % REFRESH_EVERY === 0) {
      this.#percentile95Ms = this.#percentile(0.95);
    }
  }

  /** The lowest sample that this share of the last ones does not exceed. */
  #percentile(share: number): number {
    const count = Math.min(this.#count, WINDOW);
    const rank = count - Math.ceil(share * count) + 1;
    // The highest ones seen, the lowest of them first: four of 64, so that sorting all would be waste.
    highest.fill(-Infinity, 0, rank);
    for (let i = 0; i < count; i++) {
      const sample = this.#window[i]!;
      if (sample <= highest[0]!) continue;
      let place = 0;
      for (; place + 1 < rank && highest[place + 1]! < sample; place++) highest[place] = highest[place + 1]!;
      highest[place] = sample;
    }
    return highest[0]!;
  }
}
