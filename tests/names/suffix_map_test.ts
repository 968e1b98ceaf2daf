import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { NameKey } from "../../lib/names/name_key.ts";
import { QuestionHash } from "../../lib/names/question_hash.ts";
import { SuffixMap } from "../../lib/names/suffix_map.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { isWithin, type Name, nameFromText, nameToText } from "../../lib/wire/name.ts";
import { SeededRandom } from "../support/seeded_random.ts";

const hash = new QuestionHash(new SeededRandom(1));

/** All domains have the same hash. */
const oneHash: Pick<QuestionHash, "reaches"> = {
  reaches(key, wire, nameEnd, labels) {
    const isReached = hash.reaches(key, wire, nameEnd, labels);
    key.suffixes!.low.fill(-1);
    key.suffixes!.high.fill(-1);
    return isReached;
  },
};

function mapOf(texts: readonly string[], by: Pick<QuestionHash, "reaches"> = hash): SuffixMap<string> {
  return new SuffixMap(by, texts.map((text) => [nameFromText(text), text]));
}

function find<T>(map: SuffixMap<T>, name: Name, key = new NameKey()): T | undefined {
  const wire = new Uint8Array(HEADER_OCTETS + name.length + 4).fill(0x41);
  wire.set(name, HEADER_OCTETS);
  key.forget();
  return map.find(key, wire, HEADER_OCTETS + name.length);
}

const findText = (map: SuffixMap<string>, text: string) => find(map, nameFromText(text));

Deno.test("SuffixMap.find() finds what is said of the name or of the nearest domain above it, in any case of letters", () => {
  const map = mapOf(["example.org", "a.b.example.org", "local"]);
  const cases: readonly [string, string | undefined][] = [
    ["example.org", "example.org"],
    ["www.EXAMPLE.oRg", "example.org"],
    ["b.example.org", "example.org"],
    ["A.b.Example.org", "a.b.example.org"],
    ["x.a.b.example.org", "a.b.example.org"],
    ["x.b.example.org", "example.org"],
    ["Local", "local"],
    ["printer.local", "local"],
    ["org", undefined],
    ["www.org", undefined],
    ["wwwexample.org", undefined],
    ["example.org.net", undefined],
    ["local.org", undefined],
    ["xlocal", undefined],
    [".", undefined],
  ];
  for (const [text, expected] of cases) assertEquals([text, findText(map, text)], [text, expected]);
});

Deno.test("SuffixMap.find() finds what is said of the root where nothing nearer is", () => {
  const map = mapOf([".", "example.org"]);
  const found = [".", "com", "www.org", "a.example.org"].map((text) => findText(map, text));
  assertEquals(found, [".", ".", ".", "example.org"]);
});

Deno.test("SuffixMap.find() knows top-level domains of one and of two letters", () => {
  const map = mapOf(["x", "de"]);
  assertEquals(["x", "a.x", "bc.X", "de", "a.de", "\\000.DE", "y", "a.y"].map((text) => findText(map, text)), [
    "x",
    "x",
    "x",
    "de",
    "de",
    "de",
    undefined,
    undefined,
  ]);
});

Deno.test("SuffixMap.find() takes no hash at its word: names with one hash are told apart by their octets", () => {
  const map = mapOf(["example.org", "a.b.example.org", "example.net", "local"], oneHash);
  const names = ["example.org", "a.b.example.org", "b.example.net", "x.local", "org", "a.b.example.net.org"];
  const expected = ["example.org", "a.b.example.org", "example.net", "local", undefined, undefined];
  assertEquals(names.map((text) => findText(map, text)), expected);
});

Deno.test("SuffixMap.find() says the same as a look at each domain, whatever the names", () => {
  const name = fc.array(fc.constantFrom("a", "A", "b", "bc", "com", "cOM", "\\001", "xcom", "longer-than-a-word"), {
    maxLength: 5,
  }).map((labels) => nameFromText(labels.join(".") || "."));
  fc.assert(
    fc.property(fc.array(name, { maxLength: 12 }), fc.array(name), fc.boolean(), (domains, names, isOneHash) => {
      const map = new SuffixMap(isOneHash ? oneHash : hash, domains.map((domain, i) => [domain, i]));
      const key = new NameKey();
      for (const name of names) {
        let expected: number | undefined;
        let octets = 0;
        for (const [i, domain] of domains.entries()) {
          if (!isWithin(name, domain) || domain.length < octets) continue;
          expected = i;
          octets = domain.length;
        }
        assertEquals([nameToText(name), find(map, name, key)], [nameToText(name), expected]);
      }
    }),
  );
});

Deno.test("SuffixMap.find() makes no hash for a name that ends otherwise than its domains", () => {
  const map = mapOf(["example.org", "x.arpa", "de"]);
  const key = new NameKey();
  for (const text of ["www.example.com", "net", "a.info", "example", "www.other.org", "org", "."]) {
    assertEquals(find(map, nameFromText(text), key), undefined);
  }
  assertEquals(key.suffixes, null);
});

Deno.test("SuffixMap.find() makes no more hashes than its domains have labels below each other", () => {
  const map = mapOf(["b.example.org", "example.org.net"]);
  const key = new NameKey();
  const counts = ["a.b.example-example.org", "a.b.other.example.org", "a.b.example.org"].map((text) => {
    find(map, nameFromText(text), key);
    return key.suffixes!.count;
  });
  assertEquals(counts, [2, 3, 4]);
});

Deno.test("SuffixMap.find() finds each of many domains, and none of as many others", () => {
  const texts = Array.from({ length: 10_000 }, (_, i) => `d${i}.${i % 7}.example.org`);
  const map = mapOf(texts);
  assertEquals(texts.filter((text) => findText(map, `www.${text}`) !== text), []);
  assertEquals(texts.filter((text) => findText(map, `x${text}`) !== undefined), []);
});
