import type { ByteStream } from "../../lib/base/net/byte_stream.ts";
import type { FakeStream } from "./fake_stream.ts";

/** The other end of a fake connection: what is written there is read here. */
export function otherEnd(stream: FakeStream): ByteStream {
  const waiting: Uint8Array<ArrayBuffer>[] = [];
  let reader: { buffer: Uint8Array<ArrayBuffer>; settle: PromiseWithResolvers<number | null> } | null = null;
  let isClosed = false;
  const give = () => {
    const first = waiting[0];
    if (reader === null || first === undefined) return;
    const part = first.subarray(0, reader.buffer.length);
    reader.buffer.set(part);
    if (part.length === first.length) waiting.shift();
    else waiting[0] = first.subarray(part.length);
    reader.settle.resolve(part.length);
    reader = null;
  };
  stream.onWrite = (octets) => {
    waiting.push(octets);
    give();
  };
  return {
    read: (buffer) => {
      reader = { buffer, settle: Promise.withResolvers() };
      const { promise } = reader.settle;
      give();
      return promise;
    },
    write: async (octets) => {
      await null;
      if (!stream.isClosed) stream.deliver(octets);
      return octets.length;
    },
    close: () => {
      if (isClosed) return;
      isClosed = true;
      reader?.settle.resolve(null);
      reader = null;
      if (!stream.isClosed) stream.end();
    },
  };
}
