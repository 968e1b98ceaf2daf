import { writeAll } from "../../base/net/byte_stream.ts";
import type { StreamSocket } from "../../base/runtime.ts";
import { putUint16, uint16At } from "../../wire/octets.ts";

const LENGTH_OCTETS = 2;
/** What is kept for further frames; more than that is given back. */
const KEPT_OCTETS = 4096;

/** How frames are written. */
export interface FrameWriterOptions {
  /** Where. */
  readonly socket: StreamSocket;
  /**
   * Whether those of one turn, and those that have come while it was busy, leave together. Over TLS some servers look at the first
   * query of a record alone, and at the others when something more comes (nsd 4.6, dnsdist 1.7).
   */
  readonly gathers: boolean;
  /** Hears when writing fails, once. */
  readonly onError: (error: unknown) => void;
}

/** Writes frames to a connection in their order. */
export class FrameWriter {
  readonly #socket: StreamSocket;
  readonly #gathers: boolean;
  readonly #onError: (error: unknown) => void;
  /** What is to be written next, up to `#end`; `#spare` takes its place while it is written. */
  #waiting = new Uint8Array(KEPT_OCTETS);
  #spare = new Uint8Array(KEPT_OCTETS);
  #end = 0;
  #isWriting = false;

  /** See {@linkcode FrameWriterOptions}. */
  constructor({ socket, gathers, onError }: FrameWriterOptions) {
    this.#socket = socket;
    this.#gathers = gathers;
    this.#onError = onError;
  }

  /** Writes a copy of `message` with an ID of its own, behind those before. */
  write(message: Uint8Array, id: number): void {
    const start = this.#end;
    const end = start + LENGTH_OCTETS + message.length;
    if (end > this.#waiting.length) this.#grow(end);
    const octets = this.#waiting;
    putUint16(octets, start, message.length);
    octets.set(message, start + LENGTH_OCTETS);
    putUint16(octets, start + LENGTH_OCTETS, id);
    this.#end = end;
    if (!this.#isWriting) this.#run();
  }

  /** Forgets what waits. */
  stop(): void {
    this.#end = 0;
  }

  async #run(): Promise<void> {
    this.#isWriting = true;
    try {
      // What else is sent in this turn goes with it: one segment rather than many (RFC 7766 §8).
      await null;
      while (this.#end > 0) {
        const octets = this.#waiting;
        const end = this.#end;
        this.#waiting = this.#spare;
        this.#end = 0;
        for (let at = 0, next = 0; at < end; at = next) {
          next = this.#gathers ? end : at + LENGTH_OCTETS + uint16At(octets, at);
          await writeAll(this.#socket, octets.subarray(at, next));
        }
        this.#spare = octets.length > KEPT_OCTETS ? new Uint8Array(KEPT_OCTETS) : octets;
      }
    } catch (error) {
      this.#onError(error);
    }
    this.#isWriting = false;
  }

  #grow(octets: number): void {
    const grown = new Uint8Array(Math.max(octets, 2 * this.#waiting.length));
    grown.set(this.#waiting.subarray(0, this.#end));
    this.#waiting = grown;
  }
}
