import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  foldCase,
  isSameName,
  keyOfName,
  type Name,
  NameFormatError,
  nameFromText,
  nameToText,
  readName,
} from "../../lib/wire/name.ts";
import { Reader } from "../../lib/wire/reader.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import { names } from "./arbitraries.ts";
import { hex } from "./octets.ts";

for (
  const [text, wire, section] of [
    [".", "00", "RFC 1034 §3.1"],
    ["F.ISI.ARPA.", "01 46 03 495349 04 41525041 00", "RFC 1035 §4.1.4"],
    ["Action\\.domains.example.", "0e 416374696f6e2e646f6d61696e73 07 6578616d706c65 00", "RFC 1035 §5.1"],
    [
      "Donald\\032E\\.\\032Eastlake\\0323rd.example.",
      "16 446f6e616c6420452e20456173746c616b6520337264 07 6578616d706c65 00",
      "RFC 4343 §2.2",
    ],
    ["a\\000\\\\\\255z.example.", "05 61005cff7a 07 6578616d706c65 00", "RFC 4343 §2.2"],
    ['\\$\\@\\;\\(\\)\\".', "06 24403b282922 00", "RFC 1035 §5.1"],
    ["xn--mnchen-3ya.", "0e 786e2d2d6d6e6368656e2d337961 00", "RFC 5890 §2.3.2.1"],
  ] as const
) {
  Deno.test(`nameToText() and nameFromText() agree on ${text} (${section}) [4343_01] [2181_06]`, () => {
    assertEquals(nameToText(hex(wire)), text);
    assertEquals(nameFromText(text), hex(wire));
  });
}

Deno.test("nameFromText() takes a missing final dot and needless escapes", () => {
  assertEquals(nameFromText("example.org"), nameFromText("example.org."));
  assertEquals(nameFromText("\\e\\120ample.org"), nameFromText("example.org"));
});

for (
  const text of [
    "",
    "..",
    ".example.org",
    "a..b",
    "a.\\",
    "a\\25",
    "a\\256",
    "a\\1x",
    "ü.example",
    "\u{1f600}",
    `${"a".repeat(64)}.org`,
  ]
) {
  Deno.test(`nameFromText() refuses "${text}"`, () => {
    assertThrows(() => nameFromText(text), NameFormatError);
  });
}

Deno.test("nameFromText() takes a name of 255 octets and refuses one of 256 [1035_02]", () => {
  const label = "a".repeat(63);
  const longest = `${label}.${label}.${label}.${"a".repeat(61)}`;
  assertEquals(nameFromText(longest).length, 255);
  assertThrows(() => nameFromText(`${longest}a`), NameFormatError, "over 255 octets");
});

Deno.test("nameFromText(nameToText(n)) is n for any octets [2181_06]", () => {
  fc.assert(fc.property(names, (name) => assertEquals(nameFromText(nameToText(name)), name)));
});

Deno.test("nameToText() writes printable ASCII only", () => {
  fc.assert(fc.property(names, (name) => assertMatch(nameToText(name), /^[!-~]+$/)));
});

Deno.test("isSameName() ignores the case of A–Z and of nothing else [4343_01]", () => {
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b++) {
      const isLetter = (a | 0x20) >= 0x61 && (a | 0x20) <= 0x7a;
      assertEquals(
        isSameName(Uint8Array.of(1, a, 0), Uint8Array.of(1, b, 0)),
        a === b || (isLetter && (a ^ b) === 0x20),
      );
    }
  }
});

Deno.test("isSameName() tells names apart whose octets are split into labels differently", () => {
  assertEquals(isSameName(nameFromText("a.bc"), nameFromText("ab.c")), false);
  assertEquals(isSameName(nameFromText("a\\.b.c"), nameFromText("a.b.c")), false);
});

Deno.test("keyOfName() is the same for two names exactly when isSameName() says that they are [4343_01]", () => {
  const [a, b] = [Uint8Array.of(2, 0x41, 0xc9, 0), Uint8Array.of(2, 0x61, 0xe9, 0)];
  assertEquals(keyOfName(a) === keyOfName(b), false);
  fc.assert(fc.property(names, names, (name, other) => {
    assertEquals(keyOfName(name), keyOfName(foldCase(name)));
    assertEquals(keyOfName(name) === keyOfName(other), isSameName(name, other));
  }));
});

Deno.test("foldCase() returns a copy of the same length that folds to itself", () => {
  fc.assert(fc.property(names, (name) => {
    const before = name.slice();
    const folded = foldCase(name);
    assertEquals(name, before);
    assertEquals(foldCase(folded), folded);
    assertEquals(folded.length, name.length);
    assertEquals(isSameName(folded, name), true);
  }));
});

Deno.test("readName() reads any name and stops behind it", () => {
  fc.assert(fc.property(names, (name) => {
    const reader = new Reader(Uint8Array.from([0xff, ...name, 0xff]), 1);
    assertEquals([readName(reader), reader.remaining], [name, 1]);
  }));
});

/** Names of one-octet labels, each one label and a pointer to the one before; the last needs `hops` pointers. */
function staircase(hops: number): { octets: Uint8Array; lastOffset: number } {
  const octets = [...new Array<number>(12).fill(0), 1, 0x61, 0];
  let target = 12;
  for (let i = 0; i < hops; i++) {
    const offset = octets.length;
    octets.push(1, 0x61, 0xc0 | (target >> 8), target & 0xff);
    target = offset;
  }
  return { octets: Uint8Array.from(octets), lastOffset: target };
}

function labelCount(name: Name): number {
  let count = 0;
  for (let offset = 0; name[offset] !== 0; offset += name[offset]! + 1) count++;
  return count;
}

Deno.test("readName() follows 126 pointers and refuses 127 [1035_04]", () => {
  const read = ({ octets, lastOffset }: ReturnType<typeof staircase>): Name => readName(new Reader(octets, lastOffset));
  assertEquals(labelCount(read(staircase(126))), 127);
  // A pointer more, and no label more: only the number of pointers is wrong.
  const { octets, lastOffset } = staircase(126);
  const withPointer = Uint8Array.from([...octets, 0xc0 | (lastOffset >> 8), lastOffset & 0xff]);
  assertThrows(() => readName(new Reader(withPointer, octets.length)), WireFormatError, "does not lead backwards");
});

Deno.test("readName() follows a pointer out of the section that holds it, and continues behind it", () => {
  const octets = hex("000000000000000000000000 03 6f7267 00 07 6578616d706c65 c00c ff");
  const reader = new Reader(octets, 17, 27);
  assertEquals(nameToText(readName(reader)), "example.org.");
  assertEquals(reader.remaining, 0);
});

for (const [offset, text] of [[20, "F.ISI.ARPA."], [40, "FOO.F.ISI.ARPA."], [64, "ARPA."], [92, "."]] as const) {
  Deno.test(`readName() reads ${text} of RFC 1035 §4.1.4 at offset ${offset} [1035_04]`, () => {
    const octets = new Uint8Array(100).fill(0xff);
    octets.set(hex("01 46 03 495349 04 41525041 00"), 20);
    octets.set(hex("03 464f4f c014"), 40);
    octets.set(hex("c01a"), 64);
    octets.set(hex("00"), 92);
    assertEquals(nameToText(readName(new Reader(octets, offset))), text);
  });
}
