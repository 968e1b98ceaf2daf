import type { SocketAddress } from "../base/address.ts";
import type { Cidr } from "../base/cidr.ts";
import type { LogLevel } from "../observe/log.ts";
import type { Strategy } from "../upstream/strategy.ts";
import type { MultiQuestion } from "../resolver/split.ts";

/** Everything that can be set. One field per knob; its default and bounds are in `LIMITS` and `flags.ts`. */
export interface Config {
  /** Where clients are served, port 0 for a free one; `null` for this machine's loopback addresses, on port 2053. */
  readonly listen: readonly SocketAddress[] | null;
  /** The upstreams in order of preference. Empty: fixed-answer mode. */
  readonly resolvers: readonly SocketAddress[];
  /** Fixed-answer mode: the address in A records, 4 octets. */
  readonly answerIpv4: Uint8Array<ArrayBuffer>;
  /** Fixed-answer mode: the address in AAAA records, 16 octets; `null` for none. */
  readonly answerIpv6: Uint8Array<ArrayBuffer> | null;
  /** From a query's arrival to its answer, at most. */
  readonly timeoutMs: number;
  /** In which order the upstreams are asked. */
  readonly strategy: Strategy;
  /** Sockets from which upstreams are asked at the same time. */
  readonly upstreamSockets: number;
  /** The networks whose clients may ask. */
  readonly allow: readonly Cidr[];
  /** Questions a second that a client network may ask over UDP; 0 for any number. */
  readonly rateLimit: number;
  /** Questions that may wait for upstreams at the same time. */
  readonly maxInFlight: number;
  /** Whether special-use names are answered here; else they are forwarded like others. */
  readonly answersSpecialNames: boolean;
  /** What `id.server` is told; `null` refuses the question. At most 255 octets of UTF-8. */
  readonly serverId: string | null;
  /** What happens to messages with several questions. */
  readonly multiQuestion: MultiQuestion;
  /** How much the operator is told. */
  readonly logLevel: LogLevel;
}

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
} as const;

/** The port that the program serves unless told otherwise. */
export const DEFAULT_LISTEN_PORT = 2053;
/** The port of DNS, where upstreams are asked unless told otherwise (RFC 1035 §4.2). */
export const DEFAULT_UPSTREAM_PORT = 53;

/** Where clients are served unless told otherwise, as far as this machine has the addresses. */
export const DEFAULT_LISTEN: readonly SocketAddress[] = ["127.0.0.1", "::1"].map((hostname) => {
  return { transport: "udp", hostname, port: DEFAULT_LISTEN_PORT };
});
