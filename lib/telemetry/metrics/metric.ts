import type { ListStatus } from "../../lists/keeper/list_status.ts";
import type { Status } from "../../operator/status.ts";
import type { CertificateStatus } from "../../server/certificates/certificate_keeper.ts";

/** Before the names of all metrics that are the program's own. */
export const PREFIX = "dns_forwarder_";

/** What stays as it is while the program runs. */
export interface BuildFacts {
  /** The program's version. */
  readonly version: string;
  /** The version of Deno. */
  readonly deno: string;
  /** How datagrams are taken and sent: `native` or `plain`. */
  readonly io: string;
}

/** All that metrics are read from, at one moment. */
export interface Snapshot {
  /** How the program is doing, all of its processes together. */
  readonly status: Status;
  /** How its lists are doing. */
  readonly lists: readonly ListStatus[];
  /** How the certificates are doing that clients are shown. */
  readonly certificates: readonly CertificateStatus[];
  /** What it is. */
  readonly build: BuildFacts;
  /** When it was started, in seconds since 1970. */
  readonly startedAtSeconds: number;
  /** The moment, in seconds since 1970. */
  readonly nowSeconds: number;
  /** By how much event loops were late lately, at most. */
  readonly loopDelayMs: number;
}

/** One number, with what tells it from the others of its metric. */
export interface Sample {
  /** In the order in which they are written. */
  readonly labels: Readonly<Record<string, string>>;
  /** Whole or not, not negative. */
  readonly value: number;
}

/** Times or lengths, counted by bounds. */
export interface HistogramSample {
  /** What tells it from the others of its metric. */
  readonly labels: Readonly<Record<string, string>>;
  /** For each bound, from the lowest on, how many were no higher. */
  readonly within: readonly (readonly [bound: number, count: number])[];
  /** How many there were. */
  readonly count: number;
  /** What they come to together. */
  readonly sum: number;
}

/** A metric as it is told. */
export type Metric =
  & {
    /** The whole name, with its prefix and its unit; that of a counter ends with `_total`. */
    readonly name: string;
    /** What it counts or measures, one sentence. */
    readonly help: string;
  }
  & (
    | { readonly type: "counter" | "gauge"; readonly read: (from: Snapshot) => readonly Sample[] }
    | { readonly type: "histogram"; readonly read: (from: Snapshot) => readonly HistogramSample[] }
  );

/** What only grows from the start on. */
export function counter(name: string, help: string, read: (from: Snapshot) => readonly Sample[]): Metric {
  return { name: PREFIX + name, help, type: "counter", read };
}

/** What goes up and down. */
export function gauge(name: string, help: string, read: (from: Snapshot) => readonly Sample[]): Metric {
  return { name: PREFIX + name, help, type: "gauge", read };
}

/** See `HistogramSample`. */
export function histogram(name: string, help: string, read: (from: Snapshot) => readonly HistogramSample[]): Metric {
  return { name: PREFIX + name, help, type: "histogram", read };
}

/** The only number of a metric. */
export function single(value: number): Sample[] {
  return [{ labels: {}, value }];
}

/** A number for each key. */
export function byLabel(label: string, values: Readonly<Record<string, number>>): Sample[] {
  return Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value }));
}
