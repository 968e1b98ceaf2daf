import { StreamFrames } from "../../lib/wire/stream_frames.ts";
import type { HostStream } from "./host_stream.ts";

/** Plays one end of a connection: calls `take` with each whole message that comes, and closes when the other side does. */
export function eachMessage(stream: HostStream, take: (octets: Uint8Array<ArrayBuffer>) => void): void {
  const frames = new StreamFrames();
  stream.onEnd = () => {
    if (!stream.isClosed) stream.close();
  };
  stream.onOctets = (octets) => {
    for (let offset = 0; offset < octets.length;) {
      const space = frames.space();
      const part = octets.subarray(offset, offset + space.length);
      space.set(part);
      frames.filled(part.length);
      offset += part.length;
      for (let message = frames.take(); message !== null; message = frames.take()) take(message);
    }
  };
}
