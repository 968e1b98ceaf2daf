import type { ByteStream } from "../../base/net/byte_stream.ts";

const LINE_FEED = 0x0a;

/** Cuts a stream into lines of text. */
export class LineReader {
  readonly #stream: Pick<ByteStream, "read">;
  readonly #buffer: Uint8Array<ArrayBuffer>;
  readonly #decoder = new TextDecoder();
  #length = 0;

  /** Of lines that have `octetsMax` at most. */
  constructor(stream: Pick<ByteStream, "read">, octetsMax: number) {
    this.#stream = stream;
    this.#buffer = new Uint8Array(octetsMax + 1);
  }

  /** The next line, without its end; `null` when there is none, or it is too long. What has no end is no line. */
  async next(): Promise<string | null> {
    for (let seen = 0;;) {
      const end = this.#buffer.subarray(0, this.#length).indexOf(LINE_FEED, seen);
      if (end !== -1) return this.#take(end);
      if (this.isFull) return null;
      seen = this.#length;
      const count = await this.#stream.read(this.#buffer.subarray(this.#length));
      if (count === null) return null;
      this.#length += count;
    }
  }

  /** What stands behind the end of the last line; "" for nothing. Whoever has written all that it has to say may have left the end out. */
  get rest(): string {
    return this.isFull ? "" : this.#decoder.decode(this.#buffer.subarray(0, this.#length)).trim();
  }

  /** Whether the line that has begun is too long. */
  get isFull(): boolean {
    return this.#length === this.#buffer.length;
  }

  #take(end: number): string {
    const line = this.#decoder.decode(this.#buffer.subarray(0, end)).replace(/\r$/, "");
    this.#buffer.copyWithin(0, end + 1, this.#length);
    this.#length -= end + 1;
    return line;
  }
}
