import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeHuffman } from "../../lib/http/hpack/huffman.ts";
import { HpackDecoder, HpackError } from "../../lib/http/hpack/hpack_decoder.ts";
import { hpackBlock } from "../../lib/http/hpack/hpack_encoder.ts";

function octetsOf(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromHex(hex.replaceAll(/\s/g, ""));
}

function decode(decoder: HpackDecoder, hex: string): string[] {
  const octets = octetsOf(hex);
  const fields: string[] = [];
  decoder.decode(octets, 0, octets.length, fields);
  return fields;
}

const REQUEST = [":method", "GET", ":scheme", "http", ":path", "/", ":authority", "www.example.com"];

/** RFC 7541 Appendix C: blocks of one connection, and what they say. */
const EXAMPLES: Readonly<Record<string, readonly (readonly [string, readonly string[]])[]>> = {
  "C.2.1": [["400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572", ["custom-key", "custom-header"]]],
  "C.2.2": [["040c 2f73 616d 706c 652f 7061 7468", [":path", "/sample/path"]]],
  "C.2.3": [["1008 7061 7373 776f 7264 0673 6563 7265 74", ["password", "secret"]]],
  "C.2.4": [["82", [":method", "GET"]]],
  "C.3": [
    ["8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", REQUEST],
    ["8286 84be 5808 6e6f 2d63 6163 6865", [...REQUEST, "cache-control", "no-cache"]],
    ["8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65", [
      ...[":method", "GET", ":scheme", "https", ":path", "/index.html", ":authority", "www.example.com"],
      ...["custom-key", "custom-value"],
    ]],
  ],
  "C.4": [
    ["8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", REQUEST],
    ["8286 84be 5886 a8eb 1064 9cbf", [...REQUEST, "cache-control", "no-cache"]],
    ["8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", [
      ...[":method", "GET", ":scheme", "https", ":path", "/index.html", ":authority", "www.example.com"],
      ...["custom-key", "custom-value"],
    ]],
  ],
};

for (const [section, blocks] of Object.entries(EXAMPLES)) {
  Deno.test(`HpackDecoder reads RFC 7541 ${section}`, () => {
    const decoder = new HpackDecoder(4096);
    for (const [hex, fields] of blocks) assertEquals(decode(decoder, hex), fields);
  });
}

Deno.test("HpackDecoder evicts as RFC 7541 C.6 does, in a table of 256 octets", () => {
  const decoder = new HpackDecoder(4096);
  // The table is made smaller first: 0x3f 0xe1 0x01 says 256.
  const first = "3fe101 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff" +
    "6e91 9d29 ad17 1863 c78f 0b97 c8e9 ae82 ae43 d3";
  const location = ["location", "https://www.example.com"];
  const date = ["date", "Mon, 21 Oct 2013 20:13:21 GMT"];
  assertEquals(decode(decoder, first), [":status", "302", "cache-control", "private", ...date, ...location]);
  assertEquals(decode(decoder, "4883 640e ffc1 c0bf"), [
    ":status",
    "307",
    "cache-control",
    "private",
    ...date,
    ...location,
  ]);
  const third = "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2" +
    "e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07";
  assertEquals(decode(decoder, third), [
    ":status",
    "200",
    "cache-control",
    "private",
    "date",
    "Mon, 21 Oct 2013 20:13:22 GMT",
    ...location,
    "content-encoding",
    "gzip",
    "set-cookie",
    "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
  ]);
});

Deno.test("HpackDecoder refuses what RFC 7541 calls an error", () => {
  const wrong = {
    "§6.1: the index 0": "80",
    "§2.3.3: an index beyond both tables": "be",
    "§5.1: a number that does not end": "ffffff",
    "§5.1: a number that is too large": "ffffffffffff7f",
    "§5.2: a string that does not end": "400a6375",
    "§5.2: padding that is not all ones": "4001618160",
    "§5.2: padding of more than seven bits": "400161821fff",
    "§4.2: a size of the table behind a field": "8220",
    "§4.2: a table larger than allowed": "3fe23f",
  };
  for (const [why, hex] of Object.entries(wrong)) {
    assertThrows(() => decode(new HpackDecoder(4096), hex), HpackError, "", why);
  }
});

Deno.test("HpackDecoder reads a block that has too many fields to its end, for what it does to the table", () => {
  const decoder = new HpackDecoder(100);
  const fields: string[] = [];
  const block = octetsOf("4001610162 4001630164 4001650166 4001670168");
  assertEquals(decoder.decode(block, 0, block.length, fields), false);
  assertEquals(fields, ["a", "b", "c", "d"]);
  assertEquals(decode(decoder, "be"), ["g", "h"]);
});

Deno.test("hpackBlock() writes what HpackDecoder reads", () => {
  const text = fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 300,
  });
  fc.assert(fc.property(fc.array(text, { maxLength: 8 }), (strings) => {
    const fields = strings.length % 2 === 0 ? strings : strings.slice(1);
    const block = hpackBlock(fields);
    const read: string[] = [];
    new HpackDecoder(65_536).decode(block, 0, block.length, read);
    assertEquals(read, fields);
  }));
});

Deno.test("HpackDecoder reads or refuses any octets", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
    try {
      new HpackDecoder(4096).decode(octets, 0, octets.length, []);
    } catch (error) {
      assertEquals(error instanceof HpackError, true);
    }
  }));
});

Deno.test("decodeHuffman() has no room for more than there is", () => {
  const octets = octetsOf("f1e3c2e5f23a6ba0ab90f4ff");
  assertEquals(decodeHuffman(octets, 0, octets.length, new Uint8Array(15)), 15);
  assertEquals(decodeHuffman(octets, 0, octets.length, new Uint8Array(14)), -1);
});
