import type { PauseAnswer } from "./lists.ts";

/** `well`, `impaired` (something is wrong, most clients get answers), `failing` (nobody can be asked, so that new answers are none). */
export type Health = "well" | "impaired" | "failing";

/** `GET status`: whether it works, at one glance. */
export interface StatusAnswer {
  /** The program's version. */
  readonly version: string;
  /** The clock of the machine. */
  readonly nowAtMs: number;
  /** When the program began to serve. */
  readonly startedAtMs: number;
  /** Processes that serve; 1 where one does all. */
  readonly workers: number;
  /** In one word. */
  readonly health: Health;
  /** What is wrong now, the worst first; empty when all is well. */
  readonly problems: readonly ProblemAnswer[];
  /** Of the last ten seconds, by what `series` counts; `null` while nobody has watched for as long. */
  readonly queriesPerSecond: number | null;
  /** Questions that wait for upstreams. */
  readonly questionsInFlight: number;
  /** Replies that have left. */
  readonly replies: RepliesAnswer;
  /** How long replies took, for each source that there were some from. */
  readonly times: readonly TimesAnswer[];
  /** Memory. `null` where nothing is remembered. */
  readonly cache: CacheAnswer | null;
  /** Where clients are served. */
  readonly listeners: readonly ListenerAnswer[];
  /** Certificates that clients are shown. */
  readonly certificates: readonly CertificateAnswer[];
  /** Blocking that is left off. */
  readonly pauses: readonly PauseAnswer[];
  /** Where observations go: the query log, dnstap, the page. */
  readonly sinks: readonly SinkAnswer[];
  /** How much of clients and names is shown here. */
  readonly privacy: PrivacyAnswer;
  /** Whether there is a history of more than what memory holds. */
  readonly hasHistory: boolean;
  /** Whether there is a configuration file, so that it can be read again. */
  readonly canReload: boolean;
  /** How much is logged: `error`, `warn`, `info`, `debug`. */
  readonly logLevel: string;
  /** Every counter of the program, by its name. */
  readonly counters: Readonly<Record<string, number>>;
  /** The same as text, a line each, as `dns-forwarder status` prints it. */
  readonly lines: readonly string[];
}

/** Something that is wrong. */
export interface ProblemAnswer {
  /** For programs: `upstream-down`, `all-upstreams-down`, `failures`, `sink-dropping`, `certificate-ending`, `list-old`, … */
  readonly kind: string;
  /** What it is about, as it is called elsewhere in the API; empty for the whole program. */
  readonly subject: string;
  /** For people, one sentence. */
  readonly text: string;
}

/** Replies, counted by what they are. Kinds that there were none of are left out. */
export interface RepliesAnswer {
  /** All of them. */
  readonly total: number;
  /** By source: `cache`, `stale`, `upstream`, `policy`, … */
  readonly bySource: Readonly<Record<string, number>>;
  /** By RCODE in text: `NOERROR`, … */
  readonly byRcode: Readonly<Record<string, number>>;
  /** By what they left over: `udp`, `tcp`, `tls`, `https`, `quic`. */
  readonly byChannel: Readonly<Record<string, number>>;
  /** Of them, what was blocked. */
  readonly blocked: number;
  /** Of them, SERVFAIL. */
  readonly failed: number;
}

/** How long something took. */
export interface TimesAnswer {
  /** Where the replies came from. */
  readonly source: string;
  /** How many there were. */
  readonly count: number;
  /** Half of them took no longer. */
  readonly medianMs: number;
  /** 95 of 100 took no longer. */
  readonly percentile95Ms: number;
  /** 99 of 100 took no longer. */
  readonly percentile99Ms: number;
}

/** `GET cache`: memory. */
export interface CacheAnswer {
  /** Answers and failures in it. */
  readonly entries: number;
  /** What they take. */
  readonly usedOctets: number;
  /** What they may take. */
  readonly budgetOctets: number;
  /** Questions answered from memory with what has not expired. */
  readonly hits: number;
  /** Of these, answers that say that something does not exist. */
  readonly negativeHits: number;
  /** Answered with what has expired, because nothing better was to be had. */
  readonly staleHits: number;
  /** Answered with a failure that had only just happened. */
  readonly failureHits: number;
  /** Questions that memory had nothing fresh for. */
  readonly misses: number;
  /** Hits of all of these, 0–1; `null` before the first question. */
  readonly hitRatio: number | null;
  /** Answers asked for again before they expired. */
  readonly prefetches: number;
  /** Entries thrown out for others. */
  readonly evictions: number;
}

/** Where clients are served. */
export interface ListenerAnswer {
  /** As the configuration writes it: `tls://192.0.2.1:853`. */
  readonly name: string;
  /** Connections that are open. */
  readonly connections: number;
}

/** A certificate that clients are shown. */
export interface CertificateAnswer {
  /** The file that it was read from. */
  readonly path: string;
  /** Names and addresses that it is for. */
  readonly names: readonly string[];
  /** When it ends. */
  readonly endsAtMs: number;
  /** What is wrong with it; `null` for nothing. */
  readonly problem: string | null;
}

/** Where observations go. */
export interface SinkAnswer {
  /** `page`, `query-log`, `dnstap`, `history`, … */
  readonly name: string;
  /** Records that it has taken. */
  readonly records: number;
  /** Records that it has not, because it was too slow. */
  readonly dropped: number;
}

/** How much is shown. */
export interface PrivacyAnswer {
  /** Of clients: `full`, `network`, `pseudonym`, `none`. */
  readonly clients: string;
  /** Of names: `full`, `domain`, `none`. */
  readonly names: string;
}
