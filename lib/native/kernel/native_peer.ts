import { isIpv6, type Peer } from "../../base/net/address.ts";
import { unmappedIp } from "../../base/net/cidr.ts";
import { formatIp } from "../../base/net/ip.ts";

/** Words of a `sockaddr_in6`; the shorter `sockaddr_in` leaves the last ones zero. */
export const NAME_WORDS = 7;
/** The interface of `LOCAL_WORD`'s address; 0 for any. */
export const INTERFACE_WORD: number = NAME_WORDS;
/** The local address that the peer has asked, as on the wire: a word for IPv4, four for IPv6. All zero when unknown. */
export const LOCAL_WORD: number = INTERFACE_WORD + 1;
/** All that tells one peer from another. */
export const PEER_WORDS: number = LOCAL_WORD + 4;

/** The sender of a datagram as the kernel names it, with the local address to which it was sent where that is known. */
export class NativePeer implements Peer {
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

  /** See `Peer`. Read from `words` each time: few want to know. */
  get asked(): string | null {
    const octets = new Uint8Array(this.words.buffer, 4 * LOCAL_WORD, isIpv6(this) ? 16 : 4);
    return octets.some((octet) => octet !== 0) ? formatIp(unmappedIp(octets.slice())) : null;
  }
}
