import type { SocketAddress } from "../../lib/base/net/address.ts";
import { LoopbackStreams } from "../common/loopback_streams.ts";
import { LoopbackUpstream } from "../common/loopback_upstream.ts";
import type { Upstreams } from "./stage.ts";

/** One or two scripted upstreams that are asked over UDP. */
export class Scripted<A extends readonly LoopbackUpstream[]> implements Upstreams {
  /** The preferred one first. */
  readonly all: A;
  readonly addresses: readonly SocketAddress[];

  /** Has those that are open `prepare`d. */
  constructor(all: A, prepare: (...all: A) => void) {
    this.all = all;
    // Of those that are closed soon, too.
    this.addresses = all.map(({ address }) => address);
    prepare(...all);
  }

  /** How many queries for `zone` and names below it have been sent to any of them. */
  sendsFor(zone: string): number {
    return this.all.reduce((sum, upstream) => sum + upstream.sendsFor(zone), 0);
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const upstream of this.all) upstream[Symbol.dispose]();
    return Promise.resolve();
  }
}

/** Two of them. */
export type Pair = Scripted<readonly [LoopbackUpstream, LoopbackUpstream]>;
/** One of them. */
export type Single = Scripted<readonly [LoopbackUpstream]>;

/** Opens two. */
export function openPair(prepare: (a: LoopbackUpstream, b: LoopbackUpstream) => void = () => {}): Pair {
  return new Scripted([new LoopbackUpstream("127.0.0.2"), new LoopbackUpstream("127.0.0.3")], prepare);
}

/** Opens one. */
export function openSingle(prepare: (upstream: LoopbackUpstream) => void = () => {}): Single {
  return new Scripted([new LoopbackUpstream("127.0.0.2")], prepare);
}

/** A scripted upstream that is asked over UDP and TCP. */
export class BothWays implements Upstreams {
  readonly datagrams: LoopbackUpstream;
  readonly streams: LoopbackStreams;

  constructor(hostname: string) {
    for (;;) {
      this.datagrams = new LoopbackUpstream(hostname);
      try {
        this.streams = new LoopbackStreams(this.datagrams.address);
        return;
      } catch (error) {
        this.datagrams[Symbol.dispose]();
        // Somebody else has that port for TCP.
        if (!(error instanceof Deno.errors.AddrInUse)) throw error;
      }
    }
  }

  get addresses(): readonly SocketAddress[] {
    return [this.datagrams.address];
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.datagrams[Symbol.dispose]();
    this.streams[Symbol.dispose]();
    return Promise.resolve();
  }
}

/** Several as one. */
export class Together<A extends readonly Upstreams[]> implements Upstreams {
  readonly all: A;

  constructor(...all: A) {
    this.all = all;
  }

  get addresses(): readonly SocketAddress[] {
    return this.all.flatMap(({ addresses }) => addresses);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.all) await one[Symbol.asyncDispose]();
  }
}
