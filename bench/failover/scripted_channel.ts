import { FLAG, FRAME, FRAME_HEADER_OCTETS, PREFACE } from "../../lib/http/frames/frame.ts";
import { hpackBlock } from "../../lib/http/hpack/hpack_encoder.ts";
import { concat } from "@std/bytes/concat";
import { StreamFrames, toFrame } from "../../lib/wire/stream_frames.ts";
import { frame } from "../../tests/support/h2_frames.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What is asked on one connection, and how it is answered there. */
export interface ScriptedChannel {
  /** What is sent before anything is asked. */
  readonly greeting: Octets;
  /** Takes what has come; calls `asked` with each query and how its reply would be written. Returns what is sent at once. */
  take(octets: Uint8Array, asked: (query: Octets, write: (reply: Octets) => Octets) => void): Octets;
  /** What says that nothing is taken beyond what has been answered; `null`: it can only be closed. */
  farewell(): Octets | null;
}

/** Messages with their length before them (RFC 7858). */
export function dotChannel(): ScriptedChannel {
  const frames = new StreamFrames();
  return {
    greeting: new Uint8Array(),
    take(octets, asked) {
      for (let rest = octets; rest.length > 0;) {
        const space = frames.space();
        const count = Math.min(space.length, rest.length);
        space.set(rest.subarray(0, count));
        frames.filled(count);
        rest = rest.subarray(count);
        for (let query = frames.take(); query !== null; query = frames.take()) asked(query, toFrame);
      }
      return new Uint8Array();
    },
    farewell: () => null,
  };
}

const REPLY_FIELDS = hpackBlock([":status", "200", "content-type", "application/dns-message"]);

/** Requests by POST over HTTP/2 (RFC 8484), of which the content alone is looked at. */
export function dohChannel(): ScriptedChannel {
  let waiting: Octets = new Uint8Array();
  let hasGreeted = false;
  let answeredStreamId = 0;
  const contents = new Map<number, Octets[]>();
  return {
    greeting: frame(FRAME.SETTINGS, 0, 0, []),
    take(octets, asked) {
      waiting = concat([waiting, octets]);
      const out: Octets[] = [];
      if (!hasGreeted) {
        if (waiting.length < PREFACE.length) return new Uint8Array();
        waiting = waiting.slice(PREFACE.length);
        hasGreeted = true;
      }
      for (;;) {
        const view = new DataView(waiting.buffer, waiting.byteOffset, waiting.length);
        if (waiting.length < FRAME_HEADER_OCTETS) break;
        const end = FRAME_HEADER_OCTETS + (view.getUint32(0) >>> 8);
        if (waiting.length < end) break;
        const [type, flags, streamId] = [view.getUint8(3), view.getUint8(4), view.getUint32(5)];
        const payload = waiting.slice(FRAME_HEADER_OCTETS, end);
        waiting = waiting.slice(end);
        if (type === FRAME.SETTINGS && (flags & FLAG.ACK) === 0) out.push(frame(FRAME.SETTINGS, FLAG.ACK, 0, []));
        if (type === FRAME.PING && (flags & FLAG.ACK) === 0) out.push(frame(FRAME.PING, FLAG.ACK, 0, [...payload]));
        if (type === FRAME.HEADERS) contents.set(streamId, []);
        if (type !== FRAME.DATA) continue;
        const padding = (flags & FLAG.PADDED) === 0 ? 0 : payload[0]! + 1;
        const content = padding === 0 ? payload : payload.slice(1, payload.length - padding + 1);
        contents.get(streamId)?.push(content);
        if (payload.length > 0) {
          out.push(frame(FRAME.WINDOW_UPDATE, 0, 0, numberOctets(payload.length)));
        }
        if ((flags & FLAG.END_STREAM) === 0) continue;
        const query = concat(contents.get(streamId) ?? []);
        contents.delete(streamId);
        asked(query, (reply) => {
          answeredStreamId = streamId;
          return concat([
            frame(FRAME.HEADERS, FLAG.END_HEADERS, streamId, [...REPLY_FIELDS]),
            frame(FRAME.DATA, FLAG.END_STREAM, streamId, [...reply]),
          ]);
        });
      }
      return concat(out);
    },
    farewell: () => frame(FRAME.GOAWAY, 0, 0, [...numberOctets(answeredStreamId), 0, 0, 0, 0]),
  };
}

function numberOctets(value: number): number[] {
  return [value >> 24, value >> 16, value >> 8, value];
}
