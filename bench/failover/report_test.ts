import { assertEquals } from "@std/assert";
import type { Contestant } from "../common/contestants.ts";
import { NONE_LOST } from "./clients.ts";
import { goalLines, resultTable, type Row } from "./report.ts";

const contestants = ["ours-plain", "ours-native", "unbound", "bind"].map((name): Contestant => ({
  forwarder: {
    name,
    executable: name,
    debianPackage: null,
    versionArgs: [],
    knowsOverTcp: true,
    commandLine: () => ({ args: [] }),
  },
  executable: name,
  version: "1",
}));

/** `null`: the forwarder could not be put into the situation. */
function row(...lost: (number | null)[]): Row {
  const open = () => Promise.reject(new Error("Nobody opens it"));
  return {
    situation: { name: "flood", title: "a flood", open, play: open, goal: NONE_LOST },
    findings: lost.map((count) =>
      count === null ? { text: "–", numbers: {} } : { text: `${count}`, numbers: { lost: count } }
    ),
  };
}

Deno.test("goalLines() says of each of our modes whether it meets the goal, and whether another one loses less", () => {
  assertEquals(goalLines(contestants, [row(0, 3, 1, 2)]), [
    "met     ours-plain, a flood: 0 lost; 0",
    "NOT MET ours-native, a flood: 0 lost; 3; BEHIND the best, who loses 1",
  ]);
});

Deno.test("goalLines() compares with nobody who was not in the situation", () => {
  assertEquals(goalLines(contestants, [row(3, 4, null, 4)]), [
    "NOT MET ours-plain, a flood: 0 lost; 3",
    "NOT MET ours-native, a flood: 0 lost; 4",
  ]);
});

Deno.test("resultTable() has a row for each situation and a column for each contestant", () => {
  const lines = resultTable(contestants, [row(0, 3, null, 2)]).split("\n");
  const cells = lines.at(-1)!.split("|").map((cell) => cell.trim()).slice(1, -1);
  assertEquals(cells, ["a flood", "0", "3", "–", "2"]);
});
