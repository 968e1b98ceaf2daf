import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { DatagramBatch, DatagramSocket, DatagramUse, Network } from "../../lib/base/runtime.ts";
import { type Quic, withoutQuic } from "../../lib/base/sockets/quic.ts";

type Octets = Uint8Array<ArrayBuffer>;
type Datagram = [octets: Octets, peer: SocketAddress];

/** How many datagrams a batch takes. */
const BATCH_SIZE = 64;
/** Room for each datagram that waits to be sent. */
const SLOT_OCTETS = 4096;
const ANSWER_OCTETS = 16;

/** Sockets with batches and no kernel: an upstream that answers each query at once, and clients that only count. */
export class InstantNetwork implements Network {
  /** Where the program serves. */
  clients: InstantSocket | null = null;
  /** Replies that clients have got. */
  replyCount = 0;
  readonly quic: Quic = withoutQuic("there is no kernel");
  #portCount = 0;

  openDatagram({ hostname }: SocketAddress, use: DatagramUse): DatagramSocket {
    const address: SocketAddress = { transport: "udp", hostname, port: 10_000 + this.#portCount++ };
    const socket: InstantSocket = new InstantSocket(address, (octets, to) => {
      if (use === "clients") this.replyCount++;
      else socket.deliver([[answer(octets), to]]);
    });
    if (use === "clients") this.clients = socket;
    return socket;
  }

  listenStream(address: SocketAddress) {
    return { address, accept: () => new Promise<never>(() => {}), close: () => {} };
  }

  connectStream(): Promise<never> {
    return Promise.reject(new Error("There is no TCP here"));
  }

  connectTls(): Promise<never> {
    return Promise.reject(new Error("There is no TLS here"));
  }

  listenTls(): never {
    throw new Error("There is no TLS here");
  }
}

/** A socket whose datagrams go to a function. */
class InstantSocket implements DatagramSocket, DatagramBatch {
  readonly address: SocketAddress;
  readonly size = BATCH_SIZE;
  readonly slotOctets = SLOT_OCTETS;
  readonly receiveBufferOctets = 0;
  readonly droppedCount = 0;
  readonly lost: readonly number[] = [];
  readonly slot: Octets = new Uint8Array(SLOT_OCTETS);
  readonly #onSent: (octets: Octets, to: SocketAddress) => void;
  #inbox: Datagram[] = [];
  #taken: Datagram[] = [];
  #wake: ((datagram: Datagram) => void) | null = null;

  constructor(address: SocketAddress, onSent: (octets: Octets, to: SocketAddress) => void) {
    this.address = address;
    this.#onSent = onSent;
  }

  get batch(): DatagramBatch {
    return this;
  }

  deliver(datagrams: readonly Datagram[]): void {
    for (const datagram of datagrams) this.#inbox.push(datagram);
    if (this.#wake === null || this.#inbox.length === 0) return;
    this.#wake(this.#inbox.shift()!);
    this.#wake = null;
  }

  receive(): number;
  receive(buffer: Octets): Promise<Datagram>;
  receive(buffer?: Octets): number | Promise<Datagram> {
    if (buffer === undefined) {
      this.#taken = this.#inbox.splice(0, BATCH_SIZE);
      return this.#taken.length;
    }
    const first = this.#inbox.shift();
    return first === undefined ? new Promise((resolve) => this.#wake = resolve) : Promise.resolve(first);
  }

  datagram(i: number): Octets {
    return this.#taken[i]![0];
  }

  peer(i: number): SocketAddress {
    return this.#taken[i]![1];
  }

  keep(): () => void {
    return () => {};
  }

  queueSlot(lengthOctets: number, to: SocketAddress): void {
    this.#onSent(this.slot.subarray(0, lengthOctets), to);
  }

  queue(octets: Octets, to: SocketAddress): void {
    this.#onSent(octets, to);
  }

  flush(): number {
    return 0;
  }

  send(octets: Octets, to: SocketAddress): Promise<number> {
    this.#onSent(octets, to);
    return Promise.resolve(octets.length);
  }

  close(): void {}
}

/** One address for whatever is asked. The query has an OPT record without options, or with a cookie: it is left out. */
function answer(query: Octets): Octets {
  let end = 12;
  while (query[end] !== 0) end += 1 + query[end]!;
  end += 5;
  const reply = new Uint8Array(end + ANSWER_OCTETS);
  reply.set(query.subarray(0, end));
  reply.set([0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0], 2);
  reply.set([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 1], end);
  return reply;
}
