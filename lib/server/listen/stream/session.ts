import type { PushedStream } from "../../../base/sockets/pushed_stream.ts";
import type { StreamSocket } from "../../../base/sockets/stream_socket.ts";
import type { Client } from "../../../resolver/client.ts";
import type { StreamAccount } from "./stream_account.ts";

/** What connections are: octets that are waited for, or told of. */
export type Connection = StreamSocket | PushedStream;

/** A listening socket that is asked for each connection; see `StreamListenSocket`. */
export interface AskedSocket<S> {
  /** Waits for the next one. */
  accept(): Promise<S>;
  /** Closes the socket. */
  close(): void;
}

/** A listening socket that tells of each connection; see `PushedListener`. */
export interface TellingSocket<S> {
  /** Begins to tell. Returns what ends that. */
  watch(watcher: { onConnection(stream: S): void; onFailed(error: unknown): void }): () => void;
  /** Closes the socket. */
  close(): void;
}

/** A connection that was let in. */
export interface Accepted<S extends Connection = StreamSocket> {
  /** Open; it belongs to the session from now on. */
  readonly socket: S;
  /** Who is at its other end. */
  readonly client: Client;
  /** What may wait on this connection; nothing does any more when the session has ended. */
  readonly account: StreamAccount;
}

/** Serves one connection, whatever is spoken on it. */
export interface Session {
  /** Serves it to its end. To be called once. Never rejects. */
  run(): Promise<void>;
  /** Answers what was taken, then closes. */
  stop(): Promise<void>;
  /** Closes it now. */
  close(): void;
  /** Since when nothing has come and nothing waits, on the clock of deadlines; `Infinity` while something waits. */
  readonly idleSinceMs: number;
}
