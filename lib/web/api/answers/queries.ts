import type { PauseAnswer } from "./lists.ts";
import type { Health, ProblemAnswer } from "./status.ts";

/** What `top` can be asked by. */
export const TOP_KINDS: readonly TopKind[] = ["name", "client", "upstream", "blocked"];

/** See `TOP_KINDS`. */
export type TopKind = "name" | "client" | "upstream" | "blocked";

/** `GET top?by=&window=&limit=`: what there was most of. */
export interface TopAnswer {
  /** As it was asked for. */
  readonly by: TopKind;
  /** The time that was counted; less than asked for when nobody has watched for as long. */
  readonly windowSeconds: number;
  /** Queries in that time. */
  readonly total: number;
  /** The most first. */
  readonly rows: readonly TopRow[];
}

/** One of them. */
export interface TopRow {
  /** A name, an address, an upstream; what `queries` can be filtered by. */
  readonly key: string;
  /** What a client is called; empty where that is not known, and for all others. */
  readonly label: string;
  /** At least as many; never less than there were. */
  readonly count: number;
  /** The count may be too high by this. */
  readonly errorCount: number;
}

/** `GET series?window=`: queries over time, in steps of the same length. */
export interface SeriesAnswer {
  /** The length of a step. */
  readonly stepMs: number;
  /** Where the first step begins. */
  readonly fromAtMs: number;
  /** What the rows of `counts` are: `cache`, `stale`, `upstream`, `local`, `policy`, `refused`, `failure`, `blocked`. */
  readonly sources: readonly string[];
  /** Replies in each step, a row for each source. */
  readonly counts: readonly (readonly number[])[];
  /** `memory` or `history`. */
  readonly from: "memory" | "history";
}

/**
 * `GET queries?before=&limit=&name=&client=&source=&rcode=&type=&upstream=&channel=`: the last queries, the newest first. `name` and
 * `client` are found anywhere in what they are compared with; the others are equal. Values may stand side by side, with commas.
 */
export interface QueriesAnswer {
  /** The newest first. */
  readonly rows: readonly QueryRow[];
  /** What `before` is for those that come after these; `null` when there are none. */
  readonly next: string | null;
  /** As far back as was looked: a search stops when it has taken too long, and `next` goes on from there. */
  readonly searchedBackToAtMs: number | null;
  /** `memory` or `history`. */
  readonly from: "memory" | "history";
}

/** One query and its reply. */
export interface QueryRow {
  /** Tells it from all others; a cursor for `before` and `after`. */
  readonly id: string;
  /** When it came. */
  readonly atMs: number;
  /** Until the reply. */
  readonly tookMs: number;
  /** Address of the client, or what privacy leaves of it. */
  readonly client: string;
  /** What the client is called: its lease, its hosts file; empty where that is not known. */
  readonly clientName: string;
  /** Where `clientName` is from, for people: `a lease`, `a hosts file`; empty without one. */
  readonly clientNameFrom: string;
  /** Its client group; empty where there are none. */
  readonly group: string;
  /** QNAME in text, without the dot at its end; octets outside of ASCII as `\ddd`. */
  readonly name: string;
  /** QTYPE in text. */
  readonly type: string;
  /** Where the reply is from. */
  readonly source: string;
  /** RCODE in text. */
  readonly rcode: string;
  /** Who was asked; `null` for nobody. */
  readonly upstream: string | null;
  /** Why it is no ordinary answer; empty when it is one. */
  readonly reason: string;
  /** What it came over. */
  readonly channel: string;
  /** Length of the reply. */
  readonly sizeOctets: number;
  /** Whether the reply is cut off (TC). */
  readonly isTruncated: boolean;
  /** Whether DNSSEC records were wanted (DO). */
  readonly wantsDnssec: boolean;
}

/**
 * `GET live?after=&<filters of queries>`, and the data of each event of `GET events?<filters>` (`text/event-stream`, event
 * `live`, one a second): what is new.
 */
export interface LiveAnswer {
  /** The clock of the machine. */
  readonly nowAtMs: number;
  /** What `after` is the next time. */
  readonly cursor: string;
  /** The newest of the new queries that the filters hold for, 50 at most, the newest first. */
  readonly rows: readonly QueryRow[];
  /** How many more of them there were. */
  readonly more: number;
  /** Queries a second since the last event; without events, those of the last full second. */
  readonly queriesPerSecond: number;
  /** The last full second, by the sources of `series`. */
  readonly counts: Readonly<Record<string, number>>;
  /** How it is; see `StatusAnswer`. */
  readonly health: Health;
  /** See `StatusAnswer`. */
  readonly problems: readonly ProblemAnswer[];
  /** State and times of each upstream. */
  readonly upstreams: readonly LiveUpstream[];
  /** Blocking that is left off. */
  readonly pauses: readonly PauseAnswer[];
}

/** How an upstream is doing now; see `UpstreamAnswer`. */
export interface LiveUpstream {
  /** As it is written after `--resolver`. */
  readonly name: string;
  /** `up`, `down`, `probing`, `loop`, `disabled`. */
  readonly state: string;
  /** Why, for people; empty when there is nothing to be said. */
  readonly reason: string;
  /** How long it is still left out by hand; `null` when it is not. */
  readonly disabledSeconds: number | null;
  /** SRTT; `null` when never measured. */
  readonly smoothedMs: number | null;
  /** 95 of 100 recent replies came within; `null` when never measured. */
  readonly percentile95Ms: number | null;
}
