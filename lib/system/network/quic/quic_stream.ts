import type { QuicStream } from "../../../base/sockets/quic.ts";
import { leaveToPromises } from "../../../base/left_to_promises.ts";

/** What is read at a time: a padded message (RFC 8467) and more. Deno's own choice, 64 KiB for each read, takes 30 µs longer. */
const READ_OCTETS = 2048;

/**
 * A stream of Deno's. Letting go of one is not what it is elsewhere: there is no RESET_STREAM, what was written is finished;
 * and STOP_SENDING has the code 0.
 */
export class DenoQuicStream implements QuicStream {
  readonly #reader: ReadableStreamBYOBReader;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;

  /** `stream` belongs to this object from now on. */
  constructor({ readable, writable }: Deno.QuicBidirectionalStream) {
    this.#reader = readable.getReader({ mode: "byob" });
    this.#writer = writable.getWriter();
    // Who reads and writes is told; these are the same news once more.
    this.#reader.closed.catch(() => {});
    this.#writer.closed.catch(() => {});
    this.#writer.ready.catch(() => {});
  }

  /** See `QuicStream`. */
  async read(): Promise<Uint8Array<ArrayBuffer> | null> {
    const { value, done } = await this.#reader.read(new Uint8Array(READ_OCTETS));
    return done ? null : value;
  }

  /** See `QuicStream`. */
  async finish(octets: Uint8Array<ArrayBuffer>): Promise<void> {
    leaveToPromises();
    // What fails is told by what waits for it to be closed.
    this.#writer.write(octets).catch(() => {});
    await this.#writer.close();
  }

  /** See `QuicStream`. */
  cancel(): void {
    this.#reader.cancel().catch(() => {});
    this.#writer.abort().catch(() => {});
  }
}
