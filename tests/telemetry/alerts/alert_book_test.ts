import { assertEquals } from "@std/assert";
import { AlertBook } from "../../../lib/telemetry/alerts/alert_book.ts";
import type { Finding } from "../../../lib/telemetry/alerts/alert_kinds.ts";

const DOWN: Finding = { kind: "upstream-down", subject: "192.0.2.1:53", text: "it is down" };
const HOUR_S = 3600;

/** Looks each second; `isDown` says when it is. Returns what is told, and when. */
function told(seconds: number, isDown: (second: number) => boolean, finding = DOWN): string[] {
  const book = new AlertBook();
  const lines: string[] = [];
  for (let second = 0; second <= seconds; second++) {
    for (const { isOver, isRepeat, beganAtMs, atMs } of book.update(isDown(second) ? [finding] : [], second * 1000)) {
      const what = isOver ? "over" : isRepeat ? "still" : "wrong";
      lines.push(`${second} s: ${what} ${beganAtMs / 1000}–${atMs / 1000}`);
    }
  }
  return lines;
}

Deno.test("AlertBook tells what lasts for its time, once, and that it is over when that has lasted, too", () => {
  assertEquals(told(300, (second) => second >= 10 && second < 100), ["40 s: wrong 10–40", "160 s: over 10–160"]);
});

Deno.test("AlertBook does not tell what passes by itself, however often it comes", () => {
  assertEquals(told(1000, (second) => second % 40 < 29), []);
});

Deno.test("AlertBook tells of what comes and goes once, and once that it is over", () => {
  const flaps = (second: number) => second < 600 && second % 60 < 40;
  assertEquals(told(1000, flaps), ["30 s: wrong 0–30", "640 s: over 0–640"]);
});

Deno.test("AlertBook tells again each hour what lasts, and no more often", () => {
  assertEquals(told(3 * HOUR_S, (second) => second < 2 * HOUR_S + 100), [
    "30 s: wrong 0–30",
    "3630 s: still 0–3630",
    "7230 s: still 0–7230",
    "7360 s: over 0–7360",
  ]);
});

Deno.test("AlertBook tells at once what lasts by itself, each subject for itself", () => {
  const book = new AlertBook();
  const ending = (subject: string): Finding => ({ kind: "certificate-ending", subject, text: subject });
  const subjects = (findings: Finding[], nowMs: number) => {
    return book.update(findings, nowMs).map(({ finding, isOver }) => `${isOver ? "-" : "+"}${finding.subject}`);
  };
  assertEquals(subjects([ending("a"), ending("b")], 0), ["+a", "+b"]);
  assertEquals(book.told.map(({ subject }) => subject), ["a", "b"]);
  assertEquals(subjects([ending("b"), ending("c")], 5), ["-a", "+c"]);
  assertEquals([book.isTold("certificate-ending a"), book.isTold("certificate-ending b")], [false, true]);
});

Deno.test("AlertBook tells the text of now, also of what is told again", () => {
  const book = new AlertBook();
  const ending = (text: string): Finding => ({ kind: "certificate-ending", subject: "a", text });
  book.update([ending("ends in 3 days")], 0);
  const [notice] = book.update([ending("ends in a day")], 3_600_000);
  assertEquals([notice!.finding.text, notice!.isRepeat], ["ends in a day", true]);
});
