import { assertEquals, assertLess } from "@std/assert";
import { Random } from "../../../lib/base/random/random.ts";

/** A source whose pairs of octets are all numbers of 0–65535 in order, over and over. */
class CountingSource {
  fills = 0;
  #next = 0;

  fill(octets: Uint8Array<ArrayBuffer>): void {
    this.fills++;
    for (let i = 0; i < octets.length; i += 2) {
      octets[i] = this.#next >> 8;
      octets[i + 1] = this.#next & 0xff;
      this.#next = (this.#next + 1) & 0xffff;
    }
  }
}

Deno.test("Random.uint16() uses every pair of octets of the source once, all 16 bits of it", () => {
  const random = new Random(new CountingSource());
  for (let i = 0; i < 65536; i++) assertEquals(random.uint16(), i);
});

Deno.test("Random asks its source for thousands of numbers at a time", () => {
  const source = new CountingSource();
  const random = new Random(source);
  assertEquals(source.fills, 0);
  for (let i = 0; i < 10_000; i++) random.uint16();
  assertLess(source.fills, 10);
});

for (const limit of [1, 2, 3, 10, 1000, 40_000, 65_535, 65_536]) {
  Deno.test(`Random.below(${limit}) makes each outcome equally likely`, () => {
    const random = new Random(new CountingSource());
    const draws = 65536 - (65536 % limit);
    const counts = new Array<number>(limit).fill(0);
    for (let i = 0; i < draws; i++) counts[random.below(limit)]!++;
    assertEquals(new Set(counts), new Set([draws / limit]));
  });
}
