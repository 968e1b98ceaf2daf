import { assertEquals } from "@std/assert";
import { resendWaitMs } from "../../../lib/upstream/group/resend_wait.ts";

/** What the test is about. */
interface Silence {
  readonly delayMs: number;
  readonly timeoutMs: number;
  readonly sends: number;
  readonly isLossy?: boolean;
  readonly isJammed?: boolean;
}

/** Sends of a question that has `timeoutMs`, to an upstream that is always silent. */
function sendTimes({ delayMs, timeoutMs, sends, isLossy = false, isJammed = false }: Silence): number[] {
  const times = [0];
  for (let round = 0; round < sends - 1; round++) {
    const leftMs = timeoutMs - times.at(-1)!;
    const silent = { resendDelayMs: delayMs, isLossy, isJammed };
    const request = { sendsMax: sends, sendCount: round };
    const atMs = times.at(-1)! + resendWaitMs(silent, { request, round, leftMs });
    if (atMs >= timeoutMs) break;
    times.push(Math.round(atMs));
  }
  return times;
}

Deno.test("resendWaitMs() doubles the delay (RFC 6298 §5.5), and spreads what sends are left over what time is left", () => {
  assertEquals(sendTimes({ delayMs: 100, timeoutMs: 2000, sends: 3 }), [0, 100, 300]);
  assertEquals(sendTimes({ delayMs: 600, timeoutMs: 2000, sends: 3 }), [0, 600, 1300]);
  assertEquals(sendTimes({ delayMs: 100, timeoutMs: 2000, sends: 7 }), [0, 100, 300, 640, 980, 1320, 1660]);
});

Deno.test("resendWaitMs() asks again after half of the time at the latest, and never before a reply may be due", () => {
  assertEquals(sendTimes({ delayMs: 1000, timeoutMs: 500, sends: 3 }), [0, 250]);
  assertEquals(sendTimes({ delayMs: 400, timeoutMs: 2000, sends: 14 }), [0, 400, 800, 1200, 1600]);
});

Deno.test("resendWaitMs() waits for a quarter of a second after the last send: the path may turn out to be lossy", () => {
  const silent = { resendDelayMs: 600, isLossy: false, isJammed: false };
  for (const isLossy of [false, true]) {
    const request = { sendsMax: 3, sendCount: 2 };
    const waitMs = resendWaitMs({ ...silent, resendDelayMs: 100, isLossy }, { request, round: 2, leftMs: 1700 });
    assertEquals(waitMs, 250);
  }
  assertEquals(resendWaitMs(silent, { request: { sendsMax: 3, sendCount: 2 }, round: 2, leftMs: 800 }), 250);
});

Deno.test("resendWaitMs() leaves what gets lost over TCP to TCP: one send more, after half of the time", () => {
  for (const isLossy of [false, true]) {
    assertEquals(sendTimes({ delayMs: Infinity, timeoutMs: 2000, sends: 3, isLossy }), [0, 1000]);
  }
});

Deno.test("resendWaitMs() does not double the delay over a path that loses, and spreads the last sends over the time left", () => {
  const times = sendTimes({ delayMs: 50, timeoutMs: 2000, sends: 20, isLossy: true });
  assertEquals(times.slice(0, 13), [0, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500, 550, 600]);
  assertEquals([times.length, times.at(-1)! > 1700], [20, true]);
  assertEquals(sendTimes({ delayMs: 100, timeoutMs: 2000, sends: 6, isLossy: true }), [0, 100, 200, 300, 400, 650]);
});

Deno.test("resendWaitMs() waits ever less over a long path that loses, so that all sends have their place", () => {
  const times = sendTimes({ delayMs: 400, timeoutMs: 2000, sends: 20, isLossy: true });
  assertEquals([times.slice(0, 5), times.length], [[0, 400, 600, 700, 776], 20]);
  // However little time there is.
  const hurried = sendTimes({ delayMs: 200, timeoutMs: 400, sends: 20, isLossy: true });
  assertEquals(hurried, [0, 200, 300, 350, 380]);
});

Deno.test("resendWaitMs() waits for each reply over a path that loses where queries wait for each other", () => {
  assertEquals(sendTimes({ delayMs: 400, timeoutMs: 2000, sends: 20, isLossy: true, isJammed: true }), [
    0,
    400,
    800,
    1200,
    1600,
  ]);
});
