import type { LogFormat } from "../observe/json_line.ts";
import type { LogLevel } from "../observe/log.ts";
import type { MultiQuestion } from "../resolver/questions/split.ts";
import type { StorageRules } from "../response/storable.ts";
import { type Listen, plainListen } from "../server/listen/listen.ts";
import type { AlertFormat } from "../telemetry/alerts/alert_format.ts";
import type { ClientLevel, NameLevel } from "../telemetry/privacy/levels.ts";
import type { LogKind } from "../telemetry/query_log/log_kinds.ts";
import type { Endpoint } from "../upstream/endpoint.ts";
import type { Strategy } from "../upstream/group/strategy.ts";
import type { Policy } from "./policy.ts";

/**
 * Everything that can be set, with nothing left to be read or looked up. Plain data: it goes through JSON unchanged, which
 * is how workers get it. Each field has a row in the table of settings (`settings.ts`), where its default is. How long
 * answers are remembered are three settings of their own, see `StorageRules`.
 */
export interface Config extends StorageRules {
  /** Where clients are served, port 0 for a free one; `null` for this machine's loopback addresses, on port 2053. */
  readonly listen: readonly Listen[] | null;
  /** Paths of certificates, or of folders with them, in order of preference. */
  readonly certificates: readonly string[];
  /** Paths of their keys, as far as these do not stand in the same places. */
  readonly keys: readonly string[];
  /** The networks of those who are believed for whom they ask over HTTP, as `formatCidr` writes them. */
  readonly trustedProxies: readonly string[];
  /** Connections of clients, those of all listeners together; of one client a fifth. */
  readonly maxConnections: number;
  /** Whether other instances of the program may serve at the same addresses, each its share of the clients. */
  readonly sharesPort: boolean;
  /** The upstreams in order of preference. Empty: fixed-answer mode. */
  readonly upstreams: readonly Endpoint[];
  /** Who is asked where encrypted upstreams are that are given by name alone; see `SecureEndpoint.bootstrap`. */
  readonly bootstrap: readonly string[];
  /** Fixed-answer mode: the addresses of all names. */
  readonly answer: AnswerAddresses;
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
  /** The networks whose clients may ask, as `formatCidr` writes them. */
  readonly allow: readonly string[];
  /** The networks whose clients may not; of two networks that hold a client the longer one counts, of two alike this one. */
  readonly deny: readonly string[];
  /** QTYPEs that are refused. */
  readonly refusedTypes: readonly number[];
  /** Questions per second that a client network may ask over UDP; 0 for any number. */
  readonly rateLimit: number;
  /** The networks for whose clients that does not hold. */
  readonly rateLimitExempt: readonly string[];
  /** Questions that may wait for upstreams at the same time. */
  readonly maxInFlight: number;
  /** Memory for answers, in MiB, fractions allowed; 0 remembers nothing. */
  readonly cacheSizeMib: number;
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
  /** How it is written. */
  readonly logFormat: LogFormat;
  /** Whether a change of a file that the configuration was read from is a reload. */
  readonly watchesFiles: boolean;
  /** How long a reload is on probation; 0 for never taking it back. */
  readonly rollbackAfterMs: number;
  /** The path of the socket that commands talk to the program over; `null` for none. */
  readonly adminSocket: string | null;
  /** The path of the folder where what was fetched is kept, and what was made of it; `null` for none. */
  readonly stateDir: string | null;
  /** How long the program serves on when it is told to stop, and says that it is not ready; in seconds. */
  readonly drainSeconds: number;
  /** Where numbers are told over HTTP, as `formatSocketAddress` writes it; `null` for nowhere. */
  readonly metricsListen: string | null;
  /** The networks that may read them, as `formatCidr` writes them. */
  readonly metricsAllow: readonly string[];
  /** Where it is sent when something is wrong, a URL that may have secrets in it; `null` for nowhere. */
  readonly alertWebhook: string | null;
  /** What is sent there. */
  readonly alertFormat: AlertFormat;
  /** Where the page and its API are served, as `adminListenText` writes it; `null` for nowhere. */
  readonly adminListen: string | null;
  /** The path of the file with their tokens; `null` for the usual one in `stateDir`. */
  readonly adminTokenFile: string | null;
  /** Further names that they may be asked by, in lower case. */
  readonly adminHosts: readonly string[];
  /** Whether a proxy encrypts what comes from there. */
  readonly isAdminBehindProxy: boolean;
  /** Path of the folder where queries are written down; `null` for none. */
  readonly queryLogFolder: string | null;
  /** Of all of its files together, in MiB. */
  readonly queryLogSizeMib: number;
  /** Which queries are written down; all when there is none. */
  readonly queryLogOnly: readonly LogKind[];
  /** One in so many is written down. */
  readonly queryLogSample: number;
  /** Path of the folder where a database is kept of what was seen; `null` for none. */
  readonly historyFolder: string | null;
  /** Of all of its files together, in MiB. */
  readonly historySizeMib: number;
  /** How much is told of clients wherever something is written to disk or sent away. */
  readonly toldClients: ClientLevel;
  /** The same of names. */
  readonly toldNames: NameLevel;
  /** Domains in text, of which nothing is told there. */
  readonly untoldDomains: readonly string[];
  /** Who reads dnstap, `unix:<path>` or `tcp://<ip>:<port>`; `null` for nobody. */
  readonly dnstapTo: string | null;
  /** Whose messages are told there. */
  readonly dnstapMessages: readonly DnstapMessages[];
  /** What is said there of who tells it; `null` for `serverId`. */
  readonly dnstapIdentity: string | null;
  /** The same of the version; `null` for that of this program. */
  readonly dnstapVersion: string | null;
  /** The URL of a collector of OpenTelemetry; `null` for none. */
  readonly otlpEndpoint: string | null;
  /** Of so many questions that had to be asked upstream it gets a trace of one; 0 for none. */
  readonly otlpSample: number;
  /** The path of a file with the HTTP fields that it wants to see; `null` for none. */
  readonly otlpHeadersFile: string | null;
}

