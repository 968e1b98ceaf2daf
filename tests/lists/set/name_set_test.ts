import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { parseCidr } from "../../../lib/base/net/cidr.ts";
import { parseIp } from "../../../lib/base/net/ip.ts";
import { ALLOWS, BLOCKS, COVERS, type ListRule } from "../../../lib/lists/list_rule.ts";
import { type ListSet, NO_LISTS, UNNUMBERED_LISTS } from "../../../lib/lists/list_set.ts";
import { NameSet } from "../../../lib/lists/set/name_set.ts";
import { SetBuilder, type SetSink } from "../../../lib/lists/build/set_builder.ts";
import { SetFileError } from "../../../lib/lists/set/set_file.ts";
import { allOf } from "../../../lib/lists/slices.ts";
import { HEADER_OCTETS } from "../../../lib/wire/header.ts";
import { nameFromText } from "../../../lib/wire/name.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const IMPORTANT: ListRule = { ...BLOCKS, isImportant: true };
const NOT_FOR_AAAA: ListRule = { ...BLOCKS, types: { types: [28], areExcluded: true } };
const RULES = [BLOCKS, ALLOWS, IMPORTANT, NOT_FOR_AAAA];

/** What a line says: a name, what it covers, a rule. */
type Line = readonly [text: string, covers: number, rule: ListRule];

function builder(): SetBuilder {
  const key = new Uint8Array(8);
  new SeededRandom(1).fill(key);
  return new SetBuilder(key, 7);
}

function addName(sink: SetSink, text: string, covers: number, rule: ListRule, line: number): void {
  const name = nameFromText(text);
  sink.name(name, name.length, covers, rule, line);
}

/** Lists "a", "b" … of these lines, which are counted from 1. */
function bufferOf(lists: readonly (readonly Line[])[], more?: (sinks: readonly SetSink[]) => void): ArrayBuffer {
  const building = builder();
  const sinks = lists.map((lines, list) => {
    const sink = building.addList({ name: String.fromCharCode(97 + list), digest: `${list}` });
    for (const [i, [text, covers, rule]] of lines.entries()) addName(sink, text, covers, rule, i + 1);
    return sink;
  });
  more?.(sinks);
  return allOf(building.build());
}

function setOf(lists: readonly (readonly Line[])[], more?: (sinks: readonly SetSink[]) => void): NameSet {
  return new NameSet(bufferOf(lists, more), { isChecked: true });
}

/** A question of the name, and where the name ends. */
function question(text: string): [Uint8Array, number, number] {
  const name = nameFromText(text);
  const wire = new Uint8Array(HEADER_OCTETS + name.length + 4).fill(0x41);
  wire.set(name, HEADER_OCTETS);
  return [wire, HEADER_OCTETS, HEADER_OCTETS + name.length];
}

/** What is said, in words: "a blocks". */
function words(set: NameSet, { members }: ListSet): string[] {
  return members.map(({ list, rule }) => `${set.lists[list]} ${RULES.indexOf(rule)}`).sort();
}

function find(set: NameSet, text: string): string[] {
  const number = set.find(...question(text));
  const found = words(set, set.sets[number]!);
  assertEquals(words(set, set.setOf(...question(text))), found);
  return found;
}

/** The same, the slow way. */
function said(lists: readonly (readonly Line[])[], text: string): string[] {
  const found = lists.flatMap((lines, list) =>
    lines.flatMap(([listed, covers, rule]) => {
      const isBelow = text.toLowerCase().endsWith(`.${listed}`);
      const holds = isBelow ? (covers & COVERS.below) !== 0 : listed === text.toLowerCase() && covers !== COVERS.below;
      return holds ? [`${String.fromCharCode(97 + list)} ${RULES.findIndex((known) => isSame(known, rule))}`] : [];
    })
  );
  return [...new Set(found)].sort();
}

function isSame(a: ListRule, b: ListRule): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

