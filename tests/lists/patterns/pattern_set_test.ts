import { assert, assertEquals, assertThrows } from "@std/assert";
import * as fc from "fast-check";
import { PatternSet } from "../../../lib/lists/patterns/pattern_set.ts";
import { readExpression } from "../../../lib/lists/patterns/read_expression.ts";
import { ExpressionFormatError } from "../../../lib/lists/patterns/expression.ts";
import { nameFromText } from "../../../lib/wire/name.ts";

function find(sources: readonly string[], name: string): readonly number[] {
  return findIn(new PatternSet(sources.map((source) => ({ source }))), name);
}

function findIn(set: PatternSet, name: string): readonly number[] {
  const wire = nameFromText(name);
  return set.find(wire, 0, wire.length);
}

/** Each expression, what it matches, what it does not. */
const MATCHES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["ads", ["ads.example", "x.loads.example", "ADS.example"], ["ad.example", "a.ds"]],
  ["^ads?[0-9]*\\.", ["ad.example", "ads12.example"], ["x.ads.example", "adsx.example"]],
  ["\\.example$", ["a.example", "b.a.example"], ["example", "a.example.org"]],
  ["^(.+[_.-])?adse?rv(er?|ice)?s?[0-9]*[_.-]", ["adserver.example", "x-adsrv1.example", "y.adservices3-a.example"], [
    "badserver.example",
    "adserver",
  ]],
  ["^ad([sxv]?[0-9]*|system)[_.-]([^.[:space:]]+\\.){1,}|[_.-]ad([sxv]?[0-9]*|system)[_.-]", ["ads1.a.example"], [
    "road.example",
  ]],
  ["^[a-z]{3}\\.example$", ["abc.example"], ["ab.example", "abcd.example"]],
  ["^x{2,}y{0,2}z?$", ["xx", "xxxyyz"], ["xy", "xxyyy"]],
  ["(?:^|\\.)track.*\\.example$", ["track.example", "a.tracking.b.example"], ["backtrack.example"]],
  ["(?i)^ADS\\x2e\\w+$", ["ads.example"], ["ads.ex-ample"]],
  ["^[^a-m.]+$", ["xyz"], ["xyza", "x.y"]],
  ["^[]x-]+$", ["x-x"], ["y"]],
  ["(?<kind>a|b)(?P<other>c)", ["bc.example"], ["cc.example"]],
];

Deno.test("PatternSet.find() tells what an expression matches, letter case ignored", () => {
  for (const [source, good, others] of MATCHES) {
    for (const name of good) assertEquals(find([source], name), [0], `${source} ${name}`);
    for (const name of others) assertEquals(find([source], name), [], `${source} ${name}`);
  }
});

Deno.test("PatternSet.find() tells all patterns that match, in one pass", () => {
  assertEquals(find(["^a", "b", "example$", "^b", "xb"], "a.b.example"), [0, 1, 2]);
});

const REFUSED: readonly (readonly [string, string])[] = [
  ["", "would match every name"],
  [".*", "would match every name"],
  ["ads|", "would match every name"],
  ["^$", "would match every name"],
  ["(?=a)b", "look-around"],
  ["(?<!a)b", "look-around"],
  ["(a)\\1", "has \\1"],
  ["\\bads", "has \\b"],
  ["(a", "has a ( without its )"],
  ["a)", "has a ) without its ("],
  ["[a", "has a [ without its ]"],
  ["[z-a]", "has a range out of order"],
  ["a\\", "ends with a backslash"],
  ["*a", "repeats nothing"],
  ["^*a", "repeats nothing"],
  ["a**", "repeats a repetition"],
  ["a{3,2}", "repeats at least more often"],
  ["a{256}", "repeats more than 255 times"],
  ["([a-z]{1,60}x){1,60}", "repeats too much"],
  ["((((a{99}){99}){99}){99}){99}", "repeats too much"],
  ["bücher", "has a character outside ASCII"],
  ["[[:nothing:]]", "there is none of that name"],
  ["a".repeat(1025), "has more than 1024 characters"],
  [`${"(".repeat(60)}a${")".repeat(60)}`, "has groups more than 50 deep"],
];

Deno.test("readExpression() says what is wrong, and takes nothing that cannot be matched in one pass", () => {
  for (const [source, why] of REFUSED) assertThrows(() => readExpression(source), ExpressionFormatError, why);
});

