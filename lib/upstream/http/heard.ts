import type { ByteStream } from "../../base/net/byte_stream.ts";

/** The same connection; whenever something has come on it, `onHeard` is called, before anybody looks at that. */
export function heard(socket: ByteStream, onHeard: () => void): ByteStream {
  return {
    async read(buffer) {
      const count = await socket.read(buffer);
      if (count !== null) onHeard();
      return count;
    },
    write: (octets) => socket.write(octets),
    close: () => socket.close(),
  };
}
