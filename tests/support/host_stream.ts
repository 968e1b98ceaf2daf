import { equals } from "@std/bytes/equals";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import type { StreamSocket } from "../../lib/base/runtime.ts";
import { asSeenBy } from "./mapped_address.ts";
import { StreamInbox } from "./stream_inbox.ts";
import type { Host, Link, WorldNetwork } from "./world_network.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Octets that may be under way or unread in one direction; then `write` waits. Small, so that tests reach it. */
const WINDOW_OCTETS = 32_768;

/** One end of a TCP connection between two hosts: nothing is lost, and everything arrives in order. */
export class HostStream implements StreamSocket {
  readonly local: SocketAddress;
  readonly peer: SocketAddress;
  isClosed = false;
  /** Takes the octets as they come, instead of `read`: for those parts of the world that are played by the test. */
  onOctets: ((octets: Octets) => void) | null = null;
  /** Hears, where `onOctets` is set, that no more will come: the other side has ended, or broken the connection. */
  onEnd: () => void = () => {};
  /** Hears when `readiness` may be another one. */
  onReady: () => void = () => {};
  readonly #network: WorldNetwork;
  readonly #link: Link;
  #other!: HostStream;
  readonly #inbox = new StreamInbox((count) => this.#other.#wasRead(count));
  #hasSentEnd = false;
  #broken: Error | null = null;
  #writing: { readonly octets: Octets; readonly settle: PromiseWithResolvers<number> } | null = null;
  /** Octets that the other side has not read. */
  #unreadOctets = 0;
  #lastArrivalMs = 0;

  /** `link` is the way to the peer. */
  constructor(network: WorldNetwork, { local, peer, link }: { local: SocketAddress; peer: SocketAddress; link: Link }) {
    this.#network = network;
    this.local = local;
    this.peer = peer;
    this.#link = link;
  }

  /** Makes two ends one connection. */
  static join(a: HostStream, b: HostStream): void {
    a.#other = b;
    b.#other = a;
  }

  read(buffer: Octets): Promise<number | null> {
    if (this.isClosed) return Promise.reject(new Error("BadResource: connection is closed"));
    return this.#inbox.read(buffer);
  }

