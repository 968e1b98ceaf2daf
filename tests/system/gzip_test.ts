import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { startGzip } from "../../lib/system/gzip.ts";

async function unpacked(octets: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return await new Response(new Blob([octets]).stream().pipeThrough(new DecompressionStream("gzip"))).bytes();
}

Deno.test("startGzip() makes a file of pieces that everybody can unpack, whatever they are", async () => {
  const random = crypto.getRandomValues(new Uint8Array(40_000));
  const text = new TextEncoder().encode('{"name":"www.example.com"}\n'.repeat(3000));
  for (const pieces of [[], [text], [text, random, new Uint8Array(0), text], [random, random]]) {
    const gzip = await startGzip();
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (const piece of pieces) {
      const lent = piece.slice();
      parts.push(...await gzip.add(lent));
      // It is lent no longer.
      lent.fill(0);
    }
    parts.push(...await gzip.end());
    assertEquals(await unpacked(concat(parts)), concat(pieces));
  }
});

Deno.test("startGzip() makes lines of a log at most an eighth of what they were", async () => {
  const lines = Array.from(
    { length: 2000 },
    (_, i) =>
      `{"time":"2026-11-30T14:02:37.${i % 1000}Z","tookMs":0.000,"channel":"udp","client":"192.0.2.0/24",` +
      `"name":"n${(i * 7919) % 500}.example","type":"A","source":"cache","rcode":"NOERROR","sizeOctets":${
        50 + i % 90
      }}\n`,
  );
  const octets = new TextEncoder().encode(lines.join(""));
  const gzip = await startGzip();
  const parts = [...await gzip.add(octets), ...await gzip.end()];
  assertEquals(8 * concat(parts).length < octets.length, true);
});
