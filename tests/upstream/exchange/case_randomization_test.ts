import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { randomizeCase } from "../../../lib/upstream/exchange/case_randomization.ts";
import { foldCase } from "../../../lib/wire/name.ts";
import { scriptedRandom } from "../../support/fake_random.ts";
import { hex, question, questionLines, wire } from "../../support/messages.ts";
import { names, octets } from "../../wire/arbitraries.ts";
import { decode } from "../../../lib/wire/message.ts";

type Octets = Uint8Array<ArrayBuffer>;

function questionOctets(text: string): Octets {
  return wire({ questions: [question(text)] }).slice(12);
}

function nameOf(octets: Octets): string {
  return questionLines(decode(concat([hex("0000 0000 0001 0000 0000 0000"), octets])).questions)[0]!;
}

Deno.test("randomizeCase() spends one random bit a letter: 1 is lower case", () => {
  const all = questionOctets("example.ORG");
  assertEquals(nameOf(randomizeCase(all, scriptedRandom(0))), "EXAMPLE.ORG. IN A");
  assertEquals(nameOf(randomizeCase(all, scriptedRandom(0xffff))), "example.org. IN A");
  // The lowest bit is the first letter's; the other draw's turn comes with the 17th.
  assertEquals(nameOf(randomizeCase(all, scriptedRandom(0b0101))), "eXaMPLE.ORG. IN A");
  const long = questionOctets("abcdefghijklmnopqrs");
  assertEquals(nameOf(randomizeCase(long, scriptedRandom(0, 0b010))), "ABCDEFGHIJKLMNOPQrS. IN A");
});

Deno.test("randomizeCase() leaves what is no letter alone: lengths, digits, hyphens, octets around the letters", () => {
  const text = "0-9_\\064\\091\\096\\123\\193\\225\\255.3.2.1.in-addr";
  for (const bits of [0, 0xffff]) {
    const asked = questionOctets(`${text} TYPE24930 25186`);
    const sent = randomizeCase(asked, scriptedRandom(bits));
    assertEquals(nameOf(sent).toLowerCase(), nameOf(asked).toLowerCase());
    // TYPE24930 is "ab" and CLASS25186 "bb": letters only to those who do not know where the name ends.
    assertEquals(sent.slice(-4), asked.slice(-4));
    assertEquals(sent.slice(0, 19), asked.slice(0, 19));
  }
});

Deno.test("randomizeCase() of a label of 63 octets and of the root", () => {
  const long = "x".repeat(63);
  assertEquals(nameOf(randomizeCase(questionOctets(long), scriptedRandom(0, 0, 0, 0))), `${long.toUpperCase()}. IN A`);
  assertEquals(randomizeCase(questionOctets("."), scriptedRandom(0)), questionOctets("."));
});

Deno.test("randomizeCase() copies", () => {
  const asked = questionOctets("example.org");
  const sent = randomizeCase(asked, scriptedRandom(0));
  assertEquals([asked, sent.length], [questionOctets("example.org"), asked.length]);
  assertNotEquals(sent, asked);
});

Deno.test("randomizeCase() changes nothing but case, whatever the name", () => {
  const random = scriptedRandom();
  fc.assert(fc.property(names, octets(4, 4), (name, tail) => {
    const asked = concat([name, tail]);
    const sent = randomizeCase(asked, random);
    assertEquals(foldCase(sent.subarray(0, name.length)), foldCase(name));
    assertEquals(sent.slice(name.length), tail);
  }));
});

Deno.test("randomizeCase() has every letter in either case about equally often", () => {
  const random = scriptedRandom();
  const asked = questionOctets("abcdefghijklmnopqrst");
  const lowerCounts = new Array<number>(20).fill(0);
  for (let i = 0; i < 1000; i++) {
    const sent = randomizeCase(asked, random);
    for (let j = 0; j < 20; j++) if (sent[j + 1] === asked[j + 1]) lowerCounts[j]!++;
  }
  // 500 each is expected; the standard deviation is 16.
  assert(lowerCounts.every((count) => count > 420 && count < 580), lowerCounts.join(" "));
});