/** All that the program follows: the settings, and what a file says beyond them. Plain data, too. */
export interface FullConfig extends Config {
  /** `null` when there is no file that says any: then nothing is looked up, and the settings say who is asked. */
  readonly policy: Policy | null;
  /** Whether questions go upstream by the usual way where they can, see `Slot`; they do unless said otherwise. */
  readonly hasFastPath?: boolean;
}

/** The addresses of made-up answers, as `formatIp` writes them. */
export interface AnswerAddresses {
  /** In A records. */
  readonly ipv4: string;
  /** In AAAA records; `null` for none. */
  readonly ipv6: string | null;
}

/** Whose messages dnstap tells of: clients', or upstreams'. */
export const DNSTAP_MESSAGES = ["client", "forwarder"] as const;

/** See `DNSTAP_MESSAGES`. */
export type DnstapMessages = typeof DNSTAP_MESSAGES[number];

/** How datagrams are taken and sent: natively in batches if that is possible, never so, or so and not otherwise. */
export const DATAGRAM_IO = ["auto", "plain", "native"] as const;

/** See `DATAGRAM_IO`. */
export type DatagramIo = typeof DATAGRAM_IO[number];

/** The port that the program serves unless told otherwise. */
export const DEFAULT_LISTEN_PORT = 2053;
/** The port of DNS, where upstreams are asked unless told otherwise (RFC 1035 §4.2). */
export const DEFAULT_UPSTREAM_PORT = 53;

/** Where clients are served unless told otherwise, as far as this machine has the addresses. */
export const DEFAULT_LISTEN: readonly Listen[] = ["127.0.0.1", "::1"].map((hostname) => {
  return plainListen({ transport: "udp", hostname, port: DEFAULT_LISTEN_PORT });
});
