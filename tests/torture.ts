/**
 * Throws hostile input at the real program: `deno task torture [--packets 200000] [--seed N]`, and `torture:native` over
 * datagrams in batches. Prints what memory did, and exits with 1 and the seed when the program falls silent, breaks, or
 * keeps growing.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { parseArgs } from "@std/cli/parse-args";
import { torture } from "./torture/torture.ts";

/**
 * Growth of the heap, garbage left out: less than 50 octets a packet would leave in a run of the usual length. On the
 * native path it has to hold the views that slots keep of datagrams of every length (`DatagramSlot`), too: some 3 MiB,
 * after which it is flat (400,000 packets).
 */
const HEAP_GROWTH_MAX = 4 * 1024 * 1024;
/** Growth of everything: the allocator takes its time to settle, so short runs need the room. */
const RSS_GROWTH_MAX = 96 * 1024 * 1024;

const flags = parseArgs(Deno.args, { string: ["packets", "seed", "io"] });
const packets = Number(flags.packets ?? 200_000);
const seed = Number(flags.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]!);
if (!(packets > 0) || !(seed >= 0)) fail("Cannot use that: --packets and --seed need numbers");
const io = flags.io ?? "plain";
if (io !== "plain" && io !== "native") fail(`Cannot use --io "${io}": must be plain or native`);
if (io === "native" && Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
  fail("Cannot use --io native: --allow-ffi is not given; deno task torture:native gives it");
}

try {
  const beganMs = performance.now();
  const report = await torture({ seed, packets, io });
  const [early, late] = report.memory;
  const seconds = (performance.now() - beganMs) / 1000;
  const { connections, replies } = report;
  console.log(`Seed ${seed}, --io ${io}: ${report.packets} packets, ${connections} connections, ${replies} replies`);
  console.log(`It took ${seconds.toFixed(1)} s; the program answered a valid query over UDP and TCP after each batch`);
  console.log(`RSS after the first fifth ${mebibytes(early.rss)}, at the end ${mebibytes(late.rss)}`);
  console.log(`Heap after the first fifth ${mebibytes(early.heapUsed)}, at the end ${mebibytes(late.heapUsed)}`);
  if (late.heapUsed - early.heapUsed > HEAP_GROWTH_MAX) throw new Error("The heap is not flat");
  if (late.rss - early.rss > RSS_GROWTH_MAX) throw new Error("Memory is not flat");
} catch (error) {
  const task = io === "native" ? "torture:native" : "torture";
  fail(
    `${error instanceof Error ? error.stack : error}\nReplay: deno task ${task} --packets ${packets} --seed ${seed}`,
  );
}

function mebibytes(octets: number): string {
  return `${(octets / 1024 / 1024).toFixed(1)} MiB`;
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}
