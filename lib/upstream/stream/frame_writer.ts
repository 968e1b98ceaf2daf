import { concat } from "@std/bytes/concat";
import type { StreamSocket } from "../../base/runtime.ts";
import { writeAll } from "../../base/net/byte_stream.ts";

/** Frames that leave in one write when many wait. */
const TOGETHER_MAX = 64;

/** Writes frames to a connection in their order, those together that have come while it was busy. */
export class FrameWriter {
  readonly #socket: StreamSocket;
  readonly #onError: (error: unknown) => void;
  #waiting: Uint8Array<ArrayBuffer>[] = [];
  #isWriting = false;

  /** Writes to `socket`; `onError` hears when that fails, once. */
  constructor(socket: StreamSocket, onError: (error: unknown) => void) {
    this.#socket = socket;
    this.#onError = onError;
  }

  /** Writes `frame`, which stays as it is, at once or behind those before. */
  write(frame: Uint8Array<ArrayBuffer>): void {
    this.#waiting.push(frame);
    if (!this.#isWriting) this.#run();
  }

  /** Forgets what waits. */
  stop(): void {
    this.#waiting = [];
  }

  async #run(): Promise<void> {
    this.#isWriting = true;
    try {
      // One segment rather than many (RFC 7766 §8).
      while (this.#waiting.length > 0) await writeAll(this.#socket, concat(this.#waiting.splice(0, TOGETHER_MAX)));
    } catch (error) {
      this.#onError(error);
    }
    this.#isWriting = false;
  }
}
