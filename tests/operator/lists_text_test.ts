import { assertEquals } from "@std/assert";
import { durationText } from "../../lib/operator/duration_text.ts";
import type { SourceStatus } from "../../lib/lists/keeper/list_status.ts";
import { listLines, listsText } from "../../lib/operator/lists_text.ts";

const SOURCE: SourceStatus = {
  what: "https://lists.example/ads.txt",
  ageSeconds: null,
  isBeingUpdated: false,
  nextSeconds: 5,
  error: null,
};

Deno.test("listsText() tells names, lines, bad ones with the first of them, age and what went wrong last", () => {
  const firstBad = [{ line: 4711, text: "||a..b^", why: "an empty label" }];
  const sources: SourceStatus[] = [
    { ...SOURCE, ageSeconds: 7200, nextSeconds: 80_000, error: "it is a web page" },
    { ...SOURCE, what: "/etc/more.txt", nextSeconds: null },
    { ...SOURCE, what: "https://lists.example/queued.txt", nextSeconds: 0 },
    { ...SOURCE, what: "https://lists.example/next.txt", ageSeconds: 7200, nextSeconds: 0, isBeingUpdated: true },
    { ...SOURCE, what: "/etc/next.txt", nextSeconds: null, isBeingUpdated: true },
    { ...SOURCE, what: "https://lists.example/theirs.txt", nextSeconds: null, error: "another program keeps it" },
    { ...SOURCE, what: "https://lists.example/gone.txt", nextSeconds: 900, error: "there is no such name" },
  ];
  assertEquals(
    listsText([
      { name: "ads", names: 100_000, lines: 120_000, bad: 2, firstBad, sources },
      { name: "one", names: 1, lines: 1, bad: 0, firstBad: [], sources: [] },
    ]),
    [
      "ads: 100000 names in 120000 lines, 2 bad",
      "  https://lists.example/ads.txt: 2 h old, asked again in 22 h 14 min, it is a web page",
      "  /etc/more.txt: not there yet, watched",
      "  https://lists.example/queued.txt: not there yet, waits for its turn",
      "  https://lists.example/next.txt: 2 h old, is asked now",
      "  /etc/next.txt: not there yet, is read now",
      "  https://lists.example/theirs.txt: another program keeps it",
      "  https://lists.example/gone.txt: not there yet, asked again in 15 min, there is no such name",
      "  line 4711: an empty label: ||a..b^",
      "one: 1 name in 1 line",
    ],
  );
});

Deno.test("listLines() tells names and troubles of each list in a line, and what is wrong with all", () => {
  const list = { lines: 5, bad: 0, firstBad: [] };
  const well = { ...SOURCE, what: "/etc/more.txt", ageSeconds: 5, nextSeconds: null };
  const ill = { ...SOURCE, ageSeconds: 5, error: "it is a web page" };
  assertEquals(
    listLines([
      { ...list, name: "ads", names: 5, sources: [ill, well] },
      { ...list, name: "one", names: 1, sources: [well] },
    ], "the disk is full"),
    [
      "list ads: 5 names; https://lists.example/ads.txt: it is a web page",
      "list one: 1 name",
      "lists cannot be made ready: the disk is full",
    ],
  );
  assertEquals(listLines([], null), []);
});

Deno.test("durationText() has the largest units that say enough", () => {
  assertEquals(
    [0, 119, 120, 1799, 7199, 7200, 7260, 172_800].map(durationText),
    [
      "0 s",
      "119 s",
      "2 min",
      "30 min",
      "2 h",
      "2 h",
      "2 h 1 min",
      "2 d",
    ].map((text) => text),
  );
});
