import { assertEquals } from "@std/assert";
import { PathLoss } from "../../../lib/upstream/health/path_loss.ts";

/** A path of which every `n`-th query of `count` gets lost. */
function pathThatLoses(n: number, count = 1000): PathLoss {
  const path = new PathLoss();
  for (let i = 0; i < count; i++) {
    if (i % n === 0) path.lost();
    else path.answered();
  }
  return path;
}

Deno.test("PathLoss takes one lost packet for an accident, and two for a path that loses", () => {
  const path = new PathLoss();
  path.lost();
  assertEquals([path.isLossy, path.sendsMax], [false, 3]);
  path.lost();
  assertEquals(path.isLossy, true);
  for (let i = 0; i < 100; i++) path.answered();
  assertEquals([path.isLossy, path.sendsMax], [false, 3]);
});

Deno.test("[9520_04] PathLoss.sendsMax grows with what gets lost, to fourteen at most, and is three in an outage", () => {
  // 5, 15 and 30 % each way, and everything.
  assertEquals([10, 4, 2, 1].map((n) => pathThatLoses(n).sendsMax), [5, 9, 14, 3]);
});

Deno.test("PathLoss forgets a loss that was none", () => {
  const path = pathThatLoses(4);
  for (let i = 0; i < 20; i++) path.found();
  assertEquals(path.isLossy, false);
});
