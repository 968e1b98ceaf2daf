import type { Sample } from "./measure.ts";
import { median, ratioToBest } from "./statistics.ts";
import { table } from "./table.ts";
import type { Workload } from "./workloads.ts";

/** What was measured under one workload. */
export interface Result {
  readonly workload: Pick<Workload, "name" | "title">;
  /** Queries per second at which latency was measured; `null`: at full load. */
  readonly rate: number | null;
  /** By server: samples by round; `null`: it failed in that round. */
  readonly samples: Readonly<Record<string, readonly (Sample | null)[]>>;
}

/** What is printed for a number that there is none of. */
const NONE = "–";

/**
 * A table of the servers under one workload, or whatever else the samples are of: medians over the rounds.
 *
 * @param what Head of the first column.
 */
export function workloadTable({ workload, rate, samples }: Result, what = "Server"): string {
  const head = [what, "CPU µs/answer", "(min–max)", "answers/s", "p50 µs", "p99 µs", "lost", "RSS MB"];
  const rows = Object.entries(samples).map(([server, rounds]) => [server, ...cells(rounds)]);
  const load = rate === null ? "full load" : `${rate} queries/s`;
  return `${workload.title}; latency at ${load}\n\n${table([head, ...rows])}`;
}

/**
 * How this program's modes compare with the peers: the ratio within each round, and of those the median. Less is better
 * but for answers per second.
 */
export function ratioTable(results: readonly Result[], ours: readonly string[], peers: readonly string[]): string {
  const best = ["CPU ÷ best", "p99 ÷ best", "answers/s ÷ best"];
  const head = ["Workload", "Mode", ...best, ...peers.map((peer) => `CPU ÷ ${peer}`)];
  const rows = results.flatMap((result) =>
    ours.map((mode) => {
      const ratio = (field: keyof Sample, others: readonly string[], best = Math.min) => {
        const values = (server: string) => result.samples[server]!.map((sample) => finiteOrNull(sample?.[field]));
        return toText(ratioToBest(values(mode), others.map(values), best), 2);
      };
      return [
        result.workload.name,
        mode,
        ratio("cpuMicrosPerAnswer", peers),
        ratio("p99Micros", peers),
        ratio("answersPerSecond", peers, Math.max),
        ...peers.map((peer) => ratio("cpuMicrosPerAnswer", [peer])),
      ];
    })
  );
  return table([head, ...rows]);
}

function cells(rounds: readonly (Sample | null)[]): string[] {
  const good = rounds.filter((sample) => sample !== null);
  if (good.length === 0) return ["failed", ...Array(6).fill(NONE)];
  const middle = (field: keyof Sample) => median(good.map((sample) => sample[field]));
  const cpu = good.map((sample) => sample.cpuMicrosPerAnswer);
  return [
    toText(middle("cpuMicrosPerAnswer"), 1),
    `(${toText(Math.min(...cpu), 1)}–${toText(Math.max(...cpu), 1)})`,
    toText(middle("answersPerSecond"), 0),
    toText(middle("p50Micros"), 0),
    toText(middle("p99Micros"), 0),
    lostText(good),
    toText(middle("residentOctets") / 1e6, 0),
  ];
}

/** All rounds together: one loss in five rounds would not show in a median. */
function lostText(samples: readonly Sample[]): string {
  const sum = (field: keyof Sample) => samples.reduce((sum, sample) => sum + sample[field], 0);
  const parts = [
    [sum("lost"), ""],
    [sum("refused"), " by an RCODE"],
    [sum("lostAtRate"), " at the rate of latency"],
  ] as const;
  return parts.filter(([count]) => count > 0).map(([count, how]) => `${count}${how}`).join(" + ") || "0";
}

/** Where nothing was answered there is no latency. */
function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}

function toText(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : NONE;
}
