import type { SocketAddress } from "../../lib/base/net/address.ts";
import { MessageScan, SCAN } from "../../lib/wire/scan.ts";
import { StreamFrames, toFrame } from "../../lib/wire/stream_frames.ts";
import { makeReply } from "./loopback_reply.ts";

/** The TCP side of a scripted upstream, on a real socket of the loopback. */
export class LoopbackStreams implements Disposable {
  /** Whether connections are closed as soon as they are made. */
  closesAtOnce = false;
  readonly #listener: Deno.TcpListener;
  readonly #open = new Set<Deno.TcpConn>();
  readonly #mute = new WeakSet<Deno.TcpConn>();
  #isClosed = false;

  /** Listens on `address`; throws `Deno.errors.AddrInUse` when it cannot. */
  constructor({ hostname, port }: SocketAddress) {
    this.#listener = Deno.listen({ hostname, port });
    this.#accept();
  }

  /** Where it listens. */
  get address(): SocketAddress {
    return { ...(this.#listener.addr as SocketAddress), transport: "udp" };
  }

  /** Nothing is answered any more on the connections that there are, as if the way back were gone. New ones work. */
  muteOpen(): void {
    for (const connection of this.#open) this.#mute.add(connection);
  }

  [Symbol.dispose](): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.close();
    for (const connection of this.#open) connection.close();
  }

  async #accept(): Promise<void> {
    while (!this.#isClosed) {
      try {
        const connection = await this.#listener.accept();
        if (this.closesAtOnce) {
          connection.close();
          continue;
        }
        connection.setNoDelay(true);
        this.#open.add(connection);
        this.#serve(connection);
      } catch (error) {
        if (!this.#isClosed) throw error;
      }
    }
  }

  async #serve(connection: Deno.TcpConn): Promise<void> {
    const frames = new StreamFrames();
    const scan = new MessageScan();
    try {
      for (let count: number | null = 0; count !== null; count = await connection.read(frames.space())) {
        frames.filled(count);
        for (let query = frames.take(); query !== null; query = frames.take()) {
          if (scan.scan(query) !== SCAN.ok || scan.questionCount !== 1 || this.#mute.has(connection)) continue;
          await connection.write(toFrame(makeReply(query, {})));
        }
      }
    } catch {
      // Whoever asked has gone, or all is over.
    }
    // It may have been closed by the other end, or with everything.
    if (this.#open.delete(connection) && !this.#isClosed) connection.close();
  }
}