Deno.test("NameSet.find() finds what lists say of the name and of the domains that it lies in, as far as they cover it", () => {
  const set = setOf([
    [["example.org", COVERS.both, BLOCKS], ["a.example.org", COVERS.self, ALLOWS], [
      "b.example.org",
      COVERS.below,
      IMPORTANT,
    ]],
    [["example.org", COVERS.self, BLOCKS], ["test", COVERS.both, ALLOWS]],
  ]);
  // The rule is told by identity, also of those that come from the file.
  const cases: readonly [string, readonly string[]][] = [
    ["example.org", ["a 0", "b 0"]],
    ["EXAMPLE.org", ["a 0", "b 0"]],
    ["x.y.example.org", ["a 0"]],
    ["a.example.org", ["a 0", "a 1"]],
    ["x.a.example.org", ["a 0"]],
    ["b.example.org", ["a 0"]],
    ["test", ["b 1"]],
    ["x.test", ["b 1"]],
    ["x.y.z.test", ["b 1"]],
    ["org", []],
    [".", []],
    ["xexample.org", []],
    ["example.org.net", []],
  ];
  for (const [text, expected] of cases) {
    const found = set.find(...question(text));
    const members = set.sets[found]!.members.filter(({ rule }) => rule === BLOCKS || rule === ALLOWS);
    const told = members.map(({ list, rule }) => `${set.lists[list]} ${RULES.indexOf(rule)}`).sort();
    assertEquals([text, told], [text, expected]);
  }
  const below = set.sets[set.find(...question("x.b.example.org"))]!.members;
  assertEquals(below.map(({ rule }) => rule.isImportant).sort(), [false, true]);
});

const name = fc.array(fc.constantFrom("a", "b", "cc", "example"), { minLength: 1, maxLength: 5 })
  .map((labels) => labels.join("."));
const line = fc.tuple(name, fc.constantFrom(...Object.values(COVERS)), fc.constantFrom(BLOCKS, ALLOWS));
const lists = fc.array(fc.array(line, { maxLength: 30 }), { maxLength: 4 });

Deno.test("NameSet.find() and setOf() agree with going through all lines, whatever the lists", () => {
  fc.assert(fc.property(lists, fc.array(name, { maxLength: 30 }), (lists, asked) => {
    const set = setOf(lists);
    for (const text of asked) assertEquals([text, find(set, text)], [text, said(lists, text)]);
  }));
});

Deno.test("NameSet.find() returns the same number for those of whom the same is said, and NO_LISTS for the others", () => {
  const set = setOf([[["a.test", COVERS.both, BLOCKS], ["b.test", COVERS.self, BLOCKS]]]);
  const numbers = ["a.test", "x.a.test", "b.test", "x.b.test", "test"].map((text) => set.find(...question(text)));
  assertEquals(numbers, [1, 1, 1, NO_LISTS, NO_LISTS]);
});

Deno.test("NameSet.find() takes a name from wherever it stands", () => {
  const set = setOf([[["example.org", COVERS.both, BLOCKS]]]);
  const name = nameFromText("www.example.org");
  const found = [0, 1, 3, 11, 12, 13, 40].map((start) => {
    const octets = new Uint8Array(start + name.length + 3).fill(0x2e);
    octets.set(name, start);
    return set.find(octets, start, start + name.length);
  });
  assertEquals(found, found.map(() => 1));
});

Deno.test("NameSet.lineOf() tells the line of each list that says something, the one about the longest name", () => {
  const set = setOf([
    [["example.org", COVERS.both, BLOCKS], ["example.org", COVERS.both, BLOCKS], [
      "a.example.org",
      COVERS.both,
      ALLOWS,
    ]],
    [["net", COVERS.self, BLOCKS], ["example.org", COVERS.both, BLOCKS]],
    [["a.example.org", COVERS.below, BLOCKS]],
  ]);
  const lines = (text: string) => [0, 1, 2].map((list) => set.lineOf(...question(text), list));
  assertEquals(lines("example.org"), [1, 2, 0]);
  assertEquals(lines("a.example.org"), [3, 2, 0]);
  assertEquals(lines("x.a.example.org"), [3, 2, 1]);
  assertEquals(lines("net"), [0, 1, 0]);
  assertEquals(lines("x.net"), [0, 0, 0]);
  assertEquals(set.lineOf(...question("a.example.org"), 0, BLOCKS), 1);
  assertEquals(set.lineOf(...question("a.example.org"), 0, ALLOWS), 3);
});

Deno.test("NameSet.lineOf() does not know lines beyond 24 bits, and the name is found nevertheless", () => {
  const set = setOf([[]], ([sink]) => {
    addName(sink!, "a.test", COVERS.both, BLOCKS, 0xff_ffff);
    addName(sink!, "b.test", COVERS.both, BLOCKS, 0x100_0000);
  });
  const found = ["a.test", "b.test"].map((text) => [set.find(...question(text)), set.lineOf(...question(text), 0)]);
  assertEquals(found, [[1, 0xff_ffff], [1, 0]]);
});

