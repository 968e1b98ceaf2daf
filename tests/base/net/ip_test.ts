import { assertEquals } from "@std/assert";
import { isIP } from "node:net";
import fc from "fast-check";
import { formatIp, parseIp } from "../../../lib/base/net/ip.ts";

const addresses = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
  // Runs of zeros, which random octets hardly have.
  fc.array(fc.constantFrom(0, 0, 0, 1, 0xdb8), { minLength: 8, maxLength: 8 }).map((hextets) =>
    Uint8Array.from(hextets.flatMap((hextet) => [hextet >> 8, hextet & 0xff]))
  ),
);

Deno.test("parseIp() reads what formatIp() writes", () => {
  fc.assert(fc.property(addresses, (octets) => assertEquals(parseIp(formatIp(octets)), new Uint8Array(octets))));
});

Deno.test("parseIp() accepts exactly what the runtime takes for an address", () => {
  const parts = fc.constantFrom("0", "1", "255", "256", "01", "00", "ffff", "g", "12345", "192.0.2.1", "", " ", "-1");
  const texts = fc.tuple(fc.array(parts, { maxLength: 9 }), fc.constantFrom(":", "::", "."), fc.constantFrom("", "::"))
    .map(([words, separator, end]) => words.join(separator) + end);
  fc.assert(
    fc.property(fc.oneof(texts, fc.stringMatching(/^[0-9a-f:.]{0,40}$/)), (text) => {
      assertEquals(parseIp(text) !== null, isIP(text) !== 0, text);
    }),
    { numRuns: 3000 },
  );
});

for (
  const [text, canonical, section] of [
    ["192.0.2.1", "192.0.2.1", "RFC 1123 §2.1"],
    ["2001:DB8:0:0:8:800:200C:417A", "2001:db8::8:800:200c:417a", "RFC 4291 §2.2"],
    ["FF01:0:0:0:0:0:0:101", "ff01::101", "RFC 4291 §2.2"],
    ["0:0:0:0:0:0:0:1", "::1", "RFC 4291 §2.2"],
    ["0:0:0:0:0:0:0:0", "::", "RFC 4291 §2.2"],
    ["::13.1.68.3", "::d01:4403", "RFC 4291 §2.2"],
    ["0:0:0:0:0:FFFF:129.144.52.38", "::ffff:129.144.52.38", "RFC 5952 §5"],
    ["2001:0db8::0001", "2001:db8::1", "RFC 5952 §4.1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", "RFC 5952 §4.2.2"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1", "RFC 5952 §4.2.3"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", "RFC 5952 §4.2.3"],
  ] as const
) {
  Deno.test(`formatIp() writes ${text} as ${canonical} (${section})`, () => {
    assertEquals(formatIp(parseIp(text)!), canonical);
  });
}

for (
  const text of [
    "",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "010.0.0.1",
    "1.2.3.4 ",
    "0x1.2.3.4",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    ":1:2:3:4:5:6:7",
    "12345::",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "::1.2.3",
    "fe80::1%eth0",
    "[::1]",
    "example.org",
  ]
) {
  Deno.test(`parseIp() refuses "${text}"`, () => assertEquals(parseIp(text), null));
}
