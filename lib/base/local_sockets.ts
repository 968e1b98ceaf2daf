import type { ByteStream } from "./net/byte_stream.ts";

/** A socket of this machine's file system that takes connections. */
export interface LocalListenSocket {
  /** Waits for the next connection. Rejects once closed. */
  accept(): Promise<ByteStream>;
  /** Closes it; a waiting `accept` rejects. Its file goes, unless another one stands there meanwhile. */
  close(): void;
}

/** The sockets of this machine's file system (AF_UNIX). */
export interface LocalSockets {
  /**
   * Listens at a path, where its owner and its group may connect and nobody else. What a program that is gone has left there is
   * replaced.
   *
   * @throws {LocalSocketError} when another program listens there, something that is no socket is there, or it is not permitted.
   */
  listen(path: string): Promise<LocalListenSocket>;
  /**
   * Connects to whoever listens at a path.
   *
   * @throws {LocalSocketError} when nobody does, or it is not permitted.
   */
  connect(path: string): Promise<ByteStream>;
}

/** A socket that cannot be had. The message says why, without its path. */
export class LocalSocketError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "LocalSocketError";
}
