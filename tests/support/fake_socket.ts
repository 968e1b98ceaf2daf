import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { DatagramSocket } from "../../lib/base/runtime.ts";

/** The UDP address `hostname`:`port`. */
export function udp(hostname: string, port: number): SocketAddress {
  return { transport: "udp", hostname, port };
}

type Datagram = [octets: Uint8Array<ArrayBuffer>, peer: SocketAddress];

/** What comes in place of a datagram. */
interface Failure {
  readonly error: Error;
  readonly octets: Uint8Array<ArrayBuffer>;
}

/** The TCP address `hostname`:`port`. */
export function tcp(hostname: string, port: number): SocketAddress {
  return { transport: "tcp", hostname, port };
}

/** A socket without a network: the test delivers what comes in, and reads what went out. */
export class FakeSocket implements DatagramSocket {
  readonly address: SocketAddress;
  /** What went out, first to last; copies of the octets. */
  readonly sent: { octets: Uint8Array<ArrayBuffer>; to: SocketAddress }[] = [];
  /** What `send` rejects with, if anything. */
  sendError: Error | null = null;
  /** Hears of everything that goes out, as it goes. */
  onSend: (octets: Uint8Array<ArrayBuffer>, to: SocketAddress) => void = () => {};
  isClosed = false;
  /** The buffers that `receive` was given, first to last. */
  readonly buffers: Uint8Array<ArrayBuffer>[] = [];
  readonly #inbox: (Datagram | Failure)[] = [];
  #waiting: { buffer: Uint8Array<ArrayBuffer>; settle: PromiseWithResolvers<Datagram> } | null = null;

  constructor(address: SocketAddress = udp("127.0.0.1", 2053)) {
    this.address = address;
  }

  /** Lets a datagram come in. */
  deliver(octets: Uint8Array<ArrayBuffer>, peer: SocketAddress): void {
    this.#inbox.push([octets, peer]);
    this.#pump();
  }

  /** Lets one receive fail, which has written `octets` before: Windows does with a datagram that is too long. */
  failReceive(error: Error, octets = new Uint8Array(0)): void {
    this.#inbox.push({ error, octets });
    this.#pump();
  }

  receive(buffer: Uint8Array<ArrayBuffer>): Promise<Datagram> {
    if (this.isClosed) return Promise.reject(new Error("socket is closed"));
    if (this.#waiting !== null) return Promise.reject(new Error("somebody receives already"));
    this.buffers.push(buffer);
    this.#waiting = { buffer, settle: Promise.withResolvers<Datagram>() };
    const { promise } = this.#waiting.settle;
    this.#pump();
    return promise;
  }

  send(octets: Uint8Array<ArrayBuffer>, to: SocketAddress): Promise<number> {
    if (this.sendError !== null) return Promise.reject(this.sendError);
    this.sent.push({ octets: octets.slice(), to });
    this.onSend(octets.slice(), to);
    return Promise.resolve(octets.length);
  }

  close(): void {
    this.isClosed = true;
    this.#waiting?.settle.reject(new Error("socket is closed"));
    this.#waiting = null;
  }

  #pump(): void {
    if (this.#waiting === null) return;
    const next = this.#inbox.shift();
    if (next === undefined) return;
    const { buffer, settle } = this.#waiting;
    this.#waiting = null;
    const octets = "error" in next ? next.octets : next[0];
    const length = Math.min(octets.length, buffer.length);
    buffer.set(octets.subarray(0, length));
    if ("error" in next) return settle.reject(next.error);
    const [, peer] = next;
    settle.resolve([buffer.subarray(0, length), peer]);
  }
}
