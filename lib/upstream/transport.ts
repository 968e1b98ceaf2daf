import type { AwaitedQuery } from "./matching/awaited_query.ts";
import type { Carrier, Request } from "./request.ts";

/** What a way to ask is like, whoever is asked. */
export interface TransportTraits extends Carrier {
  /**
   * Whether who cannot read a query may answer it in the server's name (RFC 5452): then replies with another letter case or
   * cookie do not count, too many that are wrong are an attack, and what is in doubt is asked for over another transport.
   */
  readonly isForgeable: boolean;
  /** Whether it goes over a connection: what gets lost is sent again by itself, and replies come whole. */
  readonly isStream: boolean;
  /**
   * Whether it is encrypted, to a server that has proved who it is: then neither letter case nor cookies say anything more. In the
   * clear they cost next to nothing, over TCP as well, into which who guesses a sequence number may write (RFC 5961 §1).
   */
  readonly isEncrypted: boolean;
  /** Whether servers may tell on it how long they keep the connection (RFC 7828). */
  readonly asksForKeepalive: boolean;
}

/** The traits of what there is. */
export const TRAITS = {
  udp: { isForgeable: true, isStream: false, isEncrypted: false, asksForKeepalive: false },
  tcp: { isForgeable: false, isStream: true, isEncrypted: false, asksForKeepalive: false },
  tls: { isForgeable: false, isStream: true, isEncrypted: true, asksForKeepalive: true },
  https: { isForgeable: false, isStream: true, isEncrypted: true, asksForKeepalive: false },
  // RFC 9250 §5.5.2: it must not be sent there.
  quic: { isForgeable: false, isStream: true, isEncrypted: true, asksForKeepalive: false },
} as const satisfies Record<string, TransportTraits>;

/** A way to ask one upstream: see `PROTOCOLS`. */
export interface Transport {
  /** What it is like. */
  readonly traits: TransportTraits;
  /**
   * Sends `query` on behalf of `request`, and gives it the response, which is lent. It fails with an `UpstreamError` when
   * none comes by the request's deadline; at once, perhaps, when nothing can be sent.
   *
   * @param octets The query as it is to be sent; its ID is written here. Only lent: the caller may overwrite it afterwards.
   */
  send(octets: Uint8Array<ArrayBuffer>, query: AwaitedQuery, request: Request): void;
}
