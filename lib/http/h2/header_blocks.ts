import { HpackDecoder, HpackError } from "../hpack/hpack_decoder.ts";
import { FLAG, H2_CODE, H2Error } from "../frames/frame.ts";
import type { FrameReader } from "../frames/frame_reader.ts";

/** Octets of an encoded block for each octet of fields that is read: codes for rare octets are long. */
const ENCODED_FACTOR = 2;
/** Frames behind a HEADERS frame that go on with it. */
const CONTINUATIONS_MAX = 16;

/** What a header block says. Whoever has it must not change it: the next block may say the same. */
export interface Block {
  /** Names and values by turns. */
  readonly fields: readonly string[];
  /** Whether that is all of it; the rest was too much. */
  readonly isWhole: boolean;
}

/** Puts header blocks together (RFC 9113 §4.3) and reads them. One is read at a time, so what it takes is bounded. */
export class HeaderBlocks {
  readonly #decoder: HpackDecoder;
  readonly #octetsMax: number;
  #parts: Uint8Array[] = [];
  #octets = 0;
  /** The stream whose block goes on; 0 when none does. */
  streamId = 0;
  /** Whether nothing comes on that stream behind the block. */
  isEnd = false;
  /** The block that was read last, the table that it was read with, and what it says. */
  #last: Uint8Array | null = null;
  #lastVersion = -1;
  #lastBlock: Block = { fields: [], isWhole: true };

  /** See `HpackDecoder`. */
  constructor(fieldOctetsMax: number) {
    this.#decoder = new HpackDecoder(fieldOctetsMax);
    this.#octetsMax = fieldOctetsMax * ENCODED_FACTOR;
  }

  /** Takes a HEADERS frame. Returns the block, or `null` when it goes on. */
  begin(frame: FrameReader): Block | null {
    frame.withoutPadding(frame.has(FLAG.PADDED));
    if (frame.has(FLAG.PRIORITY)) {
      if (frame.length < 5) throw new H2Error(H2_CODE.FRAME_SIZE_ERROR, "a frame says nothing of its priority");
      frame.start += 5;
    }
    this.isEnd = frame.has(FLAG.END_STREAM);
    if (frame.has(FLAG.END_HEADERS)) return this.#read(frame.octets, frame.start, frame.end);
    this.streamId = frame.streamId;
    this.#keep(frame);
    return null;
  }

  /** Takes a CONTINUATION frame of the stream. Returns as `begin` does. */
  goOn(frame: FrameReader): Block | null {
    this.#keep(frame);
    if (!frame.has(FLAG.END_HEADERS)) return null;
    const octets = new Uint8Array(this.#octets);
    let at = 0;
    for (const part of this.#parts) {
      octets.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#octets = 0;
    this.streamId = 0;
    return this.#read(octets, 0, octets.length);
  }

  #keep(frame: FrameReader): void {
    this.#octets += frame.length;
    this.#parts.push(frame.octets.slice(frame.start, frame.end));
    if (this.#octets > this.#octetsMax || this.#parts.length > CONTINUATIONS_MAX) {
      throw new H2Error(H2_CODE.ENHANCE_YOUR_CALM, "a header does not end");
    }
  }

  /** The same octets with the same table say the same: clients that ask the same path do so again and again. */
  #read(octets: Uint8Array, start: number, end: number): Block {
    if (end - start > this.#octetsMax) throw new H2Error(H2_CODE.ENHANCE_YOUR_CALM, "a header is too long");
    const decoder = this.#decoder;
    const last = this.#last;
    if (last !== null && decoder.version === this.#lastVersion && isSame(last, octets, start, end)) {
      return this.#lastBlock;
    }
    const fields: string[] = [];
    try {
      const isWhole = decoder.decode(octets, start, end, fields);
      const isKept = decoder.version === this.#lastVersion;
      this.#lastBlock = { fields, isWhole };
      this.#last = isKept ? octets.slice(start, end) : null;
      this.#lastVersion = decoder.version;
      return this.#lastBlock;
    } catch (error) {
      if (error instanceof HpackError) throw new H2Error(H2_CODE.COMPRESSION_ERROR, `a header has ${error.message}`);
      throw error;
    }
  }
}

function isSame(kept: Uint8Array, octets: Uint8Array, start: number, end: number): boolean {
  if (kept.length !== end - start) return false;
  for (let i = 0; i < kept.length; i++) if (kept[i] !== octets[start + i]) return false;
  return true;
}
