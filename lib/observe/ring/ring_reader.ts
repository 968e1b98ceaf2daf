import type { ObservationReader, ObservationRecord } from "../observation.ts";
import type { ObservationRing, RingPlace } from "./observation_ring.ts";
import { type RecordNames, RingRecord } from "./ring_record.ts";

/** Words of records, as they stand in a ring. */
export interface RingPiece {
  /** A copy; whole records, one behind the other. */
  readonly words: Int32Array<ArrayBuffer>;
  /** How many records these are. */
  readonly recordCount: number;
}

/** Somebody who reads a ring from where it ended when he came. */
export class RingReader implements ObservationReader {
  readonly #ring: ObservationRing;
  readonly #record: RingRecord;
  readonly #onClose: () => void;
  readonly #place: RingPlace;
  readonly #lostBefore: number;
  #lapped = 0;
  #isClosed = false;

  /** `onClose` is called once. */
  constructor(ring: ObservationRing, names: RecordNames, onClose: () => void) {
    this.#ring = ring;
    this.#record = new RingRecord(ring, names);
    this.#onClose = onClose;
    this.#place = ring.end;
    this.#lostBefore = ring.lostCount;
  }

  /** See `ObservationReader`. */
  read(take: (record: ObservationRecord) => void, countMax: number): number {
    this.#catchUp();
    this.#record.beginReading();
    const { words } = this.#ring;
    let count = 0;
    while (count < countMax && !this.#isClosed) {
      const at = this.#ring.find(this.#place);
      if (at < 0) break;
      this.#record.moveTo(at);
      // Moved on before: what throws is not read again.
      this.#place.word += words[at]! & 0xff;
      this.#place.record++;
      count++;
      take(this.#record);
    }
    return count;
  }

  /** Takes records as they stand, no more than `wordCountMax` words, to be read elsewhere; `null` when there are none, or none fits. */
  takePiece(wordCountMax: number): RingPiece | null {
    this.#catchUp();
    const { words } = this.#ring;
    const begin = this.#ring.find(this.#place);
    if (begin < 0) return null;
    const { record } = this.#place;
    let end = begin;
    for (let at = begin; at === end && at >= 0; at = this.#ring.find(this.#place)) {
      const wordCount = words[at]! & 0xff;
      if (end + wordCount - begin > wordCountMax) break;
      end += wordCount;
      this.#place.word += wordCount;
      this.#place.record++;
    }
    if (end === begin) return null;
    return { words: words.slice(begin, end), recordCount: this.#place.record - record };
  }

  /** See `ObservationReader`. */
  get lostCount(): number {
    return this.#lapped + this.#ring.lostCount - this.#lostBefore;
  }

  /** See `ObservationReader`. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose();
  }

  /** Goes on at the oldest record that still stands, if what was to be read is gone. */
  #catchUp(): void {
    if (this.#ring.holds(this.#place)) return;
    const { word, record } = this.#ring.start;
    this.#lapped += record - this.#place.record;
    this.#place.word = word;
    this.#place.record = record;
  }
}
