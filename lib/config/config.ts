import type { SocketAddress } from "../base/net/address.ts";
import type { Cidr } from "../base/net/cidr.ts";
import type { StorageRules } from "../response/assess.ts";
import type { LogLevel } from "../observe/log.ts";
import type { Strategy } from "../upstream/group/strategy.ts";
import type { MultiQuestion } from "../resolver/questions/split.ts";
import type { Endpoint } from "../upstream/endpoint.ts";

/** Everything that can be set. One field per knob; its default and bounds are in `LIMITS` and `flags.ts`. */
export interface Config {
  /** Where clients are served, port 0 for a free one; `null` for this machine's loopback addresses, on port 2053. */
  readonly listen: readonly SocketAddress[] | null;
  /** Whether other instances of the program may serve at the same addresses, each its share of the clients. */
  readonly sharesPort: boolean;
  /** The upstreams in order of preference. Empty: fixed-answer mode. */
  readonly resolvers: readonly Endpoint[];
  /** Fixed-answer mode: the address in A records, 4 octets. */
  readonly answerIpv4: Uint8Array<ArrayBuffer>;
  /** Fixed-answer mode: the address in AAAA records, 16 octets; `null` for none. */
  readonly answerIpv6: Uint8Array<ArrayBuffer> | null;
  /** From a query's arrival to its answer, at most. */
  readonly timeoutMs: number;
  /** In which order the upstreams are asked. */
  readonly strategy: Strategy;
  /** Sockets of each address family from which upstreams are asked at the same time. */
  readonly upstreamSockets: number;
  /** Whether queries to upstreams carry cookies. */
  readonly asksWithCookies: boolean;
  /** Whether names go upstream in random letter case. */
  readonly randomizesCase: boolean;
  /** The networks whose clients may ask. */
  readonly allow: readonly Cidr[];
  /** Questions per second that a client network may ask over UDP; 0 for any number. */
  readonly rateLimit: number;
  /** Questions that may wait for upstreams at the same time. */
  readonly maxInFlight: number;
  /** Memory for answers, in MiB, fractions allowed; 0 remembers nothing. */
  readonly cacheSizeMib: number;
  /** How long answers are remembered, by their TTLs within these bounds, in seconds. */
  readonly cacheTtl: StorageRules;
  /** Whether an answer that has expired is given, marked as stale, when no upstream gives another. */
  readonly servesStale: boolean;
  /** Whether answers that are often asked for are refreshed before they expire. */
  readonly prefetches: boolean;
  /** Whether special-use names are answered here; else they are forwarded like others. */
  readonly answersSpecialNames: boolean;
  /** Text returned for `id.server`; `null` refuses the question. At most 255 octets of UTF-8. */
  readonly serverId: string | null;
  /** What happens to messages with several questions. */
  readonly multiQuestion: MultiQuestion;
  /** How datagrams are taken and sent. */
  readonly io: DatagramIo;
  /** Processes that serve clients; "auto" for one a processor. */
  readonly workers: number | "auto";
  /** How much is logged. */
  readonly logLevel: LogLevel;
}

/** How datagrams are taken and sent: natively in batches if that is possible, never so, or so and not otherwise. */
export const DATAGRAM_IO = ["auto", "plain", "native"] as const;

/** See `DATAGRAM_IO`. */
export type DatagramIo = typeof DATAGRAM_IO[number];

/** The bounds of the numbers, both ends allowed. */
export const LIMITS = {
  /** Below 100 ms no upstream across a continent is reached; above 10 s every client has gone. */
  timeoutMs: { min: 100, max: 10_000, default: 2000 },
  /** A retry needs a second socket; more than 1,024 run into the usual limit of open files. */
  upstreamSockets: { min: 2, max: 1000, default: 32 },
  /** Off by default: most networks are honest, and one with many clients looks like a flood. */
  rateLimit: { min: 0, max: 1_000_000, default: 0 },
  /** A query that waits holds a receive buffer of 4 KiB: 10,000 of them are 40 MiB. */
  maxInFlight: { min: 1, max: 1_000_000, default: 10_000 },
  /** 64 MiB hold some 300,000 answers. */
  cacheSizeMib: { min: 0, max: 4095, default: 64 },
  /** A TTL is what the zone's owner wants: it is raised only by those who say so, and not beyond an hour. */
  minTtlSeconds: { min: 0, max: 3600, default: 0 },
  /** RFC 8767 §4 caps TTLs at "a number of days to weeks"; a day, so that a mistake with a long TTL is over tomorrow. */
  maxTtlSeconds: { min: 1, max: 604_800, default: 86_400 },
  /** RFC 2308 §5: "one to three hours" have been found to work well. */
  negativeMaxTtlSeconds: { min: 1, max: 86_400, default: 3600 },
  /** Off by default: it takes rights beyond those of one process, and one is enough for most. */
  workers: { min: 1, max: 256, default: 1 },
} as const;

/** The port that the program serves unless told otherwise. */
export const DEFAULT_LISTEN_PORT = 2053;
/** The port of DNS, where upstreams are asked unless told otherwise (RFC 1035 §4.2). */
export const DEFAULT_UPSTREAM_PORT = 53;

/** Where clients are served unless told otherwise, as far as this machine has the addresses. */
export const DEFAULT_LISTEN: readonly SocketAddress[] = ["127.0.0.1", "::1"].map((hostname) => {
  return { transport: "udp", hostname, port: DEFAULT_LISTEN_PORT };
});
