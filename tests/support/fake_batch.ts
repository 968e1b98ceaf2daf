import { assert } from "@std/assert";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { DatagramBatch, DatagramWatcher, TooLong } from "../../lib/base/runtime.ts";
import { FakeSocket } from "./fake_socket.ts";

/** Fewer than in the program, so that a test can fill it. */
const SIZE = 4;

/** A socket with batches and without a network. What is delivered while nobody waits is there for the batch. */
export class FakeBatchSocket extends FakeSocket {
  readonly batch: FakeBatch = new FakeBatch(this);
}

/** The same, but it tells who watches it what it has. */
export class FakeWatchedSocket extends FakeBatchSocket {
  /** Who watches it. */
  watcher: DatagramWatcher | null = null;

  readonly watch = (watcher: DatagramWatcher): () => void => {
    assert(this.watcher === null, "one watches at a time");
    this.watcher = watcher;
    return () => this.watcher = null;
  };

  override receive(): Promise<never> {
    throw new Error("somebody watches");
  }
}

/** The batches of a `FakeBatchSocket`. The octets of a batch are overwritten by the next, unless they are kept. */
export class FakeBatch implements DatagramBatch {
  readonly size: number = SIZE;
  readonly slotOctets = 4096;
  readonly receiveBufferOctets = 0;
  droppedCount = 0;
  /** What comes in, portion by portion, at each `receive`. */
  readonly portions: [octets: Uint8Array<ArrayBuffer>, peer: SocketAddress][][] = [];
  /** How many were sent at each flush that had something to send. */
  readonly flushes: number[] = [];
  /** Datagrams kept and not released yet. */
  keptCount = 0;
  /** Of the next flush, so many are lost. */
  loseNext = 0;
  /** Longer datagrams are lost, and said to be too long. */
  widthOctets = Infinity;
  readonly #socket: FakeSocket;
  readonly #slot = new Uint8Array(4096);
  #current: [octets: Uint8Array<ArrayBuffer>, peer: SocketAddress][] = [];
  #queued: [octets: Uint8Array<ArrayBuffer>, peer: SocketAddress][] = [];
  lost: readonly number[] = [];
  tooLong: readonly TooLong[] = [];
  readonly #kept = new Set<Uint8Array<ArrayBuffer>>();

  constructor(socket: FakeSocket) {
    this.#socket = socket;
  }

  receive(): number {
    for (const [octets] of this.#current) if (!this.#kept.has(octets)) octets.fill(0xee);
    this.#current = this.portions.shift() ?? [];
    return this.#current.length;
  }

  datagram(i: number): Uint8Array<ArrayBuffer> {
    return this.#current[i]![0];
  }

  peer(i: number): SocketAddress {
    return this.#current[i]![1];
  }

  keep(i: number): () => void {
    const [octets] = this.#current[i]!;
    this.#kept.add(octets);
    this.keptCount++;
    return () => {
      this.keptCount--;
      octets.fill(0xee);
    };
  }

  get slot(): Uint8Array<ArrayBuffer> {
    return this.#slot;
  }

  queueSlot(lengthOctets: number, to: SocketAddress): void {
    this.queue(this.#slot.slice(0, lengthOctets), to);
  }

  queue(octets: Uint8Array<ArrayBuffer>, to: SocketAddress): void {
    this.#queued.push([octets.slice(), to]);
  }

  flush(): number {
    const datagrams = this.#queued.map(([octets, to]) => ({ octets, to }));
    const isTooLong = ({ octets }: TooLong) => octets.length > this.widthOctets;
    const isLost = (datagram: TooLong, i: number) => i < this.loseNext || isTooLong(datagram);
    this.lost = datagrams.flatMap((datagram, i) => isLost(datagram, i) ? [i] : []);
    this.#socket.sent.push(...datagrams.filter((_, i) => !this.lost.includes(i)));
    this.tooLong = datagrams.filter(isTooLong);
    this.loseNext = 0;
    if (datagrams.length > 0) this.flushes.push(datagrams.length);
    this.#queued = [];
    return this.lost.length;
  }
}
