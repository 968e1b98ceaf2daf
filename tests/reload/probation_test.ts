import { assertEquals } from "@std/assert";
import { Probation } from "../../lib/reload/probation.ts";
import { FakeTime } from "../support/fake_time.ts";

/** So many a second are asked, of which a share fails, for the time that `pass` is given. */
function setUp() {
  const time = new FakeTime();
  const tally = { questions: 0, failures: 0 };
  const probation = new Probation({ timers: time, tally: () => ({ ...tally }) });
  const harms: string[] = [];
  return {
    time,
    probation,
    harms,
    begin: (durationMs = 30_000) => probation.begin(durationMs, (reason) => harms.push(reason)),
    pass: (seconds: number, questionsPerSecond: number, share: number) => {
      for (let i = 0; i < seconds; i++) {
        tally.questions += questionsPerSecond;
        tally.failures += Math.round(share * questionsPerSecond);
        time.pass(1000);
      }
    },
  };
}

Deno.test("Probation calls what makes more than 5 % of the questions fail harm, within five seconds", () => {
  const { harms, begin, pass } = setUp();
  pass(60, 100, 0);
  begin();
  pass(4, 100, 0.5);
  assertEquals(harms, []);
  pass(1, 100, 0.5);
  assertEquals(harms, ["50 % of 500 questions failed, 0.0 % before"]);
});

for (
  const [what, before, after, isHarm] of [
    ["5 % where nothing failed", 0, 0.05, false],
    ["6 % where nothing failed", 0, 0.06, true],
    ["9 % where 3 % failed", 0.03, 0.09, false],
    ["10 % where 3 % failed", 0.03, 0.1, true],
    ["60 % where 30 % failed", 0.3, 0.6, false],
    ["all where 30 % failed", 0.3, 1, true],
  ] as const
) {
  Deno.test(`Probation calls it ${isHarm ? "harm" : "no harm"} when ${what} before fail now`, () => {
    const { harms, begin, pass } = setUp();
    pass(60, 100, before);
    begin();
    pass(30, 100, after);
    assertEquals(harms.length, isHarm ? 1 : 0);
  });
}

Deno.test("Probation compares with the minute before, and not with what was earlier", () => {
  const { harms, begin, pass } = setUp();
  pass(60, 100, 0.5);
  pass(60, 100, 0);
  begin();
  pass(5, 100, 0.5);
  assertEquals(harms.length, 1);
});

Deno.test("Probation judges fewer than 50 questions together with those that follow", () => {
  const { harms, begin, pass } = setUp();
  pass(60, 4, 0);
  begin();
  pass(10, 4, 1);
  assertEquals(harms, []);
  pass(5, 4, 1);
  assertEquals(harms, ["100 % of 60 questions failed, 0.0 % before"]);
});

Deno.test("Probation has nothing to say of a program that nobody asks", () => {
  const { harms, begin, pass, probation } = setUp();
  begin();
  pass(30, 0, 0);
  assertEquals([harms, probation.isOn], [[], false]);
});

Deno.test("Probation is over after its time, whatever fails then, and with 0 before it has begun", () => {
  const { harms, begin, pass, probation } = setUp();
  begin(10_000);
  pass(10, 100, 0);
  assertEquals(probation.isOn, false);
  pass(30, 100, 1);
  begin(0);
  assertEquals(probation.isOn, false);
  pass(30, 100, 1);
  assertEquals(harms, []);
});

Deno.test("Probation calls harm what it is told is harm, once, and only while it lasts", () => {
  const { harms, begin, pass, probation } = setUp();
  probation.noteHarm("a worker has died");
  begin();
  probation.noteHarm("a worker has died");
  probation.noteHarm("another worker has died");
  pass(5, 100, 1);
  assertEquals(harms, ["a worker has died"]);
});

Deno.test("Probation.begin() ends the one before, and compares with the minute before it", () => {
  const { time, begin, pass, probation, harms } = setUp();
  pass(60, 100, 0);
  begin();
  pass(3, 100, 0.2);
  const second: string[] = [];
  probation.begin(30_000, (reason) => second.push(reason));
  pass(5, 100, 0.2);
  assertEquals([harms, second], [[], ["20 % of 500 questions failed, 1.0 % before"]]);
  probation.stop();
  assertEquals(time.armedCount, 0);
});
