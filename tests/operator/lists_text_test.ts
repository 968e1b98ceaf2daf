import { assertEquals } from "@std/assert";
import { durationText } from "../../lib/operator/duration_text.ts";
import { listsText } from "../../lib/operator/lists_text.ts";

Deno.test("listsText() tells names, lines, bad ones with the first of them, age and what went wrong last", () => {
  const firstBad = [{ line: 4711, text: "||a..b^", why: "an empty label" }];
  const sources = [
    { what: "https://lists.example/ads.txt", ageSeconds: 7200, nextSeconds: 80_000, error: "it is a web page" },
    { what: "/etc/more.txt", ageSeconds: null, nextSeconds: null, error: null },
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
      "  line 4711: an empty label: ||a..b^",
      "one: 1 name in 1 line",
    ],
  );
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
