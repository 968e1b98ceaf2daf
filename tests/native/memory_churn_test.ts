// The kernel writes where it was told at the start, whatever the garbage collector does meanwhile.

import { assert, assertEquals, assertThrows } from "@std/assert";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { KernelBuffer } from "../../lib/native/kernel/kernel_buffer.ts";
import { BrokenInvariantError } from "../../lib/base/assert.ts";

import { NativeRig, nativeTest, pattern, take } from "../support/native.ts";

const ROUNDS = 10;

/** A whole collection, now: marks, sweeps, and moves what it may. */
function collector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

/** Garbage of all sizes, on the heap and beside it. Returns what survives. */
function churn(round: number): unknown[] {
  const survivors: unknown[] = [];
  for (let i = 0; i < 2000; i++) {
    const octets = new Uint8Array((i * 37 + round) % 5000).fill(0xee);
    if (i % 10 === 0) survivors.push(octets, { name: `${i}.example.org`, octets });
  }
  return survivors;
}

nativeTest("memory that the kernel sees stays where it is, and whole, while everything around it is collected", () => {
  using rig = new NativeRig();
  const collect = collector();
  const [a, b] = [rig.open("127.0.0.1"), rig.open("127.0.0.1")];
  let survivors: unknown[] = [];
  const kept: { view: Uint8Array; seed: number; release: () => void }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < b.batch.size; i++) a.batch.queue(pattern(100 + i, round + i), b.address);
    survivors = churn(round);
    collect();
    assertEquals(a.batch.flush(), 0);
    collect();
    b.batch.awaitDatagrams(5000);
    assertEquals(b.batch.receive(), b.batch.size);
    survivors.push(...churn(round));
    collect();
    for (let i = 0; i < b.batch.size; i++) {
      assertEquals(b.batch.datagram(i), pattern(100 + i, round + i));
      b.batch.queue(b.batch.datagram(i), b.batch.peer(i));
    }
    // One slot a round changes hands; its octets are looked at when all is over.
    kept.push({ view: b.batch.datagram(round), seed: 2 * round, release: b.batch.keep(round) });
    collect();
    assertEquals(b.batch.flush(), 0);
    assertEquals(
      take(a, b.batch.size).map(({ octets }) => octets),
      range(b.batch.size).map((i) => pattern(100 + i, round + i)),
    );
  }
  assert(a.batch.hasStayed && b.batch.hasStayed);
  for (const [round, { view, seed, release }] of kept.entries()) {
    assertEquals(view, pattern(100 + round, seed));
    release();
  }
  assert(survivors.length > 0);
});

nativeTest("KernelBuffer is never small enough to live where things move", () => {
  for (const size of [0, 8, 64]) assertThrows(() => new KernelBuffer(size), BrokenInvariantError);
  assertEquals(new KernelBuffer(72).address % 8n, 0n);
});

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
