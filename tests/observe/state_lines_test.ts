import { assertEquals } from "@std/assert";
import { StateLines } from "../../lib/observe/state_lines.ts";
import { fakeDeadlines } from "../support/fake_time.ts";

function setUp() {
  const { time, deadlines } = fakeDeadlines(5000);
  const lines: string[] = [];
  let isUp = true;
  const tell = (count: number) =>
    void lines.push(`${Math.round(time.nowMs() / 1000)} ${isUp ? "up" : "down"} ${count}`);
  const state = new StateLines({ clock: time, deadlines, tell });
  const flip = () => {
    isUp = !isUp;
    state.changed();
  };
  return { time, deadlines, lines, flip };
}

Deno.test("StateLines tells of a trouble and of its end at once, and of the next trouble a minute later", () => {
  const { time, lines, flip, deadlines } = setUp();
  flip();
  time.pass(1000);
  flip();
  assertEquals(lines, ["5 down 1", "6 up 1"]);
  time.pass(1000);
  flip();
  time.pass(57_000);
  assertEquals(lines.length, 2);
  time.pass(2000);
  assertEquals([lines[2], deadlines.size], ["65 down 1", 0]);
});

Deno.test("StateLines tells of what changes all the time once a minute, with counts, and never keeps the last state back", () => {
  const { time, lines, flip } = setUp();
  for (let i = 0; i < 6005; i++) {
    flip();
    time.pass(100);
  }
  // Ten minutes.
  assertEquals(lines.slice(0, 4), ["5 down 1", "5 up 1", "65 down 599", "125 down 600"]);
  time.pass(60_000);
  assertEquals([lines.length, lines.at(-1)!.slice(4, 8)], [13, "down"]);
  // Who has been quiet for long may say two things at once again.
  time.pass(600_000);
  flip();
  flip();
  assertEquals(lines.length, 15);
});
