import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Inspections } from "../../lib/resolver/inspections.ts";
import { FakeTime } from "../support/fake_time.ts";

Deno.test("Inspections.begin() gives 1 to 15, in turn, another one for something else", () => {
  const inspections = new Inspections(new FakeTime());
  const numbers = Array.from({ length: 31 }, (_, i) => inspections.begin(`${i}`).number);
  assertEquals(numbers, [...Array(15).keys(), ...Array(15).keys(), 0].map((i) => i + 1));
  assertEquals([inspections.begin("30").number, inspections.begin("29").number], [1, 2]);
});

Deno.test("Inspection.sinceMs is behind all that was looked through by others of its number", () => {
  fc.assert(fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 60 }), (pausesMs) => {
    const time = new FakeTime();
    const inspections = new Inspections(time);
    const begun = pausesMs.map((pauseMs, i) => {
      time.pass(pauseMs);
      return { ...inspections.begin(`${i}`), atMs: time.nowMs() };
    });
    const last = begun.at(-1)!;
    const others = begun.slice(0, -1).filter(({ number }) => number === last.number);
    const ends = others.map((other) => begun[begun.indexOf(other) + 1]!.atMs);
    assertEquals([last.sinceMs <= last.atMs, ends.every((endMs) => endMs <= last.sinceMs)], [true, true]);
  }));
});