/** On which engines that go back and try again take forever. */
const EXPLOSIVE = [
  "^(a+)+$",
  "^(a|aa)*b$",
  "(.*)*x$",
  "(a|a)*$b",
  "(([a-z]+)*)*!",
  "^(.+)+\\.(.+)+\\.(.+)+!",
  "(a?){60}a{60}",
];

Deno.test("PatternSet.find() takes no more steps for an expression on which others explode", () => {
  const name = `${"a".repeat(63)}.${"a".repeat(63)}.${"a".repeat(63)}.${"a".repeat(60)}`;
  const set = new PatternSet(EXPLOSIVE.map((source) => ({ source })));
  // Ends at all: with expressions that go back it would take longer than the universe lasts.
  assertEquals(findIn(set, name), [6]);
});

Deno.test("PatternSet.find() forgets what it knows of names rather than grow, and goes on to be right", () => {
  const sources = Array.from({ length: 40 }, (_, i) => `${"abcdefgh"[i % 8]}.{${i},}${"abcdefgh"[(i * 3) % 8]}$`);
  const set = new PatternSet(sources.map((source) => ({ source })));
  const expressions = sources.map((source) => new RegExp(source));
  let state = 1;
  for (let i = 0; i < 200; i++) {
    let name = "";
    for (let at = 0; at < 50; at++) {
      state = Math.imul(state, 48271) >>> 0;
      name += "abcdefgh"[(state >>> 16) & 7];
    }
    const expected = expressions.flatMap((expression, n) => expression.test(name) ? [n] : []);
    assertEquals(findIn(set, name), expected, name);
  }
});

const literal = fc.constantFrom("a", "b", "c", "-", "\\.", "1", ".", "[a-b]", "[^a]", "\\d", "\\w", "[^.]", "[.-]");
const { expression } = fc.letrec<{ expression: string; part: string }>((tie) => ({
  expression: fc.array(
    fc.tuple(tie("part"), fc.constantFrom("", "", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?"))
      .map(([part, times]) => part + (/^(?:\(\?:[\^$]\)|[\^$])$/.test(part) ? "" : times)),
    { minLength: 1, maxLength: 3 },
  ).map((parts) => parts.join("")),
  part: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    literal,
    fc.constantFrom("^", "$"),
    tie("expression").map((inner) => `(${inner})`),
    fc.tuple(tie("expression"), tie("expression")).map(([a, b]) => `(?:${a}|${b})`),
  ),
}));
/** How deep repetitions lie in one another. */
function repetitionDepth(source: string): number {
  const depths = [0];
  let last = 0;
  for (const token of source.match(/\\.|\[[^\]]*\]|\(\?:|\{[^}]*\}|./g) ?? []) {
    if (token === "(" || token === "(?:") {
      depths.push(0);
      continue;
    }
    if (/^[*+?{]/.test(token)) last++;
    else last = token === ")" ? depths.pop()! : 0;
    depths[depths.length - 1] = Math.max(depths.at(-1)!, last);
  }
  return depths[0]!;
}

/** On others RegExp, which tells what is right, explodes itself. */
const tractable = expression.filter((source) => source.length <= 60 && repetitionDepth(source) <= 2);
const label = fc.array(fc.constantFrom("a", "b", "c", "d", "1", "-"), { minLength: 1, maxLength: 3 }).map((all) =>
  all.join("")
);
const name = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join("."));

Deno.test("PatternSet.find() matches what RegExp matches, for any expression and name", () => {
  fc.assert(
    fc.property(
      fc.array(tractable, { minLength: 1, maxLength: 4 }),
      fc.array(name, { maxLength: 5 }),
      (sources, names) => {
        const taken = sources.filter((source) => {
          try {
            return readExpression(source) !== null;
          } catch (error) {
            assert(error instanceof ExpressionFormatError);
            return false;
          }
        });
        const set = new PatternSet(taken.map((source) => ({ source })));
        for (const text of names) {
          const expected = taken.flatMap((source, n) => new RegExp(source).test(text) ? [n] : []);
          assertEquals(findIn(set, text), expected, `${taken} ${text}`);
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("readExpression() takes any text for an expression, or says why not", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
    try {
      readExpression(text);
    } catch (error) {
      assert(error instanceof ExpressionFormatError);
    }
  }));
});
