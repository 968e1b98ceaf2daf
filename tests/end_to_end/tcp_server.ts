import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { TlsIdentity } from "../../lib/base/sockets/tls.ts";
import { StreamFrames, toFrame } from "../../lib/wire/stream_frames.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What a server does with a connection: answers queries, or leaves it alone. */
export interface ServedConnection {
  /** How many there were before it. */
  readonly index: number;
  /** Replies that were sent on it so far. */
  readonly replyCount: number;
  /** Closes it; what was not read makes the kernel reset it (RFC 2525 §2.17). */
  close(): void;
}

/** Makes the reply to a query; `null` for silence. */
export type StreamHandler = (octets: Octets, connection: ServedConnection) => Octets | null;

/** An upstream on a real TCP socket, or over TLS with a certificate, which answers as a function says. */
export class TcpServer implements AsyncDisposable {
  /** Connections so far. */
  connectionCount = 0;
  /** Queries so far. */
  queryCount = 0;
  readonly #listener: Deno.Listener;
  readonly #handler: StreamHandler;
  readonly #open = new Set<Deno.Conn>();
  readonly #serving: Promise<void>[] = [];
  readonly #end: Promise<void>;

  constructor(handler: StreamHandler, port = 0, identity: TlsIdentity | null = null) {
    this.#handler = handler;
    this.#listener = identity === null
      ? Deno.listen({ hostname: "127.0.0.1", port })
      : Deno.listenTls({ hostname: "127.0.0.1", port, cert: identity.certificate, key: identity.key });
    this.#end = this.#accept();
  }

  /** Where it listens. */
  get address(): SocketAddress {
    return this.#listener.addr as SocketAddress;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of [...this.#open]) this.#close(connection);
    await this.#end;
    await Promise.all(this.#serving);
  }

  async #accept(): Promise<void> {
    for await (const connection of this.#listener) {
      this.#open.add(connection);
      this.#serving.push(this.#serve(connection));
    }
  }

  async #serve(connection: Deno.Conn): Promise<void> {
    const frames = new StreamFrames();
    const index = this.connectionCount++;
    const served = { index, replyCount: 0, close: () => this.#close(connection) };
    try {
      while (this.#open.has(connection)) {
        const message = frames.take();
        if (message === null) {
          const count = await connection.read(frames.space());
          if (count === null) break;
          frames.filled(count);
          continue;
        }
        this.queryCount++;
        const reply = this.#handler(message, served);
        if (reply === null || !this.#open.has(connection)) continue;
        for (let frame = toFrame(reply); frame.length > 0;) frame = frame.subarray(await connection.write(frame));
        served.replyCount++;
      }
    } catch (error) {
      // Closed by either side in the middle of it.
      const isByClient = error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe;
      if (this.#open.has(connection) && !isByClient) throw error;
    }
    this.#close(connection);
  }

  #close(connection: Deno.Conn): void {
    if (this.#open.delete(connection)) connection.close();
  }
}
