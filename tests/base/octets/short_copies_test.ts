import { assert, assertEquals } from "@std/assert";
import { shortCopy } from "../../../lib/base/octets/short_copies.ts";

function pattern(lengthOctets: number, seed: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: lengthOctets }, (_, i) => i * 7 + seed);
}

Deno.test("shortCopy() copies what it is told to, and keeps copies apart, however many there are", () => {
  const copies = Array.from({ length: 2000 }, (_, seed) => {
    const octets = pattern(seed % 600, seed);
    const copy = shortCopy(octets);
    octets.fill(0xee);
    return copy;
  });
  for (const [seed, copy] of copies.entries()) assertEquals(copy, pattern(seed % 600, seed));
});

Deno.test("shortCopy() copies a part", () => {
  assertEquals(shortCopy(pattern(10, 0), 3, 5), new Uint8Array([21, 28]));
  assertEquals(shortCopy(pattern(10, 0), 3, 3), new Uint8Array());
});

Deno.test("shortCopy() gives what is long memory of its own, so that it keeps no others alive", () => {
  assertEquals(shortCopy(pattern(513, 1)).buffer.byteLength, 513);
  assert(shortCopy(pattern(512, 1)).buffer.byteLength > 512);
});
