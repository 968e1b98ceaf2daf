import type { Sample } from "../common/measure.ts";
import type { Result } from "../common/speed_report.ts";
import { median, ratioToBest } from "../common/statistics.ts";
import { table } from "../common/table.ts";

/** What this program wants to be, as a number that is not exceeded. */
export interface Goal {
  readonly title: string;
  /** Names of a workload and of one of our modes. */
  readonly workload: string;
  readonly mode: string;
  readonly of: keyof Sample;
  /** What it is divided by: the same of the best peer of each round, of one other server, or a number. */
  readonly by: "best" | { readonly server: string } | number;
  readonly most: number;
}

const NATIVE = { mode: "ours-native", of: "cpuMicrosPerAnswer", by: "best" } as const;
const P99 = { ...NATIVE, of: "p99Micros" } as const;
const PLAIN = { ...NATIVE, mode: "ours-plain", by: { server: "dnsmasq" } } as const;
const WORKERS = { ...NATIVE, mode: "ours-native-2-workers", by: { server: "ours-native" } } as const;

/** In the order of the table. */
export const GOALS: readonly Goal[] = [
  { ...NATIVE, title: "hits, 1 in flight", workload: "hits-1", most: 1.15 },
  { ...NATIVE, title: "hits, 10 in flight", workload: "hits-10", most: 0.8 },
  { ...NATIVE, title: "hits, 100 in flight", workload: "hits-100", most: 0.85 },
  { ...NATIVE, title: "hits, 400 in flight", workload: "hits-400", most: 0.85 },
  { ...NATIVE, title: "Zipf", workload: "zipf", most: 0.85 },
  { ...NATIVE, title: "cold, 1 in flight", workload: "cold-1", most: 1.05 },
  { ...NATIVE, title: "cold, 10 in flight", workload: "cold-10", most: 0.9 },
  { ...NATIVE, title: "cold, 100 in flight", workload: "cold", most: 1 },
  { ...NATIVE, title: "cold, 100 in flight, with authority", workload: "cold-authority", most: 1.1 },
  { ...NATIVE, title: "hits over TCP, 10 connections", workload: "tcp", most: 0.6 },
  { ...P99, title: "p99 at half load: hits", workload: "hits-100", most: 1.3 },
  { ...P99, title: "p99 at half load: cold", workload: "cold", most: 1.3 },
  { ...P99, title: "p99 at half load: TCP", workload: "tcp", most: 1.3 },
  { ...WORKERS, title: "two workers, of one: hits, 400 in flight", workload: "hits-400", most: 1.15 },
  { ...WORKERS, title: "two workers, of one: cold", workload: "cold", most: 1.15 },
  { ...PLAIN, title: "plain, of dnsmasq: hits", workload: "hits-100", most: 1.15 },
  { ...PLAIN, title: "plain, of dnsmasq: cold", workload: "cold", most: 1.3 },
  { ...NATIVE, title: "resident MB after all names", workload: "memory", of: "residentOctets", by: 1e6, most: 100 },
];

/**
 * A table of the goals: what was measured of each, and the verdict. Of a ratio to others it is the median of the ratios
 * within each round.
 *
 * @param peers Whom "the best" is one of.
 */
export function goalsTable(goals: readonly Goal[], results: readonly Result[], peers: readonly string[]): string {
  const head = ["Goal", "Workload", "Mode", "Of", "Measured", "At most", "Verdict"];
  const rows = goals.map((goal) => {
    const { title, workload, mode, by, most } = goal;
    const measured = measuredOf(goal, results, peers);
    const digits = typeof by === "number" ? 0 : 2;
    return [
      title,
      workload,
      mode,
      typeof by === "number" ? "" : by === "best" ? "best peer" : by.server,
      Number.isFinite(measured) ? measured.toFixed(digits) : "–",
      most.toFixed(digits),
      verdict(measured, most),
    ];
  });
  return table([head, ...rows]);
}

/** `NaN`: it was not measured. */
function measuredOf({ workload, mode, of, by }: Goal, results: readonly Result[], peers: readonly string[]): number {
  const samples = results.find((result) => result.workload.name === workload)?.samples ?? {};
  const values = (server: string) =>
    (samples[server] ?? []).map((sample) => {
      const value = sample?.[of];
      return value !== undefined && Number.isFinite(value) ? value : null;
    });
  if (typeof by === "number") return median(values(mode).filter((value) => value !== null)) / by;
  return ratioToBest(values(mode), (by === "best" ? peers : [by.server]).map(values));
}

function verdict(measured: number, most: number): string {
  if (!Number.isFinite(measured)) return "not measured";
  return measured <= most ? "met" : `missed by ${Math.max(1, Math.round((measured / most - 1) * 100))} %`;
}
