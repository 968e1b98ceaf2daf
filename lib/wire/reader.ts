import { PointerWork } from "./pointer_work.ts";
import { WireFormatError } from "./wire_format_error.ts";

/**
 * Reads a message octet by octet, never beyond `end`. Everything it returns is a copy, so the buffer may be reused.
 * All methods throw {@linkcode WireFormatError} when the octets run out.
 */
export class Reader {
  /** The whole message, from its first octet: compression pointers count from there. */
  readonly octets: Uint8Array;
  /** What the names read so far cost, sections included. */
  readonly work: PointerWork;
  readonly #view: DataView;
  readonly #end: number;
  #offset: number;

  /**
   * Starts at `offset` of `octets`.
   *
   * @param end Offset behind the last octet that may be read; `octets.length` by default.
   * @param work Of the message, when part of it has been read.
   */
  constructor(octets: Uint8Array, offset = 0, end: number = octets.length, work: PointerWork = new PointerWork()) {
    this.octets = octets;
    this.work = work;
    this.#view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    this.#offset = offset;
    this.#end = end;
  }

  /** Where the next octet is read. */
  get offset(): number {
    return this.#offset;
  }

  /** Offset behind the last octet that may be read. */
  get end(): number {
    return this.#end;
  }

  /** Octets left to read. */
  get remaining(): number {
    return this.#end - this.#offset;
  }

  /** The next octet. */
  uint8(): number {
    return this.#view.getUint8(this.skip(1));
  }

  /** The number in the next two octets. */
  uint16(): number {
    return this.#view.getUint16(this.skip(2));
  }

  /** The number in the next four octets. */
  uint32(): number {
    return this.#view.getUint32(this.skip(4));
  }

  /** A copy of the next `count` octets. */
  take(count: number): Uint8Array<ArrayBuffer> {
    const start = this.skip(count);
    return this.octets.slice(start, start + count);
  }

  /** Passes over `count` octets. Returns the offset of the first. */
  skip(count: number): number {
    if (count > this.remaining) {
      throw new WireFormatError(`Message ends early: ${count} octets needed at offset ${this.#offset}`);
    }
    const start = this.#offset;
    this.#offset += count;
    return start;
  }

  /** A reader for the next `count` octets alone (RDATA), which still sees the whole message for pointers. */
  section(count: number): Reader {
    const start = this.skip(count);
    return new Reader(this.octets, start, start + count, this.work);
  }
}
