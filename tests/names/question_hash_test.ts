import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { NameKey } from "../../lib/names/name_key.ts";
import { QuestionHash } from "../../lib/names/question_hash.ts";
import type { RandomSource } from "../../lib/base/runtime.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { foldCase } from "../../lib/wire/name.ts";
import { SeededRandom } from "../support/seeded_random.ts";

/** Key 00 01 … 07. */
const countingSource: RandomSource = {
  fill(octets) {
    for (let i = 0; i < octets.length; i++) octets[i] = i;
  },
};

/**
 * Linux, lib/test_siphash.c, HalfSipHash-1-3: key 00 01 … 07, message 00 01 02 … of so many octets.
 */
const VECTORS: readonly [number, number][] = [
  [8, 0x577999b1],
  [9, 0xc839caed],
  [10, 0xe4fa32cf],
  [11, 0x959246ee],
  [12, 0x6b28096c],
  [13, 0x66dd9cd6],
  [14, 0x16658a7c],
  [15, 0xd0257b04],
  [16, 0x8b31d501],
  [23, 0x62512deb],
  [33, 0xe0f6c934],
];

Deno.test.each(VECTORS)("halfSipHash() of %d octets is what the Linux kernel's tests say", (length, expected) => {
  assertEquals(halfSipHash(0x03020100, 0x07060504, Uint8Array.from({ length }, (_, i) => i))[0], expected);
});

const labelLists = fc.array(fc.uint8Array({ minLength: 1, maxLength: 63 }), { maxLength: 127 }).filter((labels) => {
  return sum(labels.map(({ length }) => 1 + length)) < 255;
});

Deno.test("QuestionHash.hash() is HalfSipHash-1-3 of QNAME's words from the root leftwards, the types and the variant", () => {
  const hash = new QuestionHash(countingSource);
  const key = new NameKey();
  const words = fc.tuple(fc.integer(), fc.integer());
  const askedLabels = fc.integer({ min: 0, max: 4 });
  fc.assert(
    fc.property(labelLists, words, words, askedLabels, (labels, [types, variant], [otherTypes, other], asked) => {
      const wire = messageOf(labels);
      const nameEnd = wire.length - 4;
      key.forget();
      // Whatever has been asked of the domains above, before and after.
      hash.reaches(key, wire, nameEnd, asked);
      for (const [t, v] of [[types, variant], [otherTypes, other]] as const) {
        const octets = octetsOf(labels);
        const words = wordsOf(octets);
        const rest = new Uint8Array(Int32Array.of(t, v).buffer, 0, 7);
        const message = Uint8Array.of(...words, ...new Uint8Array(-words.length & 3), ...rest);
        const [expected] = halfSipHash(0x03020100, 0x07060504, message, octets.length + 7);
        assertEquals(hash.hash(key, wire, nameEnd, t, v) >>> 0, expected);
      }
    }),
  );
});

Deno.test("QuestionHash.hashOfName() is HalfSipHash-1-3 of QNAME's words from the root leftwards, whatever else is asked", () => {
  const hash = new QuestionHash(countingSource);
  const key = new NameKey();
  const others = fc.record({
    types: fc.integer(),
    asked: fc.integer({ min: 0, max: 4 }),
    isHashedBefore: fc.boolean(),
  });
  fc.assert(fc.property(labelLists, others, (labels, { types, asked, isHashedBefore }) => {
    const wire = messageOf(labels);
    const nameEnd = wire.length - 4;
    key.forget();
    hash.reaches(key, wire, nameEnd, asked);
    if (isHashedBefore) hash.hash(key, wire, nameEnd, types, 1);
    const octets = octetsOf(labels);
    const words = wordsOf(octets);
    const message = Uint8Array.of(...words, ...new Uint8Array(-words.length & 3));
    const [expected] = halfSipHash(0x03020100, 0x07060504, message, octets.length);
    assertEquals(hash.hashOfName(key, wire, nameEnd) >>> 0, expected);
  }));
});

