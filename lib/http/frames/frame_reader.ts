import { OctetsIn } from "./octets_in.ts";
import { FRAME_HEADER_OCTETS, FRAME_OCTETS_MAX, H2_CODE, H2Error } from "./frame.ts";

/** Cuts what comes into frames (RFC 9113 §4.1). The frame of the moment is in its fields, and its payload in `octets`. */
export class FrameReader {
  readonly #in = new OctetsIn(2 * (FRAME_HEADER_OCTETS + FRAME_OCTETS_MAX));
  /** One of `FRAME`, or another number. */
  type = 0;
  /** Of `FLAG`. */
  flags = 0;
  /** 0 is the connection. */
  streamId = 0;
  /** Where the payload begins. */
  start = 0;
  /** Where it ends. */
  end = 0;

  /** Where the payload is, until more is read. */
  get octets(): Uint8Array<ArrayBuffer> {
    return this.#in.octets;
  }

  /** See `OctetsIn`. */
  space(): Uint8Array<ArrayBuffer> {
    return this.#in.space();
  }

  /** See `OctetsIn`. */
  filled(count: number): void {
    this.#in.filled(count);
  }

  /** Takes `text` from the beginning: `true` when it is there, `null` when more has to come, `false` when it is something else. */
  takeText(text: string): boolean | null {
    const { octets, start, length } = this.#in;
    for (let i = 0; i < Math.min(length, text.length); i++) if (octets[start + i] !== text.charCodeAt(i)) return false;
    if (length < text.length) return null;
    this.#in.start += text.length;
    return true;
  }

  /** Goes on to the next frame. Returns whether it is there, the whole of it. */
  next(): boolean {
    const { octets, start, length } = this.#in;
    if (length < FRAME_HEADER_OCTETS) return false;
    const payloadOctets = octets[start]! << 16 | octets[start + 1]! << 8 | octets[start + 2]!;
    if (payloadOctets > FRAME_OCTETS_MAX) throw new H2Error(H2_CODE.FRAME_SIZE_ERROR, "a frame is too long");
    if (length < FRAME_HEADER_OCTETS + payloadOctets) return false;
    this.type = octets[start + 3]!;
    this.flags = octets[start + 4]!;
    this.streamId = numberAt(octets, start + 5) & 0x7fffffff;
    this.start = start + FRAME_HEADER_OCTETS;
    this.end = this.start + payloadOctets;
    this.#in.start = this.end;
    return true;
  }

  /** Octets of the payload. */
  get length(): number {
    return this.end - this.start;
  }

  /** Whether the frame has this flag. */
  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  /** The 32 bits at an offset of the payload. */
  number(offset: number): number {
    return numberAt(this.octets, this.start + offset) >>> 0;
  }

  /** Leaves out the padding of a frame that may have one, before and behind its payload (RFC 9113 §6.1). */
  withoutPadding(isPadded: boolean): void {
    if (!isPadded) return;
    if (this.length === 0) throw new H2Error(H2_CODE.FRAME_SIZE_ERROR, "a frame says nothing of its padding");
    const padding = this.octets[this.start++]!;
    if (padding > this.length) throw new H2Error(H2_CODE.PROTOCOL_ERROR, "a frame is all padding and more");
    this.end -= padding;
  }
}

function numberAt(octets: Uint8Array, at: number): number {
  return octets[at]! << 24 | octets[at + 1]! << 16 | octets[at + 2]! << 8 | octets[at + 3]!;
}
