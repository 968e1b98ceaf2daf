/**
 * What a query has besides its question: nothing, or what dig sends: EDNS with DO (`+dnssec`) and a client cookie
 * (RFC 7873), and AD, which dnsperf cannot set.
 */
export type Dress = "plain" | "dig";

/** The client cookie, in hexadecimal. */
export const CLIENT_COOKIE = "0123456789abcdef";

/** Those who ask. */
export interface Clients {
  readonly transport: "udp" | "tcp" | "dot";
  /** Sockets, or connections, that queries come from. */
  readonly clients: number;
  /** Queries that wait at the same time, of all clients together. */
  readonly inFlight: number;
  /**
   * Whether each client has one query in flight and `askInTurns()` asks, not dnsperf. Then latency is that at full load.
   */
  readonly inTurns: boolean;
  /** Default: plain. */
  readonly dress?: Dress;
}

/** A way in which clients ask. */
export interface Workload extends Clients {
  /** As it is called in `--workloads`. */
  readonly name: string;
  readonly title: string;
  /** Which names are asked. */
  readonly names: "hot" | "zipf" | "every";
}

/** Names that everybody asks for. */
export const HOT_NAMES = 1000;
/** Of the Zipf distribution: the k-th most popular name is asked for 1/k as often as the first. */
export const ZIPF_EXPONENT = 1;
/** Queries of a Zipf load for each name of the zone. */
export const ZIPF_QUERIES_PER_NAME = 2;
