import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { QuestionHash, typesWord } from "../../lib/names/question_hash.ts";
import type { RandomSource } from "../../lib/base/runtime.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { SeededRandom } from "../support/seeded_random.ts";

/** Key 00 01 … 07. */
const countingSource: RandomSource = {
  fill(octets) {
    for (let i = 0; i < octets.length; i++) octets[i] = i;
  },
};

/**
 * Linux, lib/test_siphash.c, HalfSipHash-1-3: key 00 01 … 07, message 00 01 02 … of so many octets. Eight of them are the
 * variant, QTYPE and QCLASS.
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

Deno.test.each(VECTORS)("QuestionHash.hash() of %d octets is what the Linux kernel's tests say", (length, expected) => {
  const wire = Uint8Array.from({ length: HEADER_OCTETS + length - 8 }, (_, i) => i - HEADER_OCTETS + 8);
  const hash = new QuestionHash(countingSource).hash(wire, wire.length, typesWord(0x0504, 0x0706), 0x03020100);
  assertEquals(hash >>> 0, expected);
});

Deno.test("[4343_01] QuestionHash.hash() folds A–Z and no other octet", () => {
  const hash = new QuestionHash(new SeededRandom(1));
  for (let position = 0; position < 9; position++) {
    for (let octet = 0; octet < 256; octet++) {
      const isLetter = (octet & 0xdf) >= 0x41 && (octet & 0xdf) <= 0x5a;
      const of = (value: number) => {
        const wire = new Uint8Array(HEADER_OCTETS + 9).fill(0xff);
        wire[HEADER_OCTETS + position] = value;
        return hash.hash(wire, wire.length, 0, 0);
      };
      assertEquals(of(octet) === of(octet ^ 0x20), isLetter && octet < 0x80);
    }
  }
});

Deno.test("QuestionHash.hash() takes nothing from beyond the name's end, and nothing from the header", () => {
  const hash = new QuestionHash(new SeededRandom(1));
  const octets = fc.uint8Array({ minLength: 40, maxLength: 40 });
  fc.assert(fc.property(octets, octets, fc.integer({ min: 12, max: 40 }), (a, b, nameEnd) => {
    b.set(a.subarray(HEADER_OCTETS, nameEnd), HEADER_OCTETS);
    assertEquals(hash.hash(a, nameEnd, 1, 2), hash.hash(b, nameEnd, 1, 2));
  }));
});

Deno.test("QuestionHash.hash() depends on the key, the types and the variant", () => {
  const wire = new Uint8Array(30);
  const hashes = [
    new QuestionHash(new SeededRandom(1)).hash(wire, 20, 1, 1),
    new QuestionHash(new SeededRandom(2)).hash(wire, 20, 1, 1),
    new QuestionHash(new SeededRandom(1)).hash(wire, 20, 2, 1),
    new QuestionHash(new SeededRandom(1)).hash(wire, 20, 1, 2),
    new QuestionHash(new SeededRandom(1)).hash(wire, 21, 1, 1),
  ];
  assertEquals(new Set(hashes).size, hashes.length);
});

Deno.test("QuestionHash.hash() spreads names that differ little over all chains", () => {
  const hash = new QuestionHash(new SeededRandom(1));
  const wire = new Uint8Array(24);
  const chains = new Uint32Array(1024);
  for (let i = 0; i < 65_536; i++) {
    wire[12] = i;
    wire[20] = i >> 8;
    chains[hash.hash(wire, 24, 1, 1) & 1023]!++;
  }
  // 64 each on average; a Poisson distribution leaves 24–104 once in a million.
  assertEquals([Math.min(...chains) >= 24, Math.max(...chains) <= 110], [true, true]);
});
