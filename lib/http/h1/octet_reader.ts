import type { ByteStream } from "../../base/net/byte_stream.ts";
import { OctetsIn } from "../frames/octets_in.ts";

/** The connection is over where something should have come. */
export class EndOfStream extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "EndOfStream";
}

/** Something is longer than it may be. */
export class TooLong extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "TooLong";
}

/** Reads lines and runs of octets. */
export class OctetReader {
  readonly #socket: ByteStream;
  readonly #in: OctetsIn;

  /** What ends with an empty line, or a line, may be as long as `octetsMax`. */
  constructor(socket: ByteStream, octetsMax: number) {
    this.#socket = socket;
    this.#in = new OctetsIn(octetsMax);
  }

  /** What is there now, which nobody has looked at. Good until more is read. */
  get waiting(): Uint8Array<ArrayBuffer> {
    return this.#in.octets.subarray(this.#in.start, this.#in.end);
  }

  /** Reads on until at least one octet more is there; `false` when none comes any more. */
  async more(): Promise<boolean> {
    const space = this.#in.space();
    if (space.length === 0) throw new TooLong();
    const count = await this.#socket.read(space);
    if (count === null) return false;
    this.#in.filled(count);
    return true;
  }

  /**
   * The text up to `end`, which is taken as well.
   *
   * @throws {EndOfStream} when the connection is over before it.
   * @throws {TooLong} when it is longer than it may be.
   */
  async textUntil(end: string): Promise<string> {
    for (let looked = 0;;) {
      const { waiting } = this;
      const place = placeOf(waiting, end, looked);
      if (place !== -1) {
        this.#in.start += place + end.length;
        let text = "";
        for (let i = 0; i < place; i++) text += String.fromCharCode(waiting[i]!);
        return text;
      }
      looked = Math.max(0, waiting.length - end.length + 1);
      if (!await this.more()) throw new EndOfStream();
    }
  }

  /** Reads `target` full. */
  async fill(target: Uint8Array<ArrayBuffer>): Promise<void> {
    for (let at = 0; at < target.length;) {
      const part = this.waiting.subarray(0, target.length - at);
      target.set(part, at);
      at += part.length;
      this.#in.start += part.length;
      if (at < target.length && !await this.more()) throw new EndOfStream();
    }
  }
}

function placeOf(octets: Uint8Array, text: string, from: number): number {
  for (let at = from; at + text.length <= octets.length; at++) {
    let same = 0;
    while (same < text.length && octets[at + same] === text.charCodeAt(same)) same++;
    if (same === text.length) return at;
  }
  return -1;
}
