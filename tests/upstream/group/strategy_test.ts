import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Candidate, orderCandidates, STRATEGIES, type Strategy } from "../../../lib/upstream/group/strategy.ts";
import { scriptedRandom } from "../../support/fake_random.ts";

interface Named extends Candidate {
  readonly name: number;
}

const random = scriptedRandom();

/** Candidates out of "up or down" and SRTT, named by their place. */
function candidatesOf(...list: readonly [isUp: boolean, smoothedMs: number][]): Named[] {
  return list.map(([isUp, smoothedMs], name) => ({ name, isUp, smoothedMs }));
}

function order(candidates: readonly Named[], strategy: Strategy, turn = 0): number[] {
  return orderCandidates(candidates, { strategy, turn, random }).map(({ name }) => name);
}

const anyCandidates = fc.array(fc.tuple(fc.boolean(), fc.constantFrom(0, 5, 5.5, 20, 300)), { maxLength: 8 })
  .map((list) => candidatesOf(...list));

for (const strategy of STRATEGIES) {
  Deno.test(`orderCandidates() by ${strategy} names everyone once: those that are up, then the others by preference`, () => {
    fc.assert(fc.property(anyCandidates, fc.nat(100), (candidates, turn) => {
      const names = order(candidates, strategy, turn);
      assertEquals(names.toSorted(), candidates.map(({ name }) => name));
      const upCount = candidates.filter(({ isUp }) => isUp).length;
      assert(names.slice(0, upCount).every((name) => candidates[name]!.isUp));
      assertEquals(names.slice(upCount), names.slice(upCount).toSorted());
    }));
  });
}

const ORDERS: readonly [what: string, strategy: Strategy, turn: number, candidates: Named[], names: number[]][] = [
  ["sequential: by preference", "sequential", 7, candidatesOf([true, 9], [true, 1], [true, 5]), [0, 1, 2]],
  ["sequential: those down come last", "sequential", 0, candidatesOf([false, 1], [true, 9], [true, 5]), [1, 2, 0]],
  ["sequential: all down, the best is asked anyway", "sequential", 0, candidatesOf([false, 9], [false, 1]), [0, 1]],
  ["parallel: by preference", "parallel", 1, candidatesOf([true, 9], [false, 1], [true, 5]), [0, 2, 1]],
  ["fastest: by SRTT", "fastest", 0, candidatesOf([true, 9], [true, 1], [true, 5]), [1, 2, 0]],
  ["fastest: equals by preference", "fastest", 0, candidatesOf([true, 5], [true, 1], [true, 5]), [1, 0, 2]],
  ["fastest: who was never measured comes first", "fastest", 0, candidatesOf([true, 1], [true, 0]), [1, 0]],
  ["fastest: those down by preference", "fastest", 0, candidatesOf([false, 9], [false, 1], [true, 50]), [2, 0, 1]],
];

for (const [what, strategy, turn, candidates, names] of ORDERS) {
  Deno.test(`orderCandidates() ${what}`, () => assertEquals(order(candidates, strategy, turn), names));
}

Deno.test("orderCandidates() by round-robin lets each that is up have its turn", () => {
  const candidates = candidatesOf([true, 1], [false, 1], [true, 1], [true, 1]);
  const firsts = Array.from({ length: 6 }, (_, turn) => order(candidates, "round-robin", turn));
  const round = [[0, 2, 3, 1], [2, 3, 0, 1], [3, 0, 2, 1]];
  assertEquals(firsts, [...round, ...round]);
});

Deno.test("orderCandidates() by random has each order equally often", () => {
  const candidates = candidatesOf([true, 1], [true, 1], [true, 1]);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const key = order(candidates, "random").join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  // 1000 each is expected; the standard deviation is 29.
  assertEquals(counts.size, 6);
  assert([...counts.values()].every((count) => count > 870 && count < 1130), [...counts].join(" "));
});

Deno.test("orderCandidates() leaves the list that it is given as it is", () => {
  for (const strategy of STRATEGIES) {
    const candidates = Object.freeze(candidatesOf([true, 9], [true, 1], [false, 5]));
    assertEquals(order(candidates, strategy, 1).length, 3);
  }
});
