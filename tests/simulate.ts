/**
 * Runs the simulation for many seeds: `deno task simulate --seeds 1000 --from 1`. With `--trace` everything that happened
 * is printed. With `--cache` it is the cache's simulation, of hours; with `--lists` that of lists that are kept, of days. With
 * `--both-ways` each life is lived twice, with the usual way upstream and without, and has to be the same.
 * Stops at the first seed that fails, prints what had happened and what was wrong, and exits with 1.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli/parse-args";
import { cacheBothWays, liveBothWays } from "./simulation/both_ways.ts";
import { liveWithLists } from "./simulation/list_life.ts";
import { liveWithCache } from "./simulation/cache_life.ts";
import { simulate, type SimulationResult } from "./simulation/simulation.ts";

const flags = parseArgs(Deno.args, {
  string: ["seeds", "from"],
  boolean: ["trace", "cache", "lists", "both-ways"],
  unknown: (argument) =>
    complain(`Cannot use "${argument}": the flags are --seeds, --from, --trace, --cache, --lists and --both-ways`),
});
const seedCount = wholeNumber("seeds", 100);
const firstSeed = wholeNumber("from", 1);
const isTraceKept = flags.trace === true;
const isBothWays = flags["both-ways"] === true;
const kind = flags.cache === true ? "--cache " : flags.lists === true ? "--lists " : "";
if (isTraceKept && kind !== "") complain(`Cannot use --trace with ${kind.trimEnd()}: that one keeps no trace`);

const totals = new Map<string, number>();
for (let seed = firstSeed; seed < firstSeed + seedCount; seed++) {
  const result = flags.cache === true
    ? await (isBothWays ? cacheBothWays : liveWithCache)(seed)
    : flags.lists === true
    ? await liveWithLists(seed)
    : isBothWays
    ? await liveBothWays(seed)
    : await simulateTraced(seed);
  if (result.faults.length > 0) fail(seed, result.faults);
  for (const [name, count] of result.counts) totals.set(name, (totals.get(name) ?? 0) + count);
}
console.log(`${seedCount} seeds from ${firstSeed} passed: ${summary()}`);

/** What was met, so that one sees what has been tried. */
function summary(): string {
  return [...totals].sort(([a], [b]) => a < b ? -1 : 1).map(([name, count]) => `${name} ${count}`).join(", ");
}

async function simulateTraced(seed: number): Promise<SimulationResult> {
  const result = await simulate(seed, { isTraceKept });
  if (isTraceKept) console.log(result.traceLines.join("\n"));
  // A seed replays exactly, so the trace need not be kept until one fails.
  else if (result.faults.length > 0) console.error((await simulate(seed, { isTraceKept: true })).traceLines.join("\n"));
  return result;
}

function fail(seed: number, faults: readonly string[]): never {
  console.error(`Seed ${seed} failed:\n  ${faults.join("\n  ")}`);
  console.error(`Replay it: deno task simulate ${kind}--seeds 1 --from ${seed}`);
  Deno.exit(1);
}

function wholeNumber(flag: "seeds" | "from", fallback: number): number {
  const text = `${flags[flag] ?? fallback}`;
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : complain(`Cannot use --${flag} "${text}": must be a whole number`);
}

function complain(message: string): never {
  console.error(message);
  Deno.exit(2);
}
