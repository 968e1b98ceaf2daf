import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { DatagramBatch } from "../../lib/base/runtime.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What stands where the octets of a datagram were that may not be looked at any more. */
const GONE = 0xee;

/** What batches of a host's socket are made from. */
export interface HostBatchOptions {
  /** Takes the next datagram out of the socket; `undefined` when none waits. */
  take(): [Octets, SocketAddress] | undefined;
  /** Sends a datagram. Returns whether the host does. */
  send(octets: Octets, to: SocketAddress): boolean;
}

/** Batches as the C library has them: slots that the next batch overwrites, replies that leave with the flush. */
export class HostBatch implements DatagramBatch {
  readonly size = 8;
  readonly slotOctets = 4096;
  readonly receiveBufferOctets = 0;
  readonly droppedCount = 0;
  readonly slot: Octets = new Uint8Array(4096);
  readonly #options: HostBatchOptions;
  #slots: [Octets, SocketAddress][] = [];
  #queue: [Octets, SocketAddress][] = [];
  lost: readonly number[] = [];
  #lost: number[] = [];
  #queuedCount = 0;

  constructor(options: HostBatchOptions) {
    this.#options = options;
  }

  receive(): number {
    for (const [octets] of this.#slots) octets.fill(GONE);
    this.#slots = [];
    while (this.#slots.length < this.size) {
      const next = this.#options.take();
      if (next === undefined) break;
      this.#slots.push([next[0].slice(0, this.slotOctets), next[1]]);
    }
    return this.#slots.length;
  }

  datagram(i: number): Octets {
    return this.#slots[i]![0];
  }

  peer(i: number): SocketAddress {
    return this.#slots[i]![1];
  }

  keep(i: number): () => void {
    const [octets, peer] = this.#slots[i]!;
    this.#slots[i] = [new Uint8Array(0), peer];
    return () => void octets.fill(GONE);
  }

  queueSlot(lengthOctets: number, to: SocketAddress): void {
    this.queue(this.slot.subarray(0, lengthOctets), to);
  }

  queue(octets: Octets, to: SocketAddress): void {
    this.#queue.push([octets.slice(), to]);
    this.#queuedCount++;
    if (this.#queue.length === this.size) this.#send();
  }

  flush(): number {
    this.#send();
    this.lost = this.#lost;
    this.#lost = [];
    this.#queuedCount = 0;
    return this.lost.length;
  }

  #send(): void {
    const start = this.#queuedCount - this.#queue.length;
    for (const [i, [octets, to]] of this.#queue.splice(0).entries()) {
      if (!this.#options.send(octets, to)) this.#lost.push(start + i);
    }
  }
}
