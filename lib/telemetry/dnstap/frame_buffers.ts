import { KIB } from "../../base/units.ts";

/** A message has 64 KiB at most, and what is said of it a few hundred octets: any frame fits. */
export const BUFFER_OCTETS = 128 * KIB;
/** With all of them full, whoever reads is a megabyte behind: a quarter of a second at 30,000 frames a second. */
export const BUFFERS_MAX = 8;

/** Frames one behind the other. */
export class FrameBuffer {
  /** Where they stand. */
  readonly octets: Uint8Array<ArrayBuffer> = new Uint8Array(BUFFER_OCTETS);
  /** What stands before has been written: the end of a frame. */
  start = 0;
  /** Where the next frame will stand. */
  end = 0;
}

/** Frames on their way from whoever makes them to whoever writes them. Neither waits for the other: what finds no room is dropped. */
export class FrameBuffers {
  #filling: FrameBuffer | null = null;
  readonly #full: FrameBuffer[] = [];
  readonly #spares: FrameBuffer[] = [];
  #madeCount = 0;
  /** Frames that were put. */
  frameCount = 0;
  /** Frames that found no room. */
  droppedCount = 0;
  /** Hears that there is a first frame to be written, or a full buffer. */
  readonly #onWork: (isFull: boolean) => void;

  /** See `onWork`. */
  constructor(onWork: (isFull: boolean) => void) {
    this.#onWork = onWork;
  }

  /** Where a frame of no more than `octetsMax` octets may be put, at its `end`; `null` when it is dropped. `put` follows. */
  room(octetsMax: number): FrameBuffer | null {
    // hot path
    const filling = this.#filling;
    if (filling !== null && filling.end + octetsMax <= BUFFER_OCTETS) return filling;
    return this.#nextRoom();
  }

  /** A frame has been put, up to `end`. */
  put(buffer: FrameBuffer, end: number): void {
    // hot path
    const isFirst = buffer.end === 0;
    buffer.end = end;
    this.frameCount++;
    if (isFirst) this.#onWork(false);
  }

  /** The oldest that has something to be written; `null` for none. It is to be given back. */
  take(): FrameBuffer | null {
    const full = this.#full.shift();
    if (full !== undefined) return full;
    const filling = this.#filling;
    this.#filling = null;
    if (filling === null || filling.end > 0) return filling;
    this.#spares.push(filling);
    return null;
  }

  /** One was written, up to its `start`: what stands behind waits on, before all others. */
  giveBack(buffer: FrameBuffer): void {
    if (buffer.start < buffer.end) return void this.#full.unshift(buffer);
    buffer.start = buffer.end = 0;
    this.#spares.push(buffer);
  }

  #nextRoom(): FrameBuffer | null {
    const filling = this.#filling;
    if (filling !== null) {
      this.#filling = null;
      this.#full.push(filling);
      this.#onWork(true);
    }
    const spare = this.#spares.pop() ?? this.#make();
    if (spare === null) this.droppedCount++;
    return this.#filling = spare;
  }

  #make(): FrameBuffer | null {
    if (this.#madeCount === BUFFERS_MAX) return null;
    this.#madeCount++;
    return new FrameBuffer();
  }
}
