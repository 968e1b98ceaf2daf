import { assertEquals } from "@std/assert";
import { PatternSet } from "../../../lib/lists/patterns/pattern_set.ts";
import { NameKey } from "../../../lib/names/name_key.ts";
import { Sayings, UNNUMBERED } from "../../../lib/resolver/blocking/sayings.ts";
import { OwnWords } from "../../../lib/resolver/blocking/own_words.ts";
import { HEADER_OCTETS } from "../../../lib/wire/header.ts";
import { nameFromText } from "../../../lib/wire/name.ts";
import { nameSetOf } from "../../support/list_sets.ts";
import { questionHash } from "../../support/resolving.ts";

const LETTERS = Array.from("abcdefghijklmnopqr");

/** A list "listed" of lines, and lists of the configuration that have an expression each, for a letter. */
function setUp() {
  const own = new OwnWords({
    hash: questionHash(),
    names: [{ list: 0, name: nameFromText("own.example"), isExact: false }],
    expressions: new PatternSet(LETTERS.map((letter) => ({ source: `^[^.]*${letter}` }))),
    expressionLists: LETTERS.map((_, i) => 2 + i),
    numbersMax: 100,
  });
  const reader = nameSetOf([{ list: "listed", name: "listed.example" }]);
  const sayings = new Sayings(own, reader, ["words", "listed", ...LETTERS]);
  const ask = (text: string) => {
    const name = nameFromText(text);
    const wire = Uint8Array.of(...new Uint8Array(HEADER_OCTETS), ...name, 0, 1, 0, 1);
    const key = new NameKey();
    const number = sayings.find(key, wire, HEADER_OCTETS + name.length);
    const said = sayings.of(number, key, wire, HEADER_OCTETS + name.length);
    return { number, lists: said.map(({ list }) => list).toSorted((a, b) => a - b) };
  };
  return { sayings, ask };
}

Deno.test("Sayings: names of which the same is said have the same number, those of which nothing is said have 0", () => {
  const { ask } = setUp();
  assertEquals(ask("1.example"), { number: 0, lists: [] });
  assertEquals(ask("1.own.example"), ask("2.own.example"));
  assertEquals(ask("1.own.example").lists, [0]);
  assertEquals(ask("1.listed.example").lists, [1]);
  assertEquals(ask("a.listed.example").lists, [1, 2]);
  assertEquals(
    new Set(["1", "1.own", "1.listed", "a.listed", "b.listed"].map((text) => ask(`${text}.example`).number)).size,
    5,
  );
});

Deno.test("Sayings: whoever asks for names of which always something else is said makes nothing grow, and is told the same", () => {
  const { sayings, ask } = setUp();
  // Another subset of the letters in each.
  const name = (i: number) => `1${LETTERS.filter((_, bit) => (i >> bit & 1) !== 0).join("")}.listed.example`;
  const expected = (i: number) => [1, ...LETTERS.flatMap((_, bit) => (i >> bit & 1) !== 0 ? [2 + bit] : [])];
  for (let i = 0; i < 1000; i++) ask(name(i));
  assertEquals(sayings.count <= 102, true);
  for (let i = 900; i < 1000; i++) assertEquals(ask(name(i)), { number: UNNUMBERED, lists: expected(i) });
  assertEquals(ask(name(5)).lists, expected(5));
});
