import type { Epoch } from "./epoch.ts";
import { TextTables } from "./text_table.ts";

/** 1 MiB: some 18,000 observations of names of usual length. */
const WORDS = 2 ** 18;
/** It is noted where in each of 16 parts a record begins: who is too slow goes on there. */
const PART_BITS = 14;
const PART_COUNT = WORDS >>> PART_BITS;
/** So many records are many. */
const MANY = 64;

/** A place between two records. Places are counted on from lap to lap. */
export interface RingPlace {
  /** Words before it, those of earlier laps included. */
  word: number;
  /** Records before it. */
  record: number;
}

/**
 * Observations one behind the other, the newest in the place of the oldest. Written without a look at who reads: who is too
 * slow finds that what he has not read is gone. See `layout.ts` for what a record is.
 */
export class ObservationRing {
  /** All of it. A record never begins at one end and goes on at the other: there a 0 says that the rest is not used. */
  readonly words: Int32Array<ArrayBuffer> = new Int32Array(WORDS);
  /** What the numbers in it mean. */
  readonly texts: TextTables = new TextTables();
  /** What times in it are to be added to. */
  readonly epoch: Epoch;
  /** Hears it each time that there are many more; `null` for nobody. See `ObservationFeed`. */
  onMany: (() => void) | null = null;
  #at = 0;
  #lap = 0;
  #part = 0;
  #recordCount = 0;
  #lostCount = 0;
  /** Words and records before the first record in each part. */
  readonly #parts: readonly RingPlace[] = Array.from({ length: PART_COUNT }, () => ({ word: 0, record: 0 }));

  /** An empty one. */
  constructor(epoch: Epoch) {
    this.epoch = epoch;
  }

  /** Makes room for a record of so many words. Returns the place of its first in `words`, which the caller fills. */
  begin(wordCount: number): number {
    // hot path
    let at = this.#at;
    if (at + wordCount > WORDS) {
      if (at < WORDS) this.words[at] = 0;
      at = 0;
      this.#lap++;
    }
    if (at >>> PART_BITS !== this.#part || at === 0) this.#enter(at);
    this.#recordCount++;
    this.#at = at + wordCount;
    if ((this.#recordCount & (MANY - 1)) === 0 && this.onMany !== null) this.onMany();
    return at;
  }

  #enter(at: number): void {
    this.#part = at >>> PART_BITS;
    const place = this.#parts[this.#part]!;
    place.word = this.#lap * WORDS + at;
    place.record = this.#recordCount;
  }

  /** Observations were lost before they came here. */
  lose(count: number): void {
    this.#lostCount += count;
  }

  /** How many were lost before they came here. */
  get lostCount(): number {
    return this.#lostCount;
  }

  /** Where the next record will be. */
  get end(): RingPlace {
    return { word: this.#lap * WORDS + this.#at, record: this.#recordCount };
  }

  /** Whether what stood at a place still does. */
  holds({ word }: RingPlace): boolean {
    return word >= this.#oldestWord;
  }

  /** The oldest place that still stands, of those that are noted. */
  get start(): RingPlace {
    const places = this.#parts.filter((place) => place.record < this.#recordCount && this.holds(place));
    return places.reduce((oldest, place) => place.word < oldest.word ? place : oldest, this.end);
  }

  get #oldestWord(): number {
    return this.#lap * WORDS + this.#at - WORDS;
  }

  /** Where in `words` the record at a place begins, which is moved on past what is not used; -1 when there is none yet. */
  find(place: RingPlace): number {
    // hot path
    if (place.record === this.#recordCount) return -1;
    let at = place.word % WORDS;
    if (this.words[at] === 0) {
      place.word += WORDS - at;
      at = 0;
    }
    return at;
  }
}
