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
  for (const answeredBefore of [0, 10, 1000]) {
    const path = new PathLoss();
    for (let i = 0; i < answeredBefore; i++) path.answered();
    path.lost();
    assertEquals([path.isLossy, path.sendsMax], [false, 3]);
    path.lost();
    assertEquals(path.isLossy, true);
    for (let i = 0; i < 250; i++) path.answered();
    path.lost();
    assertEquals([path.isLossy, path.sendsMax], [false, 3]);
  }
});

Deno.test("PathLoss knows what share gets lost after a few queries", () => {
  // Half of them, as with 30 % each way.
  assertEquals([8, 16, 32, 1000].map((count) => pathThatLoses(2, count).sendsMax), [13, 16, 18, 20]);
});

Deno.test("[9520_04] PathLoss.sendsMax grows with what gets lost, to twenty at most", () => {
  // 5, 15 and 30 % each way, and everything.
  assertEquals([10, 4, 2, 1].map((n) => pathThatLoses(n).sendsMax), [6, 10, 20, 20]);
});

Deno.test("PathLoss forgets a loss that was none", () => {
  const path = pathThatLoses(4);
  for (let i = 0; i < 20; i++) path.found();
  assertEquals(path.isLossy, false);
});
