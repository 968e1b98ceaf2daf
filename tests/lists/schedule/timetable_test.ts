// Which rules count as time passes.

import { assertEquals } from "@std/assert";
import type { InForce, Schedule } from "../../../lib/lists/schedule/in_force.ts";
import { type Pause, withoutPauses, withPause } from "../../../lib/lists/schedule/pause.ts";
import { Timetable } from "../../../lib/lists/schedule/timetable.ts";
import type { Window } from "../../../lib/lists/schedule/window.ts";
import { FakeTime } from "../../support/fake_time.ts";

const NIGHT: Window = { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 1200, toMinute: 420, timeZone: "UTC" };
const SCHEDULES: readonly Schedule[] = [{ name: "night", windows: [NIGHT] }];
const NOON = Date.parse("2026-12-01T12:00:00Z") / 1000;

function setUp(schedules: readonly Schedule[] = SCHEDULES) {
  const time = new FakeTime();
  const clock = { startSeconds: NOON };
  const told: string[] = [];
  const nowSeconds = () => clock.startSeconds + Math.floor(time.nowMs() / 1000);
  const timetable = new Timetable({
    wallClock: { epochSeconds: nowSeconds },
    timers: time,
    changed: (inForce) => told.push(`${new Date(nowSeconds() * 1000).toISOString().slice(8, 16)} ${said(inForce)}`),
  });
  timetable.use(schedules);
  return { time, clock, told, timetable };
}

function said(inForce: InForce): string {
  return [
    inForce.isOpen("night") ? "night" : "day",
    ...["kids", "default"].flatMap((group) =>
      ["ads", "*"].filter((list) => inForce.isPaused(group, list)).map((list) => `${group}:${list}`)
    ),
  ].join(" ");
}

Deno.test("Timetable tells what counts at each edge, with one timer", () => {
  const { time, told, timetable } = setUp();
  assertEquals([told, time.armedCount], [["01T12:00 day"], 1]);
  time.pass(8 * 3_600_000 - 1000);
  assertEquals(told.length, 1);
  time.pass(1000);
  assertEquals(told.at(-1), "01T20:00 night");
  time.pass(11 * 3_600_000);
  assertEquals([told, time.armedCount], [["01T12:00 day", "01T20:00 night", "02T07:00 day"], 1]);
  timetable.close();
  assertEquals(time.armedCount, 0);
});

Deno.test("Timetable has no timer once it is closed, whoever asks it then", () => {
  const { time, told, timetable } = setUp();
  timetable.close();
  time.pass(9 * 3_600_000);
  assertEquals(told, ["01T12:00 day"]);
  const asked: readonly (() => unknown)[] = [
    () => timetable.pauses,
    () => timetable.lookAgain(),
    () => timetable.use(SCHEDULES),
    () => timetable.usePauses([{ clients: ["kids"], lists: null, untilSeconds: NOON + 86_400 }]),
  ];
  for (const ask of asked) {
    ask();
    assertEquals(time.armedCount, 0);
  }
  assertEquals(told.at(-1), "01T21:00 night kids:ads kids:*");
});

Deno.test("Timetable without schedules and pauses has no timer", () => {
  const { time, told } = setUp([]);
  assertEquals([told, time.armedCount], [["01T12:00 day"], 0]);
});

Deno.test("Timetable notices within a minute that somebody has set the clock, forwards or back", () => {
  const { time, clock, told } = setUp();
  clock.startSeconds += 9 * 3600;
  time.pass(60_000);
  assertEquals(told.at(-1), "01T21:01 night");
  clock.startSeconds -= 9 * 3600;
  time.pass(60_000);
  assertEquals(told.at(-1), "01T12:02 day");
});

Deno.test("Timetable.lookAgain() notices at once that the machine has slept", () => {
  const { clock, told, timetable } = setUp();
  clock.startSeconds += 20 * 3600;
  timetable.lookAgain();
  assertEquals(told, ["01T12:00 day"]);
  clock.startSeconds += 13 * 3600;
  timetable.lookAgain();
  assertEquals(told.at(-1), "02T21:00 night");
});

Deno.test("a pause holds for some clients and lists, ends by itself, and outlives other schedules", () => {
  const { time, told, timetable } = setUp();
  timetable.usePauses([{ untilSeconds: NOON + 600, clients: ["kids"], lists: ["ads"] }]);
  assertEquals(told.at(-1), "01T12:00 day kids:ads");
  timetable.use([]);
  assertEquals(told.at(-1), "01T12:00 day kids:ads");
  time.pass(599_000);
  assertEquals(timetable.pauses.length, 1);
  time.pass(1000);
  assertEquals([told.at(-1), timetable.pauses, time.armedCount], ["01T12:10 day", [], 0]);
});

Deno.test("withPause() puts one in the place of one about the same, and others go on beside it", () => {
  const { time, told, timetable } = setUp([]);
  const pauses = [
    { untilSeconds: NOON + 60, clients: null, lists: ["ads", "*"] },
    { untilSeconds: NOON + 600, clients: null, lists: ["*", "ads"] },
    { untilSeconds: NOON + 60, clients: ["kids"], lists: null },
  ];
  timetable.usePauses(pauses.reduce(withPause, [] as readonly Pause[]));
  assertEquals(timetable.pauses, pauses.slice(1));
  time.pass(60_000);
  assertEquals([timetable.pauses.length, told.at(-1)], [1, "01T12:01 day kids:ads kids:* default:ads default:*"]);
});

Deno.test("withoutPauses() ends those that are about nothing but what is named", () => {
  const kids = { untilSeconds: null, clients: ["kids"], lists: null };
  const all = { untilSeconds: null, clients: null, lists: ["ads"] };
  assertEquals(withoutPauses([kids, all], { clients: ["kids"], lists: ["ads"] }), [kids, all]);
  assertEquals(withoutPauses([kids, all], { clients: ["kids", "guests"], lists: null }), [all]);
  assertEquals(withoutPauses([kids, all], { clients: null, lists: ["ads"] }), [kids]);
  assertEquals(withoutPauses([kids, all], { clients: null, lists: null }), []);
});
