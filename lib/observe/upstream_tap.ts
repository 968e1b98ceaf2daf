import type { SocketAddress } from "../base/net/address.ts";

/** A query on its way to an upstream, and back. */
export interface Passage {
  /** Its reply has come, and is believed. `message` is lent; its ID is the one that the query has here. */
  replied(message: Uint8Array<ArrayBuffer>): void;
}

/** What is known of a query that is sent to an upstream. */
export interface Departure {
  /** What it goes over, as endpoints have it: `udp`, `tcp`, `tls`, `https`, `quic`. */
  readonly protocol: string;
  /** The ID that it has on the wire. */
  readonly id: number;
  /** Where it goes. */
  readonly server: SocketAddress;
  /** Where it leaves from; `null` where that is not known. */
  readonly source: SocketAddress | null;
}

/** Who is shown the messages to and from upstreams as they are. Never throws, never waits. */
export interface UpstreamTap {
  /** A query is sent. `message` is lent, and its ID is not yet there. Returns who is shown the reply. */
  sent(message: Uint8Array<ArrayBuffer>, departure: Departure): Passage;
}

/** Where a tap is set while the program runs. There is one of it, for all upstreams. */
export class UpstreamTaps {
  /** `null` while nobody looks, which is then all that it costs. */
  tap: UpstreamTap | null = null;

  /** A query is sent; see `Departure`. Returns who is shown the reply. */
  sent(
    message: Uint8Array<ArrayBuffer>,
    protocol: string,
    id: number,
    server: SocketAddress,
    source: SocketAddress | null = null,
  ): Passage | null {
    // hot path
    return this.tap === null ? null : this.tap.sent(message, { protocol, id, server, source });
  }
}
