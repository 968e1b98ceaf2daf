import { uint32At } from "../../wire/octets.ts";

/** What is sent on a stream of frames: https://dnstap.info. */
export const CONTENT_TYPE = "protobuf:dnstap.Dnstap";

/** The frames that begin and end a stream (Frame Streams, by Farsight). */
export const CONTROL = { accept: 1, start: 2, stop: 3, ready: 4, finish: 5 } as const;

/** One of `CONTROL`. */
export type Control = (typeof CONTROL)[keyof typeof CONTROL];

/** The one field that a control frame can have: what is sent. */
const FIELD_CONTENT_TYPE = 1;
/** Of a control frame at most: fstrm reads no longer one either. */
const CONTROL_OCTETS_MAX = 512;
/** A length of zero, which no frame with data has, and the length of what follows. */
const HEADER_OCTETS = 8;

/** What a stream says that is no stream of frames, or one of something else. */
export class FrameStreamError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "FrameStreamError";
}

/** A control frame with the kind of what is sent, or without. */
export function controlFrame(control: Control, contentType: string | null): Uint8Array<ArrayBuffer> {
  const type = new TextEncoder().encode(contentType ?? "");
  const length = 4 + (contentType === null ? 0 : 8 + type.length);
  const octets = new Uint8Array(HEADER_OCTETS + length);
  const view = new DataView(octets.buffer);
  view.setUint32(4, length);
  view.setUint32(8, control);
  if (contentType !== null) {
    view.setUint32(12, FIELD_CONTENT_TYPE);
    view.setUint32(16, type.length);
    octets.set(type, 20);
  }
  return octets;
}

/** A control frame as it came. */
export interface ControlFrame {
  /** One of `CONTROL`, or something unknown. */
  readonly control: number;
  /** What may be sent; empty when the other side takes anything. */
  readonly contentTypes: readonly string[];
}

/** Puts together what comes from whoever reads a stream: control frames, and nothing else. */
export class ControlFrames {
  #octets = new Uint8Array(0);

  /** More has come. */
  add(octets: Uint8Array): void {
    const all = new Uint8Array(this.#octets.length + octets.length);
    all.set(this.#octets);
    all.set(octets, this.#octets.length);
    this.#octets = all;
  }

  /**
   * The next frame; `null` when it is not there yet.
   *
   * @throws {FrameStreamError} when what comes is no control frame.
   */
  next(): ControlFrame | null {
    const octets = this.#octets;
    if (octets.length < HEADER_OCTETS) return null;
    const length = uint32At(octets, 4);
    if (uint32At(octets, 0) !== 0 || length < 4 || length > CONTROL_OCTETS_MAX) {
      throw new FrameStreamError("what is there reads no frame streams");
    }
    const end = HEADER_OCTETS + length;
    if (octets.length < end) return null;
    const frame = { control: uint32At(octets, HEADER_OCTETS), contentTypes: contentTypes(octets, end) };
    this.#octets = octets.slice(end);
    return frame;
  }
}

function contentTypes(octets: Uint8Array, end: number): string[] {
  const types = [];
  for (let at = HEADER_OCTETS + 4; at + 8 <= end;) {
    const start = at + 8;
    const next = start + uint32At(octets, at + 4);
    if (next > end) throw new FrameStreamError("a field is longer than its frame");
    if (uint32At(octets, at) === FIELD_CONTENT_TYPE) types.push(new TextDecoder().decode(octets.subarray(start, next)));
    at = next;
  }
  return types;
}
