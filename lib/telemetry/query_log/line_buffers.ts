import { KIB } from "../../base/units.ts";

/** Some 700 lines, which are written together. */
const BUFFER_OCTETS = 128 * KIB;
/**
 * One is filled and one is written, as a rule; others are made when a disk takes its time. With four, a busy machine whose disk stood
 * still for half a second lost a tenth of 10,000 lines a second.
 */
const BUFFER_COUNT = 32;

/** Lines that are to be written together. */
export interface LineBuffer {
  /** Of these the first `length`. */
  readonly octets: Uint8Array<ArrayBuffer>;
  /** Octets of whole lines. */
  length: number;
  /** How many there are. */
  lineCount: number;
}

/** Where lines wait until they are written. There is no more than so much room, and nobody waits for it. */
export class LineBuffers {
  readonly #free: LineBuffer[] = [];
  readonly #full: LineBuffer[] = [];
  #filling: LineBuffer | null = null;
  #madeCount = 0;

  /** A buffer with room for so many octets more; `null` when all are full. */
  room(octets: number): LineBuffer | null {
    // hot path
    const filling = this.#filling;
    if (filling !== null && filling.length + octets <= BUFFER_OCTETS) return filling;
    return this.#next();
  }

  /** Whether one is full, so that it is time to write. */
  get hasFull(): boolean {
    return this.#full.length > 0;
  }

  /** Whether no line waits. */
  get isEmpty(): boolean {
    return this.#full.length === 0 && (this.#filling === null || this.#filling.lineCount === 0);
  }

  /** Takes out the oldest that is full; `null` when there is none. It is to be given back. */
  takeFull(): LineBuffer | null {
    return this.#full.shift() ?? null;
  }

  /** Takes out the one that is being filled; `null` when there is no line in it. It is to be given back. */
  takeFilling(): LineBuffer | null {
    const filling = this.#filling;
    if (filling === null || filling.lineCount === 0) return null;
    this.#filling = null;
    return filling;
  }

  /** The lines of this one are written, or lost. */
  giveBack(buffer: LineBuffer): void {
    buffer.length = 0;
    buffer.lineCount = 0;
    this.#free.push(buffer);
  }

  #next(): LineBuffer | null {
    const next = this.#free.pop() ?? this.#made();
    if (next === null) return null;
    if (this.#filling !== null) this.#full.push(this.#filling);
    return this.#filling = next;
  }

  #made(): LineBuffer | null {
    if (this.#madeCount === BUFFER_COUNT) return null;
    this.#madeCount++;
    return { octets: new Uint8Array(BUFFER_OCTETS), length: 0, lineCount: 0 };
  }
}
