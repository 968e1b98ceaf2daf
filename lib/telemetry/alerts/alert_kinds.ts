import type { Trouble } from "../health/troubles.ts";

/** What is told of a kind of trouble, and when. */
export interface AlertKindRule {
  /** What Prometheus's rules call it (`packaging/prometheus/rules.yml`), so that both take the same way. */
  readonly name: string;
  /** How bad it is. */
  readonly severity: "critical" | "warning";
  /** What its subject is, as a label; `null` when it is the whole program. */
  readonly label: string | null;
  /** It has to last so long before it is told. */
  readonly raiseAfterMs: number;
  /** It has to be gone for so long before that is told. */
  readonly clearAfterMs: number;
}

/** What is told of. All that comes and goes has to last: nobody wants to be woken for a lost packet. */
export const ALERT_KINDS = {
  "all-upstreams-down": {
    name: "DnsForwarderAllUpstreamsDown",
    severity: "critical",
    label: "group",
    raiseAfterMs: 10_000,
    clearAfterMs: 30_000,
  },
  "upstream-down": {
    name: "DnsForwarderUpstreamDown",
    severity: "warning",
    label: "upstream",
    raiseAfterMs: 30_000,
    clearAfterMs: 60_000,
  },
  "failures": {
    name: "DnsForwarderFailing",
    severity: "warning",
    label: null,
    raiseAfterMs: 30_000,
    clearAfterMs: 60_000,
  },
  "forged-replies": {
    name: "DnsForwarderForgedReplies",
    severity: "warning",
    label: null,
    raiseAfterMs: 30_000,
    clearAfterMs: 60_000,
  },
  // It is told by what was lost in five minutes, which lasts by itself.
  "sink-dropping": {
    name: "DnsForwarderSinkDropping",
    severity: "warning",
    label: "sink",
    raiseAfterMs: 0,
    clearAfterMs: 0,
  },
  "certificate-ending": {
    name: "DnsForwarderCertificateEnding",
    severity: "warning",
    label: "certificate",
    raiseAfterMs: 0,
    clearAfterMs: 0,
  },
  // A server of lists that is away for some minutes is away often.
  "list-old": {
    name: "DnsForwarderListNotRefreshed",
    severity: "warning",
    label: "list",
    raiseAfterMs: 3_600_000,
    clearAfterMs: 0,
  },
} as const satisfies Readonly<Record<string, AlertKindRule>>;

/** See `ALERT_KINDS`. */
export type AlertKind = keyof typeof ALERT_KINDS;

/** Something that is wrong at a moment. */
export type Finding = Trouble<AlertKind>;

/** What tells findings apart. */
export function keyOf({ kind, subject }: Pick<Finding, "kind" | "subject">): string {
  return `${kind} ${subject}`;
}