  write(octets: Octets): Promise<number> {
    if (this.isClosed) return Promise.reject(new Error("BadResource: connection is closed"));
    if (this.#broken !== null) return Promise.reject(this.#broken);
    if (this.#writing !== null) return Promise.reject(new Error("Busy: somebody writes already"));
    this.#writing = { octets, settle: Promise.withResolvers<number>() };
    const { promise } = this.#writing.settle;
    this.#push();
    return promise;
  }

  /** See `PushedStream.receive`. */
  receiveNow(buffer: Octets): number {
    return this.#inbox.receive(buffer);
  }

  /** See `PushedStream.send`. */
  sendNow(octets: Octets): number {
    if (this.#broken !== null) throw this.#broken;
    const { random } = this.#network;
    const count = random.chance(this.#link.choppiness) ? random.between(1, octets.length) : octets.length;
    const taken = octets.slice(0, Math.max(0, Math.min(count, this.#room)));
    if (taken.length > 0) this.#carryOctets(taken);
    return taken.length;
  }

  /** What somebody who takes and sends at once would be told of. */
  get readiness(): { readonly isReadable: boolean; readonly isWritable: boolean; readonly isBroken: boolean } {
    return { isReadable: this.#inbox.hasNews, isWritable: this.#room > 0, isBroken: this.#broken !== null };
  }

  /** Sends all of `octets`, however many wait: for those parts of the world that are played by the test. */
  send(octets: Octets): void {
    if (!this.isClosed && this.#broken === null && !this.#hasSentEnd) this.#carryOctets(octets.slice());
  }

  /** Sends no more, and still reads. */
  end(): void {
    if (this.isClosed || this.#hasSentEnd) return;
    this.#hasSentEnd = true;
    this.#carry(() => this.#other.#takeEnd());
  }

  /** Breaks the connection: whatever is unread is lost. */
  reset(): void {
    if (this.isClosed) return;
    this.#shut();
    this.#carry(() => this.#other.#takeReset());
  }

  close(): void {
    if (this.isClosed) throw new Error("BadResource: connection is closed");
    const { hasUnread } = this.#inbox;
    this.#shut();
    // RFC 2525 §2.17: closing with data unread resets the connection.
    if (hasUnread) this.#carry(() => this.#other.#takeReset());
    else if (!this.#hasSentEnd) this.#carry(() => this.#other.#takeEnd());
  }

  #shut(): void {
    this.isClosed = true;
    this.#inbox.shut();
    this.#writing?.settle.reject(new Error("Interrupted"));
    this.#writing = null;
  }

  get #room(): number {
    return WINDOW_OCTETS - this.#unreadOctets;
  }

  /** Lets the `write` that waits take what there is room for. */
  #push(): void {
    const room = this.#room;
    const writing = this.#writing;
    if (writing === null || room <= 0) return;
    this.#writing = null;
    const { octets, settle } = writing;
    const { random, time } = this.#network;
    const count = random.chance(this.#link.choppiness) ? random.between(1, octets.length) : octets.length;
    const taken = octets.slice(0, Math.min(count, room));
    this.#carryOctets(taken);
    time.after(0, () => {
      // The kernel may read as late as this. Whoever has changed the octets meanwhile would have sent something else.
      if (!equals(octets.subarray(0, taken.length), taken)) throw new Error("Octets were changed while being written");
      settle.resolve(taken.length);
    });
  }

  #carryOctets(octets: Octets): void {
    this.#unreadOctets += octets.length;
    this.#carry(() => this.#other.#takeOctets(octets));
  }

  /** What is sent later never arrives earlier. */
  #carry(arrive: () => void): void {
    const { time } = this.#network;
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, time.nowMs() + this.#network.delayOf(this.#link));
    time.after(this.#lastArrivalMs - time.nowMs(), arrive);
  }

  #takeOctets(octets: Octets): void {
    this.#watch("octets", octets);
    if (this.isClosed) return this.#carry(() => this.#other.#takeReset());
    if (this.onOctets !== null) {
      this.#other.#wasRead(octets.length);
      return this.onOctets(octets);
    }
    this.#inbox.take(octets);
    this.onReady();
  }

  #takeEnd(): void {
    this.#watch("ended");
    if (this.isClosed) return;
    this.#inbox.end();
    this.onReady();
    if (this.onOctets !== null) this.onEnd();
  }

  #takeReset(): void {
    this.#watch("reset");
    if (this.isClosed || this.#broken !== null) return;
    this.#broken = new Error("Connection reset by peer");
    this.#inbox.fail(this.#broken);
    this.onReady();
    this.#writing?.settle.reject(this.#broken);
    this.#writing = null;
    if (this.onOctets !== null) this.onEnd();
  }

  #wasRead(count: number): void {
    this.#unreadOctets -= count;
    this.#push();
    this.onReady();
  }

  #watch(kind: "octets" | "ended" | "reset", octets: Octets = NOTHING): void {
    this.#network.watch({ kind, from: this.peer, to: this.local, octets });
  }
}

const NOTHING = new Uint8Array(0);

/** What becomes of a connection that is being made. */
interface Dial {
  /** The address that it is made from; any if `null`. */
  readonly source: string | null;
  readonly resolve: (stream: HostStream) => void;
  readonly reject: (error: Error) => void;
  readonly isGivenUp: () => boolean;
}

/** Makes a TCP connection from `host` to `remote`, there and back. */
export function connectPair(network: WorldNetwork, host: Host, remote: SocketAddress, dial: Dial): void {
  const local = host.dialFrom(remote, dial.source);
  if (local === null) return dial.reject(new Error(`No route to ${formatSocketAddress(remote)}`));
  const target = network.hostOf(host, remote);
  // Nobody there: nobody says so either.
  if (target === null) return;
  const there = network.linkOf(host, target);
  const back = network.linkOf(target, host);
  network.time.after(network.delayOf(there), () => {
    if (target.dropsDials) return;
    const listener = target.streamListenerFor(remote);
    const ours = new HostStream(network, { local, peer: { ...remote, transport: "tcp" }, link: there });
    const caller = listener === null ? local : asSeenBy(listener.address, local);
    const theirs = new HostStream(network, { local: ours.peer, peer: caller, link: back });
    HostStream.join(ours, theirs);
    const isTaken = listener?.offer(theirs) ?? false;
    if (isTaken) target.streams.push(theirs);
    network.watch({ kind: isTaken ? "connected" : "refused", from: local, to: ours.peer, octets: NOTHING });
    network.time.after(network.delayOf(back), () => {
      if (!isTaken) return dial.reject(new Error("Connection refused"));
      host.streams.push(ours);
      if (dial.isGivenUp()) ours.reset();
      else dial.resolve(ours);
    });
  });
}