Deno.test("SetBuilder leaves out what its list has cancelled, and nothing else", () => {
  const lists: Line[][] = [
    [["a.test", COVERS.both, BLOCKS], ["a.test", COVERS.both, ALLOWS], ["b.test", COVERS.both, BLOCKS]],
    [["a.test", COVERS.both, BLOCKS]],
  ];
  const set = setOf(lists, ([sink]) => {
    for (const text of ["a.test", "b.test", "c.test"]) {
      const name = nameFromText(text);
      sink!.cancel(name, name.length, COVERS.both, BLOCKS);
    }
  });
  assertEquals(["a.test", "b.test", "c.test"].map((text) => find(set, text)), [["a 1", "b 0"], [], []]);
});

Deno.test("NameSet.find() tries patterns, and tells their lines", () => {
  const set = setOf([[["ads.test", COVERS.both, BLOCKS]], []], ([a, b]) => {
    a!.pattern({ source: "^ads[0-9]*\\." }, BLOCKS, 5);
    b!.pattern({ source: "^ads.*\\.example\\.org$" }, ALLOWS, 6);
    b!.pattern({ source: "track" }, BLOCKS, 7);
  });
  const cases: readonly [string, readonly string[], readonly number[]][] = [
    ["ads.test", ["a 0"], [1, 0]],
    ["ads1.test", ["a 0"], [5, 0]],
    ["ADS1.test", ["a 0"], [5, 0]],
    ["ads.example.org", ["a 0", "b 1"], [5, 6]],
    ["adsx.track.example.org", ["b 0", "b 1"], [0, 7]],
    ["track.example.org", ["b 0"], [0, 7]],
    ["test", [], [0, 0]],
    [".", [], [0, 0]],
  ];
  for (const [text, expected, lines] of cases) {
    assertEquals([text, find(set, text)], [text, expected]);
    assertEquals([text, ...[0, 1].map((list) => set.lineOf(...question(text), list))], [text, ...lines]);
  }
});

/** What is said of an address, by its number and without. */
function addressWords(set: NameSet, text: string): string[] {
  const address = parseIp(text)!;
  const said = words(set, set.setOfAddress(address));
  assertEquals(words(set, set.sets[set.findAddress(address)]!), said);
  return said;
}

Deno.test("NameSet.findAddress() tries expressions that are for addresses, and no others", () => {
  const set = setOf([[], []], ([a, b]) => {
    a!.pattern({ source: "^203\\.0\\.113\\.(?:2[0-9]|3[0-2])$" }, BLOCKS, 1);
    a!.address(parseCidr("203.0.113.0/24"), ALLOWS, 2);
    b!.pattern({ source: "[0-9]{3}" }, BLOCKS, 3);
    b!.pattern({ source: "^fe80:" }, BLOCKS, 4);
  });
  const found = (text: string) => addressWords(set, text);
  assertEquals(found("203.0.113.29"), ["a 0", "a 1"]);
  assertEquals(found("203.0.113.33"), ["a 1"]);
  assertEquals(found("fe80::1"), ["b 0"]);
  assertEquals(found("198.51.100.1"), []);
  assertEquals([set.lineOfAddress(parseIp("203.0.113.29")!, 0, BLOCKS), set.lineOfAddress(parseIp("fe80::1")!, 1)], [
    1,
    4,
  ]);
});

Deno.test("NameSet.findAddress() tells what lists say of all networks that hold an address", () => {
  const set = setOf([[], []], ([a, b]) => {
    a!.address(parseCidr("192.0.2.0/24"), BLOCKS, 1);
    b!.address(parseCidr("192.0.2.128/25"), ALLOWS, 2);
    b!.address(parseCidr("2001:db8::/32"), BLOCKS, 3);
  });
  const found = (text: string) => addressWords(set, text);
  assertEquals(found("192.0.2.1"), ["a 0"]);
  assertEquals(found("192.0.2.129"), ["a 0", "b 1"]);
  assertEquals(found("2001:db8::1"), ["b 0"]);
  assertEquals(found("198.51.100.1"), []);
  const lines = ["192.0.2.129", "2001:db8::1", "::1"].map((text) => set.lineOfAddress(parseIp(text)!, 1));
  assertEquals(lines, [2, 3, 0]);
});

