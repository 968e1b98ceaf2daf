import { assert } from "@std/assert";
import { equals } from "@std/bytes/equals";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import type { DatagramSocket, DatagramWatcher } from "../../lib/base/runtime.ts";
import { HostBatch } from "./host_batch.ts";
import { asSeenBy, unmapped } from "./mapped_address.ts";
import type { Host, WorldNetwork } from "./world_network.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Datagrams that wait in a socket; more are lost, as in a kernel (256 small ones by default on Linux). */
const QUEUE_MAX = 256;

type Received = [Octets, SocketAddress];

/** A UDP socket of a host. */
export class HostSocket implements DatagramSocket {
  readonly address: SocketAddress;
  /** See `Host.hasBatches`. */
  readonly batch?: HostBatch;
  /** See `Host.hasWatches`. */
  readonly watch?: (watcher: DatagramWatcher) => () => void;
  isClosed = false;
  /** Takes the datagrams as they come, instead of `receive`: for those parts of the world that are played by the test. */
  onDatagram: ((octets: Octets, from: SocketAddress) => void) | null = null;
  readonly #host: Host;
  readonly #network: WorldNetwork;
  readonly #queue: Received[] = [];
  #watcher: DatagramWatcher | null = null;
  #isTellingPlanned = false;
  #waiting: { readonly buffer: Octets; readonly settle: PromiseWithResolvers<Received> } | null = null;

  constructor(host: Host, network: WorldNetwork, address: SocketAddress) {
    this.#host = host;
    this.#network = network;
    this.address = address;
    if (!host.hasBatches) return;
    this.batch = new HostBatch({
      take: () => this.#queue.shift(),
      send: (octets, to) => !this.isClosed && this.#sendCopy(octets, to) === null,
    });
    if (host.hasWatches) this.watch = (watcher) => this.#beWatched(watcher);
  }

  receive(buffer: Octets): Promise<Received> {
    if (this.isClosed) return Promise.reject(new Error("BadResource: socket is closed"));
    if (this.watch !== undefined) return Promise.reject(new Error("Busy: it tells who watches it"));
    if (this.#waiting !== null) return Promise.reject(new Error("Busy: somebody receives already"));
    this.#waiting = { buffer, settle: Promise.withResolvers<Received>() };
    const { promise } = this.#waiting.settle;
    this.#pump();
    return promise;
  }

  send(octets: Octets, to: SocketAddress): Promise<number> {
    if (this.isClosed) return Promise.reject(new Error("BadResource: socket is closed"));
    const copy = octets.slice();
    const fault = this.#sendCopy(copy, to);
    if (fault !== null) return Promise.reject(fault);
    const { promise, resolve } = Promise.withResolvers<number>();
    this.#network.time.after(0, () => {
      // The kernel may read as late as this. Whoever has changed the octets meanwhile would have sent something else.
      if (!equals(octets, copy)) throw new Error(`Octets to ${formatSocketAddress(to)} were changed while being sent`);
      resolve(octets.length);
    });
    return promise;
  }

  close(): void {
    if (this.isClosed) throw new Error("BadResource: socket is closed");
    this.isClosed = true;
    this.#waiting?.settle.reject(new Error("Interrupted: socket is closed"));
    this.#waiting = null;
  }

  /** Lets the receive that waits fail, as a broken socket does. */
  failReceive(error: Error): void {
    this.#watcher?.onFailed(error);
    this.#waiting?.settle.reject(error);
    this.#waiting = null;
  }

  #beWatched(watcher: DatagramWatcher): () => void {
    assert(this.#watcher === null && !this.isClosed, "an open socket has one watcher");
    this.#watcher = watcher;
    this.#pump();
    return () => {
      this.#watcher = null;
    };
  }

  /** Tells the watcher in an event of its own, again and again until it has taken everything. */
  #tell(): void {
    if (this.#isTellingPlanned || this.#queue.length === 0) return;
    this.#isTellingPlanned = true;
    this.#network.time.after(0, () => {
      this.#isTellingPlanned = false;
      if (this.isClosed || this.#watcher === null || this.#queue.length === 0) return;
      const { length } = this.#queue;
      const watcher = this.#watcher;
      try {
        watcher.onReadable();
      } catch (error) {
        watcher.onFailed(error);
      }
      assert(this.isClosed || this.#queue.length < length, "a watcher takes some of what there is");
      this.#tell();
    });
  }

  /** Takes a datagram in. Returns whether there was room. */
  enqueue(octets: Octets, sender: SocketAddress): boolean {
    const from = asSeenBy(this.address, sender);
    if (this.#queue.length === QUEUE_MAX) return false;
    if (this.onDatagram !== null) {
      this.onDatagram(octets, from);
      return true;
    }
    this.#queue.push([octets, from]);
    const { wakesLate } = this.#host;
    if (wakesLate === null) this.#pump();
    else this.#network.time.after(wakesLate(), () => this.#pump());
    return true;
  }

  /** Returns what went wrong, if anything. */
  #sendCopy(octets: Octets, peer: SocketAddress): Error | null {
    const to = unmapped(peer);
    const from = this.#host.sourceOf(this.address, to);
    if (from === null) return new Error(`No route to ${formatSocketAddress(to)}`);
    const fault = this.#host.sendFault(from, to);
    this.#network.watch({ kind: fault === null ? "sent" : "refused", from, to, octets });
    if (fault === null) this.#network.carry(this.#host, from, to, octets);
    return fault;
  }

  #pump(): void {
    if (this.#watcher !== null) return this.#tell();
    if (this.#waiting === null || this.#queue.length === 0) return;
    const { buffer, settle } = this.#waiting;
    this.#waiting = null;
    const [octets, from] = this.#queue.shift()!;
    const length = Math.min(octets.length, buffer.length);
    buffer.set(octets.subarray(0, length));
    settle.resolve([buffer.subarray(0, length), from]);
  }
}
