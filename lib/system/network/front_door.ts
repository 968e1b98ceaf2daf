import type { SocketAddress } from "../../base/net/address.ts";
import { writeAll } from "../../base/net/byte_stream.ts";
import { CONNECTIONS_MAX, IDLE_MS } from "../../base/http/http_server.ts";
import { acceptStream } from "./accept_stream.ts";
import { bindStream } from "./bind.ts";
import { inZoneOf } from "./in_zone.ts";
import { splitZone } from "../../base/net/zone.ts";
import { PROCESS_LOOP } from "../loop/process_loop.ts";

const CHUNK_OCTETS = 16 * 1024;
/** When a connection cannot be taken, for want of descriptors. */
const REST_MS = 100;
const LOOK_EVERY_MS = 5_000;
const LAST_WORDS_MS = 500;
const LOOPBACK = "127.0.0.1";

/** Somebody who has come in. */
interface Guest {
  readonly address: SocketAddress;
  readonly outside: Deno.TcpConn;
  readonly inside: Deno.TcpConn;
  /** Requests of his that are under way. */
  busyCount: number;
  /** Since when there are none. */
  idleSinceMs: number;
}

/**
 * Takes the connections of a server of Deno's, which listens on the loopback, and counts them: that server takes as many as come, and
 * keeps them for ever when nothing is asked (Deno 2.9.5), until clients of DNS find no descriptor any more.
 */
export class FrontDoor {
  /** Where it is, with the port that it really got. */
  readonly address: SocketAddress;
  readonly #listener: Deno.TcpListener;
  /** By the port that each has come from, as the server sees it. */
  readonly #guests = new Map<number, Guest>();
  #port = 0;
  #isClosed = false;
  #endPause = () => {};
  readonly #empty = Promise.withResolvers<void>();
  #watch: (() => void) | null = null;

  /** Listens. `isShared` says whether others may do so, too. See `bind` for what it throws. */
  constructor(local: SocketAddress, isShared: boolean) {
    this.#listener = bindStream(local, { reusePort: isShared });
    this.address = { ...local, port: this.#listener.addr.port };
    void this.#take();
  }

  /** Whoever comes from now on is led to this port of the loopback. */
  leadTo(port: number): void {
    this.#port = port;
  }

  /** Who has come by the port that the server sees; `null` for whoever has found another way. */
  whoIs(port: number): SocketAddress | null {
    return this.#guests.get(port)?.address ?? null;
  }

  /** A request of his begins. Returns the function that ends it. */
  busy(port: number): () => void {
    const guest = this.#guests.get(port);
    if (guest === undefined) return () => {};
    guest.busyCount++;
    return () => {
      guest.busyCount--;
      guest.idleSinceMs = performance.now();
    };
  }

  /** Takes no more connections. Those that are there stay. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#endPause();
    this.#listener.close();
  }

  /** Ends those as well, once what their server has said last has gone out; for that they have a moment. */
  async end(): Promise<void> {
    this.close();
    const cancel = PROCESS_LOOP.start(LAST_WORDS_MS, () => this.#guests.forEach(turnOut));
    if (this.#guests.size > 0) await this.#empty.promise;
    cancel();
    this.#watch?.();
    this.#watch = null;
  }

  async #take(): Promise<void> {
    while (!this.#isClosed) {
      try {
        void this.#lead(await acceptStream(this.#listener));
        // Of a thousand that come at once those who ask shall be heard before others take their places.
        await this.#pause(0);
      } catch {
        await this.#pause(REST_MS);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = PROCESS_LOOP.start(ms, resolve);
    this.#endPause = () => {
      cancel();
      resolve();
    };
    return promise;
  }

  /** From the first octet to the last. */
  async #lead(outside: Deno.TcpConn): Promise<void> {
    if (this.#guests.size >= CONNECTIONS_MAX && !this.#makeRoom()) return closeQuietly(outside);
    let inside: Deno.TcpConn;
    try {
      inside = await Deno.connect({ hostname: LOOPBACK, port: this.#port });
    } catch {
      return closeQuietly(outside);
    }
    outside.setNoDelay(true);
    inside.setNoDelay(true);
    const address = inZoneOf(outside.remoteAddr, splitZone(this.address.hostname).zone);
    const guest: Guest = { address, outside, inside, busyCount: 0, idleSinceMs: performance.now() };
    const { port } = inside.localAddr;
    this.#guests.set(port, guest);
    this.#watch ??= PROCESS_LOOP.start(LOOK_EVERY_MS, () => this.#look());
    try {
      pump(outside, inside).then(() => inside.closeWrite()).catch(() => turnOut(guest));
      await pump(inside, outside);
    } catch {
      // One of them has gone; so does the other.
    } finally {
      turnOut(guest);
      this.#guests.delete(port);
      if (this.#isClosed && this.#guests.size === 0) this.#empty.resolve();
    }
  }

  /** Whoever has asked nothing for the longest time goes. Returns whether there was one. */
  #makeRoom(): boolean {
    const idle = [...this.#guests].filter(([, { busyCount }]) => busyCount === 0);
    const [longest] = idle.sort(([, a], [, b]) => a.idleSinceMs - b.idleSinceMs);
    if (longest === undefined) return false;
    const [port, guest] = longest;
    this.#guests.delete(port);
    turnOut(guest);
    return true;
  }

  #look(): void {
    const oldMs = performance.now() - IDLE_MS;
    for (const guest of this.#guests.values()) {
      if (guest.busyCount === 0 && guest.idleSinceMs < oldMs) turnOut(guest);
    }
    this.#watch = this.#guests.size === 0 ? null : PROCESS_LOOP.start(LOOK_EVERY_MS, () => this.#look());
  }
}

/** Brings over what comes, until nothing more does. No more is taken than can be given on. */
async function pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(CHUNK_OCTETS);
  for (;;) {
    const count = await from.read(buffer);
    if (count === null) return;
    await writeAll(to, buffer.subarray(0, count));
  }
}

function turnOut({ outside, inside }: Guest): void {
  closeQuietly(outside);
  closeQuietly(inside);
}

function closeQuietly(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed.
  }
}
