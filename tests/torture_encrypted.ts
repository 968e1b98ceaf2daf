/**
 * Throws hostile connections at the real program, over TLS, HTTPS and HTTP: `deno task torture:encrypted [--connections
 * 4000] [--seed N]`. Prints what memory did, and exits with 1 and the seed when the program falls silent, breaks, or keeps
 * growing.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli/parse-args";
import { secureTorture } from "./torture/secure_torture.ts";

/** Growth of the heap, garbage left out: about a kilobyte a connection would leave in a run of the usual length. */
const HEAP_GROWTH_MAX = 4 * 1024 * 1024;
/** Growth of everything: the allocator takes its time to settle. */
const RSS_GROWTH_MAX = 128 * 1024 * 1024;

const flags = parseArgs(Deno.args, { string: ["connections", "seed"] });
const connections = Number(flags.connections ?? 4000);
const seed = Number(flags.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!);
const mebibytes = (octets: number) => `${(octets / 1024 / 1024).toFixed(1)} MiB`;
try {
  if (!(connections > 0) || !(seed >= 0)) throw new Error("--connections and --seed need numbers");
  const beganMs = performance.now();
  const { memory: [early, late] } = await secureTorture({ seed, connections });
  console.log(`Seed ${seed}: ${connections} connections in ${((performance.now() - beganMs) / 1000).toFixed(1)} s`);
  console.log("The program answered over UDP, TLS, HTTPS and HTTP after each batch");
  console.log(`RSS after the first fifth ${mebibytes(early.rss)}, at the end ${mebibytes(late.rss)}`);
  console.log(`Heap after the first fifth ${mebibytes(early.heapUsed)}, at the end ${mebibytes(late.heapUsed)}`);
  if (late.heapUsed - early.heapUsed > HEAP_GROWTH_MAX) throw new Error("The heap is not flat");
  if (late.rss - early.rss > RSS_GROWTH_MAX) throw new Error("Memory is not flat");
  Deno.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
  console.error(`Replay: deno task torture:encrypted --connections ${connections} --seed ${seed}`);
  Deno.exit(1);
}