Deno.test("QuestionHash.reaches() makes the HalfSipHash-1-3 of each domain's words from the root leftwards", () => {
  const hash = new QuestionHash(countingSource);
  const key = new NameKey();
  fc.assert(fc.property(labelLists, fc.boolean(), (labels, isHashedBefore) => {
    const wire = messageOf(labels);
    const nameEnd = wire.length - 4;
    key.forget();
    if (isHashedBefore) hash.hash(key, wire, nameEnd, 1, 1);
    for (let count = 1; count <= labels.length; count++) {
      assertEquals(hash.reaches(key, wire, nameEnd, count), true);
      const octets = octetsOf(labels.slice(-count));
      assertEquals(key.suffixes!.start(count), nameEnd - 1 - octets.length);
      const expected = halfSipHash(0x03020100, 0x07060504, wordsOf(octets));
      assertEquals([key.suffixes!.low[count]! >>> 0, key.suffixes!.high[count]! >>> 0], expected);
    }
    assertEquals(hash.reaches(key, wire, nameEnd, labels.length + 1), false);
  }));
});

Deno.test("QuestionHash.hash() goes on from the hash of a domain, whose octets are not read again", () => {
  const hash = new QuestionHash(new SeededRandom(1));
  const key = new NameKey();
  const wire = messageOf(["www", "a-long-label", "example"].map((text) => new TextEncoder().encode(text)));
  const nameEnd = wire.length - 4;
  const expected = hash.hash(key, wire, nameEnd, 1, 1);
  key.forget();
  hash.reaches(key, wire, nameEnd, 2);
  // Whole words have been taken in: what is left of the second label belongs to one with the third.
  wire.fill(0, key.suffixes!.start(2) + 3, nameEnd);
  assertEquals(hash.hash(key, wire, nameEnd, 1, 1), expected);
});

Deno.test("QuestionHash.reaches() makes hashes anew for another name, and for another hash", () => {
  const [one, other] = [new QuestionHash(new SeededRandom(1)), new QuestionHash(new SeededRandom(2))];
  const key = new NameKey();
  const hashOfTop = (hash: QuestionHash, wire: Uint8Array) => {
    assertEquals([2, 3].map((labels) => hash.reaches(key, wire, wire.length - 4, labels)), [true, false]);
    return key.suffixes!.low[1]!;
  };
  const first = hashOfTop(one, messageOf(ab));
  assertEquals(hashOfTop(one, messageOf(ab)), first);
  const byOther = hashOfTop(other, messageOf(ab));
  key.forget();
  const ofOther = hashOfTop(one, messageOf(ab.toReversed()));
  assertEquals(new Set([first, byOther, ofOther]).size, 3);
});

Deno.test("[4343_01] QuestionHash.hash() folds A–Z and no other octet", () => {
  for (let position = 0; position < 9; position++) {
    for (let octet = 0; octet < 256; octet++) {
      const isLetter = (octet & 0xdf) >= 0x41 && (octet & 0xdf) <= 0x5a;
      const of = (value: number) => hashOf([new Uint8Array(9).fill(0xff).with(position, value)]);
      assertEquals(of(octet) === of(octet ^ 0x20), isLetter && octet < 0x80);
    }
  }
});

Deno.test("QuestionHash takes nothing from beyond the name's end, and nothing from the header", () => {
  const hash = new QuestionHash(new SeededRandom(1));
  const header = fc.uint8Array({ minLength: HEADER_OCTETS, maxLength: HEADER_OCTETS });
  const tail = fc.uint8Array({ minLength: 4, maxLength: 4 });
  fc.assert(fc.property(header, tail, fc.uint8Array({ minLength: 1, maxLength: 63 }), (header, tail, label) => {
    const plain = messageOf([label]);
    const other = plain.slice();
    other.set(header);
    other.set(tail, other.length - 4);
    const nameEnd = plain.length - 4;
    const of = (wire: Uint8Array) => {
      const key = new NameKey();
      hash.reaches(key, wire, nameEnd, 1);
      return [hash.hash(key, wire, nameEnd, 1, 2), key.suffixes!.low[1], key.suffixes!.high[1]];
    };
    assertEquals(of(plain), of(other));
    assertEquals(of(plain.subarray(0, nameEnd)), of(other));
  }));
});

