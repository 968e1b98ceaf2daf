/**
 * What it costs to try all patterns of a list on a name: `deno bench bench/micro/patterns_bench.ts`. As many as AdGuard's DNS filter
 * has, of the same kinds; beside it one expression of them all, as RegExp matches it. The times are for 1000 names.
 *
 * @module
 */
import { PatternSet } from "../../lib/lists/patterns/pattern_set.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { SeededRandom } from "../../tests/support/seeded_random.ts";

const NAMES = 1000;
const random = new SeededRandom(1);
const word = () =>
  Array.from({ length: random.between(3, 9) }, () => "abcdefghijklmnopqrstuvwxyz"[random.between(0, 25)]).join("");
const sources = Array.from({ length: 471 }, (_, i) => {
  if (i % 5 === 0) return `${word()}\\.${word()}$`;
  if (i % 5 === 1) return `^${word()}[0-9]*\\.`;
  return `(?:^|\\.)${word()}.*${word()}\\.com$`;
});
const texts = Array.from({ length: NAMES }, () => `${word()}.${word()}.${["com", "net", "org"][random.between(0, 2)]}`);
const names = texts.map(nameFromText);
const set = new PatternSet(sources.map((source) => ({ source })));
const expression = new RegExp(sources.map((source) => `(?:${source})`).join("|"));

Deno.bench("471 patterns: PatternSet, names known", { group: "patterns" }, () => {
  for (let i = 0; i < NAMES; i++) set.find(names[i]!, 0, names[i]!.length);
});

Deno.bench("471 patterns: PatternSet, made anew", { group: "patterns" }, () => {
  const fresh = new PatternSet(sources.map((source) => ({ source })));
  for (let i = 0; i < NAMES; i++) fresh.find(names[i]!, 0, names[i]!.length);
});

Deno.bench("471 patterns: RegExp", { group: "patterns" }, () => {
  for (let i = 0; i < NAMES; i++) expression.test(texts[i]!);
});