Deno.test("NameSet finds what has no number of 16 bits, because more rules than that are in use", () => {
  const count = 65_537 + 100;
  const rules = Array.from({ length: count }, (_, i): ListRule => {
    return { ...BLOCKS, answer: { kind: "addresses", addresses: [`192.0.2.${i}`] } };
  });
  const set = setOf([rules.map((rule, i) => [`n${i}.test`, COVERS.both, rule])]);
  const numbers = rules.map((_, i) => set.find(...question(`n${i}.test`)));
  assertEquals([set.sets.length, new Set(numbers).size], [UNNUMBERED_LISTS, UNNUMBERED_LISTS]);
  for (let i = 0; i < count; i += i < 65_400 ? 1000 : 1) {
    const { members } = set.setOf(...question(`x.n${i}.test`));
    assertEquals(members.map(({ rule }) => rule.answer), [rules[i]!.answer]);
  }
  assertEquals(set.lineOf(...question(`n${count - 1}.test`), 0), count);
});

Deno.test("NameSet tells a file that is no list set, is cut, or damaged, and why", () => {
  const good = bufferOf([[["example.org", COVERS.both, BLOCKS]]]);
  const open = (octets: Uint8Array<ArrayBuffer>) => () => new NameSet(octets.buffer, { isChecked: true });
  const changed = (at: number, length = good.byteLength) => {
    const octets = new Uint8Array(good).slice(0, length);
    octets[at]! ^= 0x80;
    return octets;
  };
  const cases: readonly [Uint8Array<ArrayBuffer>, string][] = [
    [new Uint8Array(), "it is cut: 0 octets"],
    [new Uint8Array(good).slice(0, 4095), "it is cut: 4095 octets"],
    [changed(0), "it is no list set"],
    [changed(4), "its version is 129, not 1"],
    [changed(36), "its header is damaged"],
    [new Uint8Array(good).slice(0, -64), `it has ${good.byteLength - 64} octets instead of ${good.byteLength}`],
    [changed(5000), "its content is damaged"],
    [changed(good.byteLength - 1), "its content is damaged"],
  ];
  for (const [octets, why] of cases) assertThrows(open(octets), SetFileError, why);
});

Deno.test("NameSet.find() finds each of many names with its line, and none that is not listed", () => {
  const count = 50_000;
  const texts = Array.from({ length: count }, (_, i) => `n${i}.d${i % 20_000}.example`);
  // The second list has every third of them, in another order.
  const again = texts.filter((_, i) => i % 3 === 0).reverse();
  const set = setOf([texts, again].map((list) => list.map((text) => [text, COVERS.both, BLOCKS] as const)));
  const of = (text: string) => [0, 1].map((list) => set.lineOf(...question(text), list));
  for (let i = 0; i < count; i += 7) {
    assertEquals([i, ...of(texts[i]!)], [i, i + 1, i % 3 === 0 ? again.length - i / 3 : 0]);
    assertEquals(set.find(...question(`m${i}.d${i % 20_000}.example`)), NO_LISTS);
    assertEquals(set.find(...question(`d${i % 20_000}.example`)), NO_LISTS);
  }
});

Deno.test("NameSet.find() finds the longest names and those with the most labels, and what is above and below them", () => {
  const most = Array(126).fill("a").join(".");
  const longest = [63, 63, 63, 59].map((length) => "x".repeat(length)).join(".");
  const set = setOf([[[most, COVERS.both, BLOCKS], [longest, COVERS.self, BLOCKS]]]);
  const found = [most, `b.${most}`, most.slice(2), longest, longest.slice(64)].map((text) => {
    return set.find(...question(text)) !== NO_LISTS;
  });
  assertEquals(found, [true, true, false, true, false]);
});

Deno.test("NameSet.find() and the others find nothing in a set of no names, and in a closed one", () => {
  const empty = setOf([[]]);
  const closed = setOf([[["example.org", COVERS.both, BLOCKS]]]);
  closed.close();
  for (const set of [empty, closed]) {
    for (const text of [".", "org", "example.org", "www.example.org"]) assertEquals(find(set, text), []);
    assertEquals(set.lineOf(...question("example.org"), 0), 0);
    assertEquals(set.findAddress(parseIp("192.0.2.1")!), NO_LISTS);
  }
});
