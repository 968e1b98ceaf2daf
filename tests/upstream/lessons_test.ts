import { assertEquals } from "@std/assert";
import { Lessons } from "../../lib/upstream/lessons.ts";

const LESSON_MS = 15 * 60_000;

Deno.test("Lessons begin with good faith", () => {
  const lessons = new Lessons();
  assertEquals([lessons.knowsEdns(0), lessons.ignoresCase(0)], [true, true]);
});

Deno.test("[6891_08] Lessons hold for a quarter of an hour that EDNS was rejected, then it is tried again", () => {
  const lessons = new Lessons();
  lessons.rejectsEdns(1000);
  assertEquals([1000, 1000 + LESSON_MS - 1, 1000 + LESSON_MS].map((nowMs) => lessons.knowsEdns(nowMs)), [
    false,
    false,
    true,
  ]);
  assertEquals(lessons.ignoresCase(1000), true);
});

Deno.test("[6891_08] Lessons hold anew when EDNS is rejected again", () => {
  const lessons = new Lessons();
  lessons.rejectsEdns(0);
  lessons.rejectsEdns(LESSON_MS);
  assertEquals([lessons.knowsEdns(2 * LESSON_MS - 1), lessons.knowsEdns(2 * LESSON_MS)], [false, true]);
});

Deno.test("Lessons believe that an upstream minds case when it is shown twice, and for a quarter of an hour", () => {
  const lessons = new Lessons();
  lessons.mindsCase(0);
  assertEquals(lessons.ignoresCase(0), true);
  lessons.mindsCase(5000);
  assertEquals([5000, 5000 + LESSON_MS - 1, 5000 + LESSON_MS].map((nowMs) => lessons.ignoresCase(nowMs)), [
    false,
    false,
    true,
  ]);
  assertEquals(lessons.knowsEdns(5000), true);
});

Deno.test("Lessons want two proofs again when a lesson about case is over", () => {
  const lessons = new Lessons();
  for (let i = 0; i < 2; i++) lessons.mindsCase(0);
  lessons.mindsCase(LESSON_MS);
  assertEquals(lessons.ignoresCase(LESSON_MS), true);
  lessons.mindsCase(LESSON_MS);
  assertEquals(lessons.ignoresCase(LESSON_MS), false);
});
