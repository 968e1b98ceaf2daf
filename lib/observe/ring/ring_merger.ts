import { HEAD, HIGH_WORD } from "./layout.ts";
import type { ObservationRing } from "./observation_ring.ts";
import type { TextTable } from "./text_table.ts";

/** What is read out of another ring, to be told elsewhere. */
export interface TornOut {
  /** Whole records, as they stand there. */
  readonly words: Int32Array<ArrayBuffer>;
  /** Records that were lost there since the last one. */
  readonly lostCount: number;
  /** What is to be added to its clock; see `Epoch`. */
  readonly offsetMs: number;
  /** Texts that have come to its tables since the last one. */
  readonly texts: NewTexts;
}

/** Texts that have come to tables, in the order of their numbers. */
export interface NewTexts {
  /** See `TextTables`. */
  readonly upstreams: readonly string[];
  /** See `TextTables`. */
  readonly reasons: readonly string[];
  /** See `TextTables`. */
  readonly groups: readonly string[];
}

/** Words of the shortest record: one of the root for an IPv4 address. */
const WORDS_MIN = 9;
const WORKER_MASK = (1 << HEAD.workerShift) - 1;

/** Copies records of one worker's ring to another ring, with the numbers that texts have there, and times by the clock there. */
export class RingMerger {
  readonly #ring: ObservationRing;
  readonly #worker: number;
  readonly #upstreams: Numbers;
  readonly #reasons: Numbers;
  readonly #groups: Numbers;

  /** To `ring`, as those of `worker`. */
  constructor(ring: ObservationRing, worker: number) {
    this.#ring = ring;
    this.#worker = worker;
    this.#upstreams = new Numbers(ring.texts.upstreams);
    this.#reasons = new Numbers(ring.texts.reasons);
    this.#groups = new Numbers(ring.texts.groups);
  }

  /** Copies. What is no record, and all behind it, is left out. */
  merge({ words, lostCount, offsetMs, texts }: TornOut): void {
    this.#ring.lose(lostCount);
    this.#upstreams.add(texts.upstreams);
    this.#reasons.add(texts.reasons);
    this.#groups.add(texts.groups);
    const aheadUs = Math.round((offsetMs - this.#ring.epoch.offsetMs) * 1000);
    for (let at = 0; at < words.length;) {
      const count = words[at]! & 0xff;
      if (count < WORDS_MIN || at + count > words.length) return;
      this.#copy(words, at, count, aheadUs);
      at += count;
    }
  }

  #copy(from: Int32Array<ArrayBuffer>, start: number, count: number, aheadUs: number): void {
    const at = this.#ring.begin(count);
    const to = this.#ring.words;
    for (let i = 0; i < count; i++) to[at + i] = from[start + i]!;
    const timeUs = Math.max(0, (to[at + 2]! >>> 0) * HIGH_WORD + (to[at + 1]! >>> 0) + aheadUs);
    to[at] = (to[at]! & WORKER_MASK) | (this.#worker << HEAD.workerShift);
    to[at + 1] = timeUs;
    to[at + 2] = timeUs / HIGH_WORD;
    to[at + 5] = (to[at + 5]! & 0xffff) | (this.#upstreams.here(to[at + 5]! >>> 16) << 16);
    to[at + 6] = this.#reasons.here(to[at + 6]! & 0xffff) | (this.#groups.here(to[at + 6]! >>> 16) << 16);
  }
}

/** The numbers here of the texts there. */
class Numbers {
  readonly #table: TextTable;
  readonly #here: number[] = [];

  constructor(table: TextTable) {
    this.#table = table;
  }

  add(texts: readonly string[]): void {
    for (const text of texts) this.#here.push(this.#table.numberOf(text));
  }

  here(there: number): number {
    return this.#here[there] ?? 0;
  }
}
