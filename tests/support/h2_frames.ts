import { hpackBlock } from "../../lib/http/hpack/hpack_encoder.ts";

/** Kinds of HTTP/2 frames (RFC 9113 §6). */
export { FRAME as FRAME_TYPES } from "../../lib/http/frames/frame.ts";

/** A frame as it was sent. */
export interface ReadFrame {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
  readonly payload: readonly number[];
}

/** One HTTP/2 frame (RFC 9113 §4.1). */
export function frame(
  type: number,
  flags: number,
  streamId: number,
  payload: readonly number[],
): Uint8Array<ArrayBuffer> {
  const { length } = payload;
  const header = [
    length >> 16,
    length >> 8,
    length,
    type,
    flags,
    streamId >> 24,
    streamId >> 16,
    streamId >> 8,
    streamId,
  ];
  return Uint8Array.from([...header.map((octet) => octet & 255), ...payload]);
}

/** A request's HEADERS frame. */
export function rawRequest(
  streamId: number,
  method: string,
  path: string,
  isEnd = true,
  fields: readonly string[] = [":method", method, ":scheme", "https", ":authority", "dns.example", ":path", path],
): Uint8Array<ArrayBuffer> {
  return frame(1, isEnd ? 5 : 4, streamId, [...hpackBlock(fields)]);
}

/** The whole frames in what was sent. */
export function framesIn(octets: readonly number[]): ReadFrame[] {
  const frames: ReadFrame[] = [];
  for (let at = 0; at + 9 <= octets.length;) {
    const [a, b, c, type, flags, d, e, f, g] = octets.slice(at, at + 9) as number[];
    const end = at + 9 + (a! << 16 | b! << 8 | c!);
    if (end > octets.length) break;
    frames.push({
      type: type!,
      flags: flags!,
      streamId: d! << 24 | e! << 16 | f! << 8 | g!,
      payload: octets.slice(at + 9, end),
    });
    at = end;
  }
  return frames;
}
