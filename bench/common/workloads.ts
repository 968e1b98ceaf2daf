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

const MANY = { transport: "udp", clients: 10, inFlight: 100, inTurns: false } as const;

/** The workloads in the order of the tables. */
export const WORKLOADS: readonly Workload[] = [
  ...[1, 10, 100, 400].map((inFlight) => ({
    name: `hits-${inFlight}`,
    title: `Cache hits, ${inFlight} in flight`,
    names: "hot" as const,
    transport: "udp" as const,
    clients: inFlight,
    inFlight,
    inTurns: inFlight <= 10,
  })),
  { ...MANY, name: "zipf", title: "Zipf, 100 in flight", names: "zipf" },
  { ...MANY, name: "cold", title: "Cold, 100 in flight", names: "every" },
  {
    ...MANY,
    name: "tcp",
    title: "Cache hits over TCP, 10 connections, 100 in flight",
    names: "hot",
    transport: "tcp",
  },
];
