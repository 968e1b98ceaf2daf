import { assertEquals } from "@std/assert";
import { resendWaitMs } from "../../../lib/upstream/group/resend_wait.ts";

/** Sends of a question that has `timeoutMs`, to an upstream that is always silent. */
function sendTimes({ delayMs, timeoutMs, sends }: { delayMs: number; timeoutMs: number; sends: number }): number[] {
  const times = [0];
  for (let round = 0; round < sends - 1; round++) {
    const leftMs = timeoutMs - times.at(-1)!;
    const atMs = times.at(-1)! + resendWaitMs({ delayMs, round, leftMs, sendsLeft: sends - round });
    if (atMs >= timeoutMs) break;
    times.push(Math.round(atMs));
  }
  return times;
}

Deno.test("resendWaitMs() doubles the delay (RFC 6298 §5.5), and spreads what sends are left over what time is left", () => {
  assertEquals(sendTimes({ delayMs: 100, timeoutMs: 2000, sends: 3 }), [0, 100, 300]);
  assertEquals(sendTimes({ delayMs: 600, timeoutMs: 2000, sends: 3 }), [0, 600, 1300]);
  assertEquals(sendTimes({ delayMs: 100, timeoutMs: 2000, sends: 7 }), [0, 100, 300, 640, 980, 1320, 1660]);
  const many = sendTimes({ delayMs: 100, timeoutMs: 2000, sends: 14 });
  assertEquals([many.length, many.at(-1)], [14, 1854]);
});

Deno.test("resendWaitMs() asks again after half of the time at the latest, and never before a reply may be due", () => {
  assertEquals(sendTimes({ delayMs: 1000, timeoutMs: 500, sends: 3 }), [0, 250]);
  assertEquals(sendTimes({ delayMs: 400, timeoutMs: 2000, sends: 14 }), [0, 400, 800, 1200, 1600]);
});

Deno.test("resendWaitMs() leaves what gets lost over TCP to TCP: one send more, after half of the time", () => {
  assertEquals(sendTimes({ delayMs: Infinity, timeoutMs: 2000, sends: 3 }), [0, 1000]);
});
