/**
 * Shows what the cache hits in the real: the program in a process of its own, `nsd` behind it, `dnsperf` in front of it
 * with a seeded trace, and beside the program's own counters what the model of its eviction predicts for that trace:
 * `deno task bench:hit-ratio`. Takes some minutes, and ends with 1 when the two are not alike.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { startAuthority } from "../common/authority.ts";
import { type Bench, requiredExecutable, runBench } from "../common/bench_program.ts";
import { cacheCounters } from "../common/cache_counters.ts";
import { S3Fifo } from "./cache_models.ts";
import { makeTrace, type Trace, type TraceOptions } from "./cache_traces.ts";
import { drive } from "../common/dnsperf.ts";
import { OUR_MODES } from "../common/our_modes.ts";
import { RunningServer } from "../common/running_server.ts";
import { table } from "../common/table.ts";
import { freshName, nameAt } from "../common/zone.ts";

const NAME_COUNT = 100_000;
const USUAL = { nameCount: NAME_COUNT, requestCount: 400_000, randomShare: 0, withTtl: false };
/** Traces, each with the size of a cache in MiB. The smallest holds 7.8 % of the names, the largest all. */
const RUNS: readonly (TraceOptions & { readonly cacheSizeMib: number })[] = [
  { ...USUAL, exponent: 1, cacheSizeMib: 1 },
  { ...USUAL, exponent: 0.9, cacheSizeMib: 1 },
  { ...USUAL, exponent: 1, randomShare: 0.5, cacheSizeMib: 1 },
  { ...USUAL, exponent: 1, cacheSizeMib: 4 },
  { ...USUAL, exponent: 1, cacheSizeMib: 64 },
];
/**
 * Further apart the two may not be: queries that are in flight together come in another order, and the model counts
 * entries where the program counts octets.
 */
const DIFFERENCE_MAX = 0.01;
/** Few at once, so that the order stays nearly that of the trace. */
const IN_FLIGHT = 10;

const dnsperf = requiredExecutable("dnsperf", "dnsperf");
const nsd = requiredExecutable("nsd", "nsd");
await runBench("hit-ratio", compare);

/** Prints the table. */
async function compare(bench: Bench): Promise<void> {
  const authority = await startAuthority(nsd, { nameCount: NAME_COUNT });
  const rows: string[][] = [];
  let isAlike = true;
  for (const run of RUNS) {
    const trace = makeTrace(run);
    const { counters, lostCount } = await measure(trace, run.cacheSizeMib, authority, bench);
    const real = counters.hits / (counters.hits + counters.misses);
    const predicted = predictedRatio(trace, counters.entries);
    isAlike &&= Math.abs(real - predicted) <= DIFFERENCE_MAX;
    const random = run.randomShare === 0 ? "" : `, ${percent(run.randomShare)} random`;
    rows.push([
      `100k names, s = ${run.exponent.toFixed(1)}${random}`,
      `${run.cacheSizeMib} MiB`,
      `${counters.entries}`,
      `${counters.evictions}`,
      percent(predicted),
      percent(real),
      `${lostCount}`,
    ]);
  }
  console.log(table([["Trace", "Cache", "Entries", "Evictions", "Predicted", "The program", "Lost"], ...rows]));
  if (isAlike) return;
  console.error(`Program and model are more than ${percent(DIFFERENCE_MAX)} apart`);
  Deno.exitCode = 1;
}

/** Lets dnsperf ask for the trace, and counts in its second half: the first only warms the cache. */
async function measure(trace: Trace, cacheSizeMib: number, authority: RunningServer, { folder, signal }: Bench) {
  const [mode] = OUR_MODES;
  await using program = await RunningServer.start({
    ...mode,
    commandLine: (place) => {
      const { args } = mode.commandLine({ ...place, upstreams: [authority.address], cacheNames: null });
      return { args: [...args, "--cache-size", `${cacheSizeMib}`, "--no-prefetch"] };
    },
  });
  let lostCount = 0;
  const ask = async (from: number, to: number) => {
    const file = `${folder}/half`;
    const names = Array.from(trace.keys.subarray(from, to), (key) => {
      return key < trace.nameCount ? nameAt(key) : freshName("r", key);
    });
    Deno.writeTextFileSync(file, names.map((name) => `${name} A\n`).join(""));
    const server = program.address;
    const driving = {
      server,
      file,
      transport: "udp",
      clients: 1,
      inFlight: IN_FLIGHT,
      seconds: null,
      rate: null,
    } as const;
    const { lost, refused } = await drive(dnsperf, driving, signal);
    lostCount += lost + refused;
  };
  const half = trace.keys.length / 2;
  await ask(0, half);
  const before = await cacheCounters(program);
  await ask(half, trace.keys.length);
  const after = await cacheCounters(program);
  const counters = { ...after, hits: after.hits - before.hits, misses: after.misses - before.misses };
  return { counters, lostCount };
}

/** The part of all queries in the second half that a model with room for so many entries answers. */
function predictedRatio(trace: Trace, capacity: number): number {
  const model = new S3Fifo({ capacity, keyCount: trace.keyCount });
  const half = trace.keys.length / 2;
  let hits = 0;
  trace.keys.forEach((key, i) => {
    const isHit = model.access(key);
    if (isHit && i >= half) hits++;
  });
  return hits / (trace.keys.length - half);
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}
