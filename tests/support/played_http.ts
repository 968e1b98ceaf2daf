import type { ByteStream } from "../../lib/base/net/byte_stream.ts";
import type { HostStream } from "./host_stream.ts";

type Octets = Uint8Array<ArrayBuffer>;

/**
 * A connection of a host that is played by a test, as what speaks HTTP there wants it. What is written leaves at once.
 *
 * @param isLost Whether the path has forgotten it: nothing leaves any more.
 */
export function playedBytes(stream: HostStream, isLost: () => boolean): ByteStream {
  const waiting: Octets[] = [];
  let reader: { buffer: Octets; settle: PromiseWithResolvers<number | null> } | null = null;
  let hasEnded = false;
  const give = () => {
    const first = waiting[0];
    if (reader === null || (first === undefined && !hasEnded)) return;
    const { buffer, settle } = reader;
    reader = null;
    if (first === undefined) return settle.resolve(null);
    const part = first.subarray(0, buffer.length);
    buffer.set(part);
    if (part.length === first.length) waiting.shift();
    else waiting[0] = first.subarray(part.length);
    settle.resolve(part.length);
  };
  stream.onOctets = (octets) => {
    waiting.push(octets.slice());
    give();
  };
  stream.onEnd = () => {
    hasEnded = true;
    give();
  };
  return {
    read: (buffer) => {
      reader = { buffer, settle: Promise.withResolvers() };
      const { promise } = reader.settle;
      give();
      return promise;
    },
    write: (octets) => {
      if (!isLost()) stream.send(octets);
      return Promise.resolve(octets.length);
    },
    close: () => {
      stream.onOctets = () => {};
      stream.onEnd = () => {};
      if (!stream.isClosed) stream.close();
    },
  };
}
