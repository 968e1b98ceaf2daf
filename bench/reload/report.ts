import { median } from "../common/statistics.ts";
import { table } from "../common/table.ts";

/** What one load has come to. */
export interface Sample {
  readonly answersPerSecond: number;
  readonly sent: number;
  /** Without an answer, or with another one than the name has. */
  readonly lost: number;
  /** Datagrams that the kernel dropped meanwhile, of whomever. */
  readonly dropped: number;
  /** At the fixed rate. */
  readonly p99Micros: number;
  readonly p999Micros: number;
  /** Of all its processes, at the end. */
  readonly residentOctets: number;
  readonly reloads: number;
}

/** The same load without reloads and with them, by round. */
export interface Result {
  readonly name: string;
  readonly without: readonly Sample[];
  readonly during: readonly Sample[];
}

/** A row for each forwarder. */
export function reloadTable(results: readonly Result[]): string {
  const head = [
    "",
    "reloads",
    "lost of sent",
    "dropped by the kernel",
    "answers/s without",
    "with",
    "p99 without",
    "p99 with",
    "times",
    "p99.9 with",
    "memory",
  ];
  return table([head, ...results.map(row)]);
}

function row({ name, without, during }: Result): string[] {
  const sum = (field: "reloads" | "lost" | "sent" | "dropped") => during.reduce((all, one) => all + one[field], 0);
  const middle = (samples: readonly Sample[], field: keyof Sample) => median(samples.map((sample) => sample[field]));
  const times = median(during.map(({ p99Micros }, round) => p99Micros / without[round]!.p99Micros));
  return [
    name,
    `${sum("reloads")}`,
    `${sum("lost")} of ${sum("sent")}`,
    `${sum("dropped")}`,
    `${Math.round(middle(without, "answersPerSecond"))}`,
    `${Math.round(middle(during, "answersPerSecond"))}`,
    millis(middle(without, "p99Micros")),
    millis(middle(during, "p99Micros")),
    times.toFixed(2),
    millis(middle(during, "p999Micros")),
    `${Math.round(middle(during, "residentOctets") / 1024 ** 2)} MiB`,
  ];
}

function millis(micros: number): string {
  return `${(micros / 1000).toFixed(2)} ms`;
}
