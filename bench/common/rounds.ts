// deno-lint-ignore-file no-console
import type { Sample } from "./measure.ts";
import type { Result } from "./speed_report.ts";

/** A row of a table: what is measured in turn with the others. */
export interface Row {
  /** As it is called in the table. */
  readonly name: string;
  /** How many answers come in a second at full load; `null` where latency is measured at full load, too. */
  readonly tryOut: (() => Promise<number>) | null;
  /** @param rate Queries per second at which latency is measured; `null`: at full load. */
  readonly measure: (rate: number | null) => Promise<Sample>;
}

/** What is to be compared. */
export interface Comparison {
  /** What is the same for all rows. */
  readonly workload: Result["workload"];
  readonly rows: readonly Row[];
  readonly rounds: number;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/**
 * Measures every row in every round; in each round another one goes first. Who fails has no sample of that round, which
 * is printed and makes the exit code 1: no reason to learn nothing of the others.
 */
export async function measureInRounds({ workload, rows, rounds, signal }: Comparison): Promise<Result> {
  const rate = await halfRate({ workload, rows, rounds, signal });
  const samples: Record<string, (Sample | null)[]> = {};
  for (const { name } of rows) samples[name] = [];
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < rows.length; turn++) {
      const row = rows[(round + turn) % rows.length]!;
      const what = `${workload.name}, round ${round + 1} of ${rounds}`;
      const sample = await attempt(row, what, () => row.measure(row.tryOut === null ? null : rate), signal);
      samples[row.name]!.push(sample);
    }
  }
  return { workload, rate, samples };
}

/**
 * The same for all, or the latencies would tell nothing, and a load that the slowest can bear: half of what it can.
 * `null` when no row wants a rate.
 */
async function halfRate({ workload, rows, signal }: Comparison): Promise<number | null> {
  const rates: number[] = [];
  for (const row of rows) {
    if (row.tryOut === null) continue;
    const rate = await attempt(row, `${workload.name}, trying out`, row.tryOut, signal);
    if (rate !== null) rates.push(rate);
  }
  if (rates.length === 0) return rows.every(({ tryOut }) => tryOut === null) ? null : 1;
  return Math.max(1, Math.floor(Math.min(...rates) / 2));
}

async function attempt<T>(
  { name }: Row,
  what: string,
  action: () => Promise<T>,
  signal: AbortSignal,
): Promise<T | null> {
  console.error(`${name}: ${what} …`);
  try {
    return await action();
  } catch (error) {
    if (signal.aborted) throw error;
    console.error(`${name}: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 1;
    return null;
  }
}
