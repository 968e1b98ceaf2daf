/** Octets both ways, from and to another process or machine. */
export interface ByteStream {
  /** Waits for octets and writes them into `buffer`. Resolves to their number, or to `null` when no more will come. */
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  /** Sends the first octets of `octets`; resolves to how many. They must not change until then. */
  write(octets: Uint8Array<ArrayBuffer>): Promise<number>;
  /** Closes both ways; a waiting `read` or `write` rejects. */
  close(): void;
}

/** Writes all of `octets`. Rejects with what the connection says when it fails on the way. */
export async function writeAll(socket: Pick<ByteStream, "write">, octets: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let sent = 0; sent < octets.length;) sent += await socket.write(octets.subarray(sent));
}
