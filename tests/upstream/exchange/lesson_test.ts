import { assertEquals } from "@std/assert";
import { Lesson, LESSON_MS } from "../../../lib/upstream/exchange/lesson.ts";

Deno.test("Lesson.holds() for a second, and for twice as long each time, up to a quarter of an hour [6891_08, 7766_20]", () => {
  const lesson = new Lesson();
  assertEquals([lesson.holds(0), lesson.isOver(0)], [false, false]);
  let nowMs = 0;
  const lengthsMs: number[] = [];
  for (let i = 0; i < 12; i++) {
    const startMs = nowMs;
    lesson.learn(nowMs);
    while (lesson.holds(nowMs)) nowMs += 500;
    assertEquals(lesson.isOver(nowMs), true);
    lengthsMs.push(nowMs - startMs);
  }
  assertEquals(lengthsMs.slice(0, 10), [1, 2, 4, 8, 16, 32, 64, 128, 256, 512].map((seconds) => 1000 * seconds));
  assertEquals(lengthsMs.slice(10), [LESSON_MS, LESSON_MS]);
  lesson.forget();
  assertEquals([lesson.holds(nowMs), lesson.isOver(nowMs)], [false, false]);
  lesson.learn(nowMs);
  assertEquals([lesson.holds(nowMs + 999), lesson.holds(nowMs + 1000)], [true, false]);
});
