import type { StreamSocket } from "../../../base/sockets/stream_socket.ts";
import type { Client } from "../../../resolver/client.ts";
import type { StreamAccount } from "./stream_account.ts";

/** A connection that was let in. */
export interface Accepted<S extends StreamSocket = StreamSocket> {
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
