// Windows by the clocks on the wall, against a calendar that is read minute by minute.

import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { isOpen, nextEdge } from "../../../lib/lists/schedule/edges.ts";
import { coversWeek, type Window } from "../../../lib/lists/schedule/window.ts";

const DAY_NAMES = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function at(text: string): number {
  return Date.parse(text) / 1000;
}

function window(fields: Partial<Window>): Window {
  return { days: [0, 1, 2, 3, 4, 5, 6], fromMinute: 0, toMinute: 1440, timeZone: "UTC", ...fields };
}

const CALENDARS = new Map<string, Intl.DateTimeFormat>();

function calendarOf(timeZone: string): Intl.DateTimeFormat {
  const known = CALENDARS.get(timeZone);
  const fields = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone } as const;
  const calendar = known ?? new Intl.DateTimeFormat("en-US", fields);
  CALENDARS.set(timeZone, calendar);
  return calendar;
}

/** The law, in words of its own: a window is a set of minutes of a week. */
function isOpenByCalendar(windows: readonly Window[], epochSeconds: number): boolean {
  return windows.some(({ days, fromMinute, toMinute, timeZone }) => {
    const text = calendarOf(timeZone!).format(epochSeconds * 1000);
    const [, name, hour, minute] = /^(\w+)[, ]+(\d+):(\d+)/.exec(text)!;
    const shown = DAY_NAMES.indexOf(name!) * 1440 + Number(hour) * 60 + Number(minute);
    const length = toMinute > fromMinute ? toMinute - fromMinute : toMinute + 1440 - fromMinute;
    return days.some((day) => {
      const since = (shown - (day * 1440 + fromMinute) + 7 * 1440) % (7 * 1440);
      return since < length;
    });
  });
}

/** Days on which clocks are changed, here and there: by an hour, by half an hour, at midnight, and for a month alone. */
const CHANGES: readonly (readonly [timeZone: string, day: string])[] = [
  ["Europe/Berlin", "2026-03-29T00:00:00Z"],
  ["Europe/Berlin", "2026-10-25T00:00:00Z"],
  ["America/New_York", "2026-03-08T05:00:00Z"],
  ["America/New_York", "2026-11-01T04:00:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T13:00:00Z"],
  ["Australia/Lord_Howe", "2026-10-03T13:00:00Z"],
  ["America/Havana", "2026-03-08T04:00:00Z"],
  ["Asia/Beirut", "2026-03-28T21:00:00Z"],
  ["Africa/Casablanca", "2026-02-15T00:00:00Z"],
  ["Asia/Kathmandu", "2026-06-01T00:00:00Z"],
  ["UTC", "2026-06-01T00:00:00Z"],
];

const minute = fc.oneof(fc.integer({ min: 0, max: 240 }), fc.integer({ min: 0, max: 1439 }));
const cases = fc.record({
  change: fc.constantFrom(...CHANGES),
  other: fc.constantFrom(...CHANGES),
  windows: fc.array(
    fc.record({
      days: fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }),
      ends: fc.tuple(minute, minute).filter(([from, to]) => from !== to),
      isElsewhere: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  startMinutes: fc.integer({ min: -1440, max: 1440 }),
  startSeconds: fc.integer({ min: 0, max: 59 }),
});

Deno.test("isOpen() and nextEdge() say what a calendar says minute by minute, also where clocks are changed", () => {
  fc.assert(
    fc.property(cases, ({ change: [timeZone, day], other, windows, startMinutes, startSeconds }) => {
      const all = windows.map(({ days, ends: [fromMinute, toMinute], isElsewhere }): Window => {
        return {
          days,
          fromMinute,
          toMinute: toMinute === 0 ? 1440 : toMinute,
          timeZone: isElsewhere ? other[0] : timeZone,
        };
      });
      const start = at(day) + startMinutes * 60 + startSeconds;
      const isOpenAtStart = isOpenByCalendar(all, start);
      assertEquals(isOpen(all, start), isOpenAtStart);
      // What is a day away is looked at; of what is further off, that it is not before.
      const edge = nextEdge(all, start) ?? Infinity;
      const end = Math.min(edge, start + 86_400);
      for (let time = start - startSeconds + 60; time < end; time += 60) {
        if (isOpenByCalendar(all, time) !== isOpenAtStart) assertEquals(edge, time);
      }
      if (edge !== Infinity) assertEquals(isOpenByCalendar(all, edge), !isOpenAtStart);
    }),
    { numRuns: 300 },
  );
});

Deno.test("a window at a time that clocks jump over is not there that day, and the next edge is a week later", () => {
  const windows = [window({ days: [0], fromMinute: 135, toMinute: 150, timeZone: "Europe/Berlin" })];
  // 02:15–02:30 on the last Sunday of March 2026, when 02:00 is followed by 03:00.
  assertEquals(nextEdge(windows, at("2026-03-28T12:00:00Z")), at("2026-04-05T00:15:00Z"));
});

Deno.test("a window that begins in time that clocks jump over is open from where they go on", () => {
  const windows = [window({ days: [0], fromMinute: 150, toMinute: 210, timeZone: "Europe/Berlin" })];
  assertEquals(nextEdge(windows, at("2026-03-28T12:00:00Z")), at("2026-03-29T01:00:00Z"));
  assertEquals(nextEdge(windows, at("2026-03-29T01:00:00Z")), at("2026-03-29T01:30:00Z"));
});

Deno.test("a window at a time that clocks show twice is there twice", () => {
  const windows = [window({ days: [0], fromMinute: 150, toMinute: 165, timeZone: "Europe/Berlin" })];
  const edges = [at("2026-10-24T12:00:00Z")];
  for (let i = 0; i < 4; i++) edges.push(nextEdge(windows, edges.at(-1)!)!);
  assertEquals(edges.slice(1).map((edge) => new Date(edge * 1000).toISOString()), [
    "2026-10-25T00:30:00.000Z",
    "2026-10-25T00:45:00.000Z",
    "2026-10-25T01:30:00.000Z",
    "2026-10-25T01:45:00.000Z",
  ]);
});

Deno.test("a window past midnight belongs to the day on which it begins", () => {
  // Sunday to Thursday, 20:30-07:00.
  const windows = [window({ days: [0, 1, 2, 3, 4], fromMinute: 1230, toMinute: 420 })];
  for (
    const [text, isIn] of [
      ["2026-12-04T06:59:59Z", true], // Friday morning, of Thursday's.
      ["2026-12-04T07:00:00Z", false],
      ["2026-12-04T20:30:00Z", false],
      ["2026-12-06T06:00:00Z", false], // Sunday morning.
      ["2026-12-06T20:30:00Z", true],
      ["2026-12-07T00:00:00Z", true],
    ] as const
  ) assertEquals([text, isOpen(windows, at(text))], [text, isIn]);
});

Deno.test("nextEdge() has none where windows leave nothing of a week, and coversWeek() says so", () => {
  const halves = [window({ fromMinute: 0, toMinute: 720 }), window({ fromMinute: 720, toMinute: 1440 })];
  assertEquals([nextEdge(halves, 0), coversWeek(halves)], [null, true]);
  const night = [window({ fromMinute: 1320, toMinute: 360 }), window({ fromMinute: 360, toMinute: 1320 })];
  assertEquals([nextEdge(night, 0), coversWeek(night)], [null, true]);
  const almost = [window({ fromMinute: 0, toMinute: 1439 })];
  assertEquals([nextEdge(almost, 0), coversWeek(almost)], [86_340, false]);
  assertEquals(coversWeek([window({ days: [0, 1, 2, 3, 4, 5] })]), false);
});
