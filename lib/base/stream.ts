import type { ByteStream } from "./local_sockets.ts";

/** Writes all of `octets`. Rejects with what the connection says when it fails on the way. */
export async function writeAll(socket: Pick<ByteStream, "write">, octets: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let sent = 0; sent < octets.length;) sent += await socket.write(octets.subarray(sent));
}