Deno.test("QuestionHash.hash() depends on the key, the types, the variant and where labels end", () => {
  const hashes = [
    hashOf(ab),
    hashOf(ab, { seed: 2 }),
    hashOf(ab, { types: 2 }),
    hashOf(ab, { variant: 2 }),
    hashOf([Uint8Array.of(97, 98)]),
    hashOf([Uint8Array.of(98), Uint8Array.of(97)]),
    hashOf([]),
  ];
  assertEquals(new Set(hashes).size, hashes.length);
});

Deno.test("QuestionHash.hash() takes a key of another hash for none", () => {
  const [one, other] = [new QuestionHash(new SeededRandom(1)), new QuestionHash(new SeededRandom(2))];
  const key = new NameKey();
  const wire = messageOf(ab);
  one.hash(key, wire, wire.length - 4, 1, 1);
  assertEquals(other.hash(key, wire, wire.length - 4, 1, 1), hashOf(ab, { seed: 2 }));
  assert(one.hashOfName(key, wire, wire.length - 4) !== other.hashOfName(key, wire, wire.length - 4));
});

Deno.test("QuestionHash.hash() spreads names that differ little over all of a table", () => {
  const hash = new QuestionHash(new SeededRandom(1));
  const wire = messageOf([new Uint8Array(11)]);
  const places = new Uint32Array(1024);
  for (let i = 0; i < 65_536; i++) {
    wire[14] = i;
    wire[20] = i >> 8;
    places[hash.hash(new NameKey(), wire, wire.length - 4, 1, 1) & 1023]!++;
  }
  // 64 each on average; a Poisson distribution leaves 24–104 once in a million.
  assertEquals([Math.min(...places) >= 24, Math.max(...places) <= 110], [true, true]);
});

const ab: readonly Uint8Array[] = [Uint8Array.of(97), Uint8Array.of(98)];

function hashOf(labels: readonly Uint8Array[], { seed = 1, types = 1, variant = 1 } = {}): number {
  const wire = messageOf(labels);
  return new QuestionHash(new SeededRandom(seed)).hash(new NameKey(), wire, wire.length - 4, types, variant);
}

/** A header and a question, type and class zero. */
function messageOf(labels: readonly Uint8Array[]): Uint8Array {
  const name = labels.flatMap((octets) => [octets.length, ...octets]);
  return Uint8Array.of(...new Uint8Array(HEADER_OCTETS), ...name, 0, 0, 0, 0, 0);
}

/** A name as it is hashed, in lower case and without the root's octet. */
function octetsOf(labels: readonly Uint8Array[]): Uint8Array {
  return foldCase(Uint8Array.from(labels.flatMap((octets) => [octets.length, ...octets])));
}

/** The octets by fours from the end; what is left of them comes last. */
function wordsOf(octets: Uint8Array): Uint8Array {
  const words: number[] = [];
  for (let end = octets.length; end > 0; end -= 4) words.push(...octets.subarray(Math.max(0, end - 4), end));
  return Uint8Array.from(words);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

/** As its authors write it, one octet after another: its 32 bits, and 32 more from the same state. */
function halfSipHash(key0: number, key1: number, octets: Uint8Array, length = octets.length): [number, number] {
  let [v0, v1, v2, v3] = [key0, key1, 0x6c79_6765 ^ key0, 0x7465_6462 ^ key1];
  const rotate = (value: number, bits: number) => (value << bits) | (value >>> (32 - bits));
  const round = () => {
    v0 = (v0 + v1) | 0;
    v1 = rotate(v1, 5) ^ v0;
    v0 = rotate(v0, 16);
    v2 = (v2 + v3) | 0;
    v3 = rotate(v3, 8) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = rotate(v3, 7) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = rotate(v1, 13) ^ v2;
    v2 = rotate(v2, 16);
  };
  const padded = new Uint8Array(4 * Math.floor(octets.length / 4) + 4);
  padded.set(octets);
  padded[padded.length - 1] = length;
  const view = new DataView(padded.buffer);
  for (let i = 0; i < padded.length; i += 4) {
    v3 ^= view.getInt32(i, true);
    round();
    v0 ^= view.getInt32(i, true);
  }
  v2 ^= 0xff;
  for (let i = 0; i < 3; i++) round();
  return [(v1 ^ v3) >>> 0, (v0 ^ v2) >>> 0];
}
