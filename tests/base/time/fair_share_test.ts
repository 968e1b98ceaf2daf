import { assert, assertEquals } from "@std/assert";
import { FairShare } from "../../../lib/base/time/fair_share.ts";
import { FakeTime, settled } from "../../support/fake_time.ts";

Deno.test("FairShare is used up by two of the largest messages, and by a hundred small ones, until the next turn", async () => {
  for (const [octets, count] of [[65_535, 2], [200, 108]] as const) {
    const time = new FakeTime();
    const share = new FairShare(time);
    let spent = 0;
    for (; !share.isUsedUp; spent++) share.spend(octets);
    assertEquals(spent, count);
    await time.passAndSettle(1);
    assert(!share.isUsedUp);
  }
});

Deno.test("FairShare lets those go on first who have waited longest, two in a turn", async () => {
  const turns: (() => void)[] = [];
  const share = new FairShare({ start: (delayMs, turn) => (assertEquals(delayMs, 0), turns.push(turn), () => {}) });
  const gone: number[] = [];
  for (let i = 0; i < 5; i++) share.nextTurn().then(() => gone.push(i));
  for (const expected of [[], [0, 1], [0, 1, 2, 3], [0, 1, 2, 3, 4]]) {
    await settled();
    assertEquals(gone, expected);
    turns.shift()?.();
  }
  assertEquals(turns, []);
});

Deno.test("FairShare takes no timer for a few small messages", () => {
  const time = new FakeTime();
  const share = new FairShare(time);
  for (let i = 0; i < 10; i++) share.spend(100);
  assertEquals(time.armedCount, 0);
});

Deno.test("FairShare.close() lets everybody go on, and leaves no timer", async () => {
  const time = new FakeTime();
  const share = new FairShare(time);
  for (let i = 0; i < 100; i++) share.spend(100);
  let goneCount = 0;
  for (let i = 0; i < 5; i++) share.nextTurn().then(() => goneCount++);
  share.close();
  share.spend(100_000_000);
  await share.nextTurn();
  assertEquals([goneCount, share.isUsedUp, time.armedCount], [5, false, 0]);
});
