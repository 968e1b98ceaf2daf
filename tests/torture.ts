/**
 * Throws hostile input at the real program: `deno task torture [--packets 200000] [--seed N]`. Prints what memory did, and
 * exits with 1 and the seed when the program falls silent, breaks, or keeps growing.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli/parse-args";
import { torture } from "./torture/torture.ts";

/** Growth of the heap, garbage left out: less than 50 octets a packet would leave in a run of the usual length. */
const HEAP_GROWTH_MAX = 4 * 1024 * 1024;
/** Growth of everything: the allocator takes its time to settle, so short runs need the room. */
const RSS_GROWTH_MAX = 96 * 1024 * 1024;

const flags = parseArgs(Deno.args, { string: ["packets", "seed"] });
const packets = Number(flags.packets ?? 200_000);
const seed = Number(flags.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!);
if (!(packets > 0) || !(seed >= 0)) fail("Cannot use that: --packets and --seed need numbers");

try {
  const beganMs = performance.now();
  const report = await torture({ seed, packets });
  const [early, late] = report.memory;
  const seconds = (performance.now() - beganMs) / 1000;
  console.log(`Seed ${seed}: ${report.packets} packets, ${report.connections} connections, ${report.replies} replies`);
  console.log(`It took ${seconds.toFixed(1)} s; the program answered a valid query over UDP and TCP after each batch`);
  console.log(`RSS after the first fifth ${mebibytes(early.rss)}, at the end ${mebibytes(late.rss)}`);
  console.log(`Heap after the first fifth ${mebibytes(early.heapUsed)}, at the end ${mebibytes(late.heapUsed)}`);
  if (late.heapUsed - early.heapUsed > HEAP_GROWTH_MAX) throw new Error("The heap is not flat");
  if (late.rss - early.rss > RSS_GROWTH_MAX) throw new Error("Memory is not flat");
} catch (error) {
  fail(
    `${error instanceof Error ? error.stack : error}\nReplay: deno task torture --packets ${packets} --seed ${seed}`,
  );
}

function mebibytes(octets: number): string {
  return `${(octets / 1024 / 1024).toFixed(1)} MiB`;
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}
