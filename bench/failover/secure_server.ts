import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { TlsIdentity } from "../../lib/base/sockets/tls.ts";
import { MessageScan, SCAN } from "../../lib/wire/scan.ts";
import { makeReply } from "../common/loopback_reply.ts";
import { sleep } from "../common/sleep.ts";
import { type BenchCertificates, makeBenchCertificates } from "../encrypted/bench_certificates.ts";
import { dohChannel, dotChannel } from "./scripted_channel.ts";
import type { Upstreams } from "./stage.ts";

/** How it is asked. */
export type SecureKind = "dot" | "doh";

let made: Promise<BenchCertificates> | null = null;

/** The certificates of all of them. */
export function certificates(): Promise<BenchCertificates> {
  return made ??= makeBenchCertificates();
}

/** A scripted upstream over TLS or HTTPS, on a real socket of the loopback. */
export class SecureServer implements Upstreams {
  readonly address: SocketAddress;
  /** How many replies there are on a connection before it is closed, or GOAWAY is said where that can be said. */
  repliesPerConnection = Infinity;
  /** Queries so far. */
  queryCount = 0;
  readonly #kind: SecureKind;
  readonly #open = new Set<Deno.TlsConn>();
  readonly #mute = new WeakSet<Deno.TlsConn>();
  #listener: Deno.TlsListener;

  /** Listens on a free port of `hostname`. */
  constructor(kind: SecureKind, hostname: string, identity: TlsIdentity) {
    this.#kind = kind;
    this.#listener = this.#listen(hostname, 0, identity);
    this.address = this.#listener.addr as SocketAddress;
  }

  /** Opens one. */
  static async open(kind: SecureKind, hostname = "127.0.0.2"): Promise<SecureServer> {
    return new SecureServer(kind, hostname, (await certificates()).server);
  }

  get addresses(): readonly SocketAddress[] {
    return [this.address];
  }

  /** Nothing is answered any more on the connections that there are, as if the way back were gone. New ones work. */
  muteOpen(): void {
    for (const connection of this.#open) this.#mute.add(connection);
  }

  /** As if its process were killed: all connections end, and the port is closed. */
  die(): void {
    this.#listener.close();
    for (const connection of [...this.#open]) this.#close(connection);
  }

  /** Dies, and comes back at the same place with another certificate. */
  async restart(identity: TlsIdentity): Promise<void> {
    this.die();
    for (;;) {
      try {
        this.#listener = this.#listen(this.address.hostname, this.address.port, identity);
        return;
      } catch (error) {
        // The old listener lets go of the port when its last accept() has ended.
        if (!(error instanceof Deno.errors.AddrInUse)) throw error;
        await sleep(1);
      }
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    try {
      this.die();
    } catch {
      // It has died already.
    }
    return Promise.resolve();
  }

  #listen(hostname: string, port: number, { certificate: cert, key }: TlsIdentity): Deno.TlsListener {
    const alpnProtocols = [this.#kind === "dot" ? "dot" : "h2"];
    const listener = Deno.listenTls({ hostname, port, cert, key, alpnProtocols });
    this.#accept(listener);
    return listener;
  }

  async #accept(listener: Deno.TlsListener): Promise<void> {
    for (;;) {
      try {
        this.#serve(await listener.accept());
      } catch (error) {
        if (error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted) return;
      }
    }
  }

  async #serve(connection: Deno.TlsConn): Promise<void> {
    this.#open.add(connection);
    const channel = this.#kind === "dot" ? dotChannel() : dohChannel();
    const buffer = new Uint8Array(16_384);
    const scan = new MessageScan();
    let replyCount = 0;
    let hasSaidFarewell = false;
    try {
      await writeAll(connection, channel.greeting);
      for (let count: number | null = 0; count !== null; count = await connection.read(buffer)) {
        const replies: Uint8Array[] = [];
        const atOnce = channel.take(buffer.subarray(0, count), (query, write) => {
          this.queryCount++;
          if (scan.scan(query) !== SCAN.ok || scan.questionCount !== 1) return;
          // What it is asked beyond that it does not look at.
          if (this.#mute.has(connection) || replyCount >= this.repliesPerConnection) return;
          replyCount++;
          replies.push(write(makeReply(query, {})));
        });
        if (this.#mute.has(connection)) continue;
        await writeAll(connection, atOnce);
        for (const reply of replies) await writeAll(connection, reply);
        if (replyCount < this.repliesPerConnection) continue;
        const farewell = channel.farewell();
        if (farewell === null || this.repliesPerConnection === 1) break;
        // Who has been told goes by himself.
        if (!hasSaidFarewell) await writeAll(connection, farewell);
        hasSaidFarewell = true;
      }
    } catch {
      // Whoever asked has gone, or all is over.
    }
    this.#close(connection);
  }

  #close(connection: Deno.TlsConn): void {
    if (!this.#open.delete(connection)) return;
    try {
      connection.close();
    } catch {
      // It is closed.
    }
  }
}

async function writeAll(connection: Deno.TlsConn, octets: Uint8Array): Promise<void> {
  for (let rest = octets; rest.length > 0;) rest = rest.subarray(await connection.write(rest));
}
