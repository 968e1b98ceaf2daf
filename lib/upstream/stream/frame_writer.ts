import { writeAll } from "../../base/net/byte_stream.ts";
import type { StreamSocket } from "../../base/runtime.ts";
import { putUint16 } from "../../wire/octets.ts";

const LENGTH_OCTETS = 2;
/** What is kept for further frames; more than that is given back. */
const KEPT_OCTETS = 4096;

/** Writes frames to a connection in their order, those of one turn together, and those that have come while it was busy. */
export class FrameWriter {
  readonly #socket: StreamSocket;
  readonly #onError: (error: unknown) => void;
  /** What is to be written next, up to `#end`; `#spare` takes its place while it is written. */
  #waiting = new Uint8Array(KEPT_OCTETS);
  #spare = new Uint8Array(KEPT_OCTETS);
  #end = 0;
  #isWriting = false;

  /** Writes to `socket`; `onError` hears when that fails, once. */
  constructor(socket: StreamSocket, onError: (error: unknown) => void) {
    this.#socket = socket;
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
      // What else is sent in this turn goes with it: one segment, and one record of TLS, rather than many (RFC 7766 §8).
      await null;
      while (this.#end > 0) {
        const octets = this.#waiting;
        const end = this.#end;
        this.#waiting = this.#spare;
        this.#end = 0;
        await writeAll(this.#socket, octets.subarray(0, end));
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
