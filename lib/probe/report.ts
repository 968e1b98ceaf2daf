/** What was found of one server. Plain data: `--json` prints it as it is. */
export interface ServerReport {
  /** As it stands in a configuration. */
  readonly server: string;
  /** Who runs it, of those that the program knows; `null` for others. */
  readonly operator: string | null;
  /** Why it cannot be asked for anything; `null` when it can. */
  readonly problem: string | null;
  /** How long it takes for names that it remembers. */
  readonly known: Times;
  /** How long it takes for names that it has to ask others for. */
  readonly fresh: Times;
  /** Queries whose loss is counted. */
  readonly askedCount: number;
  /** Those of them that had no reply. */
  readonly lostCount: number;
  /** What it shows over TLS; `null` when it shows nothing. */
  readonly certificate: CertificateReport | null;
  /** What else was looked at. */
  readonly findings: Readonly<Record<Point, Finding>>;
  /** What it said to names that filters block, in their order. */
  readonly filtered: readonly FilteredReport[];
  /** How else it says that it can be asked (RFC 9462), as endpoints. */
  readonly otherWays: readonly string[];
}

/** Times of replies, in milliseconds; `null` where there were none. */
export interface Times {
  /** Replies. */
  readonly count: number;
  /** Half of them took no longer. */
  readonly medianMs: number | null;
  /** 95 of 100 took no longer. */
  readonly p95Ms: number | null;
}

/** What a server shows over TLS. */
export interface CertificateReport {
  /** Whom it is for. */
  readonly names: readonly string[];
  /** Who has signed it. */
  readonly issuer: string;
  /** Days until it ends; negative when it has. */
  readonly daysLeft: number;
  /** Why it is not believed; `null` when it is. */
  readonly refusal: string | null;
  /** The first handshake, with the connection, in milliseconds. */
  readonly handshakeMs: number;
  /** A later one; `null` when there was none. */
  readonly laterHandshakeMs: number | null;
  /** Whether that took up the session of the first. */
  readonly isResumed: boolean;
}

/** What a server said to a name that filters block. */
export interface FilteredReport {
  /** The name. */
  readonly name: string;
  /** What a filter that blocks it is called. */
  readonly what: string;
  /** `denied`: that there is no such name, which may be true. */
  readonly said: "addresses" | "blocked" | "denied" | "nothing";
}

/** What is looked at besides speed, in the order of the table. */
export const POINTS = [
  "tcp",
  "tls",
  "edns",
  "cookies",
  "letterCase",
  "missingNames",
  "dnssec",
  "filtering",
  "ipv6",
  "ways",
] as const;

/** One of `POINTS`. */
export type Point = typeof POINTS[number];

/** What was found. */
export interface Finding {
  /** `fair`: it does without. `needless`: it does not matter over this transport. `unknown`: it did not show. */
  readonly verdict: "good" | "fair" | "bad" | "unknown" | "needless";
  /** In a word or two. */
  readonly text: string;
  /** What else is to be told; `null` for nothing. */
  readonly detail: string | null;
}

/** Makes a finding. */
export function finding(verdict: Finding["verdict"], text: string, detail: string | null = null): Finding {
  return { verdict, text, detail };
}

/** Nothing came of it. */
export const UNKNOWN: Finding = finding("unknown", "?");
/** It does not matter. */
export const NEEDLESS: Finding = finding("needless", "-");

/** Of times in milliseconds, in any order. */
export function timesOf(allMs: readonly number[]): Times {
  const sorted = allMs.toSorted((a, b) => a - b);
  // The nearest rank: a time that was measured.
  const rank = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
  return { count: sorted.length, medianMs: rank(0.5), p95Ms: rank(0.95) };
}
