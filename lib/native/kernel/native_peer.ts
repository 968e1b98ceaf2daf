import type { SocketAddress } from "../../base/net/address.ts";

/** Words of a `sockaddr_in6`; the shorter `sockaddr_in` leaves the last ones zero. */
export const NAME_WORDS = 7;
/** The interface of `LOCAL_WORD`'s address; 0 for any. */
export const INTERFACE_WORD: number = NAME_WORDS;
/** The local address that the peer has asked, as on the wire: a word for IPv4, four for IPv6. All zero when unknown. */
export const LOCAL_WORD: number = INTERFACE_WORD + 1;
/** All that tells one peer from another. */
export const PEER_WORDS: number = LOCAL_WORD + 4;

/** The sender of a datagram as the kernel names it, with the local address to which it was sent where that is known. */
export class NativePeer implements SocketAddress {
  /** See `SocketAddress`. */
  readonly transport = "udp";
  /** See `SocketAddress`. */
  readonly hostname: string;
  /** See `SocketAddress`. */
  readonly port: number;
  /** What a reply's header needs, `PEER_WORDS` of them. Not to be changed. */
  readonly words: Uint32Array<ArrayBuffer>;

  /** `hostname` and `port` must be what `words` says. */
  constructor(hostname: string, port: number, words: Uint32Array<ArrayBuffer>) {
    this.hostname = hostname;
    this.port = port;
    this.words = words;
  }
}
