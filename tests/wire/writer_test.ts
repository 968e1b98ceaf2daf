import { assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CLASS, TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message } from "../../lib/wire/message.ts";
import { type Name, nameFromText, readName } from "../../lib/wire/name.ts";
import { RDATA_FIELDS } from "../../lib/wire/rdata/rdata_fields.ts";
import { rdataFromText } from "../../lib/wire/text/rdata_text.ts";
import { Reader } from "../../lib/wire/reader.ts";
import { MessageTooLongError, Writer } from "../../lib/wire/writer.ts";
import { messages } from "./arbitraries.ts";
import { hex } from "./octets.ts";

/** RFC 3597 §4: the types of RFC 1035 whose RDATA holds names; no other may be compressed. */
const COMPRESSIBLE = new Set<number>([
  TYPE.NS,
  TYPE.MD,
  TYPE.MF,
  TYPE.CNAME,
  TYPE.SOA,
  TYPE.MB,
  TYPE.MG,
  TYPE.MR,
  TYPE.PTR,
  TYPE.MINFO,
  TYPE.MX,
]);

Deno.test("RDATA_FIELDS lets only the types of RFC 1035 be compressed [3597_02]", () => {
  const marked = [...RDATA_FIELDS].filter(([, fields]) => fields.includes("compressibleName")).map(([type]) => type);
  assertEquals(new Set(marked), COMPRESSIBLE);
});

Deno.test("encode() writes no pointer into the question section, nor into RDATA outside RFC 1035 [3597_02] [9460_01]", () => {
  fc.assert(
    fc.property(messages, (message) => {
      const wire = encode(message);
      const reader = new Reader(wire, 12);
      for (const { name } of message.questions) {
        assertEquals(reader.take(name.length), name);
        reader.skip(4);
      }
      for (const record of [...message.answers, ...message.authorities, ...message.additionals]) {
        readName(reader);
        reader.skip(8);
        const rdata = reader.take(reader.uint16());
        if (!COMPRESSIBLE.has(record.type)) assertEquals(rdata, record.rdata);
      }
      assertEquals(reader.remaining, 0);
    }),
    { numRuns: 500 },
  );
});

Deno.test("Writer.compressedName() points to the longest suffix written before (RFC 1035 §4.1.4)", () => {
  const writer = new Writer();
  writer.octets(new Uint8Array(20));
  for (const text of ["F.ISI.ARPA", "FOO.F.ISI.ARPA", "ARPA", "."]) writer.compressedName(nameFromText(text));
  assertEquals(
    writer.finish().slice(20),
    hex("01 46 03 495349 04 41525041 00   03 464f4f c014   c01a   00"),
  );
});

Deno.test("Writer.compressedName() points only to the same spelling [4343_01]", () => {
  const writer = new Writer();
  writer.name(nameFromText("example.org"));
  writer.compressedName(nameFromText("www.Example.org"));
  assertEquals(writer.finish().slice(13), hex("03 777777 07 4578616d706c65 c008"));
});

Deno.test("Writer.compressedName() never points beyond what 14 bits reach", () => {
  const writer = new Writer();
  writer.octets(new Uint8Array(0x3ffe));
  for (const text of ["a.b.", "x.a.b.", "x.b.", "x.b."]) writer.compressedName(nameFromText(text));
  // "a.b." begins within reach, its "b." at 0x4000 does not.
  assertEquals(writer.finish().slice(0x3ffe), hex("01 61 01 62 00  01 78 fffe  01 78 01 62 00  01 78 01 62 00"));
});

/** The name of `labels` labels whose every shorter one is its suffix. */
function nested(labels: number): Name {
  return Uint8Array.from([...Array.from({ length: labels }, () => [1, 0x61]).flat(), 0]);
}

function withOwnersAndTargets(names: readonly (readonly [number, number])[], fillerOctets = 0): Message {
  const answers = names.map(([owner, target]) => {
    return { name: nested(owner), type: TYPE.NS, class: CLASS.IN, ttl: 1, rdata: nested(target) };
  });
  // Octets that make room in `PointerWork`.
  const filler = { name: nested(0), type: TYPE.NULL, class: CLASS.IN, ttl: 1, rdata: new Uint8Array(fillerOctets) };
  return { ...decode(new Uint8Array(12)), answers: [filler, ...answers] };
}

Deno.test("Writer.compressedName() writes no name that takes more than 126 jumps [1035_04]", () => {
  const writer = new Writer();
  // So far into the message that `PointerWork` is no matter.
  writer.octets(new Uint8Array(8000));
  // Each is one label and a pointer to the one before, so that the last has 126 jumps and a pointer to it would have 127.
  for (let labels = 1; labels <= 127; labels++) writer.compressedName(nested(labels));
  const offset = writer.offset;
  writer.compressedName(nested(127));
  assertEquals(readName(new Reader(writer.finish(), offset)), nested(127));
  // All but its first label is a pointer.
  assertEquals(writer.offset - offset, 4);
});

Deno.test("decode(encode(m)) is m for names that are suffixes of one another, in any order [1035_04]", () => {
  const labels = fc.oneof(fc.nat({ max: 127 }), fc.integer({ min: 120, max: 127 }));
  const ascending = Array.from({ length: 64 }, (_, i): [number, number] => [2 * i, 2 * i + 1]);
  fc.assert(
    fc.property(fc.nat({ max: 8000 }), fc.array(fc.tuple(labels, labels), { maxLength: 60 }), (fillerOctets, names) => {
      const message = withOwnersAndTargets([...ascending, ...names], fillerOctets);
      assertEquals(decode(encode(message)), message);
    }),
    { numRuns: 100 },
  );
});

Deno.test("encode() writes names out rather than more pointers than decode() follows", () => {
  const message = withOwnersAndTargets(Array.from({ length: 300 }, () => [127, 126]));
  const octets = encode(message);
  assertEquals(decode(octets), message);
  // A record of two pointers has 14 octets.
  assertGreater(octets.length, 12 + 255 + 300 * 14 + 255);
});

Deno.test("encode() compresses owner names, and names in RDATA of RFC 1035 types", () => {
  const name = nameFromText("a-rather-long-name.example.org");
  const records = ["ns1", "ns2", "ns3"].map((label) => ({
    name,
    type: TYPE.NS,
    class: CLASS.IN,
    ttl: 1,
    rdata: rdataFromText(TYPE.NS, `${label}.a-rather-long-name.example.org`),
  }));
  const message: Message = {
    ...decode(new Uint8Array(12)),
    questions: [{ name, type: 2, class: 1 }],
    answers: records,
  };
  // Per record: a pointer, the fixed fields, a label and a pointer.
  assertEquals(encode(message).length, 12 + name.length + 4 + 3 * (2 + 10 + 4 + 2));
});

Deno.test("encode() fits a limit of exactly its octets and throws MessageTooLongError for one less", () => {
  fc.assert(fc.property(messages, (message) => {
    const wire = encode(message);
    assertEquals(encode(message, wire.length), wire);
    assertThrows(() => encode(message, wire.length - 1), MessageTooLongError);
    assertThrows(() => encode(message, 5), MessageTooLongError);
  }));
});

Deno.test("Writer keeps to 65535 octets by itself", () => {
  const writer = new Writer();
  writer.octets(new Uint8Array(65_535));
  assertThrows(() => writer.uint8(0), MessageTooLongError);
  assertLess(writer.offset, 65_536);
});

for (
  const [method, size] of [["uint8", 1], ["uint16", 2], ["uint32", 4]] as const
) {
  Deno.test(`Writer.${method}() writes the octets that make the buffer grow`, () => {
    const writer = new Writer();
    for (let i = 0; i < 2000; i++) writer[method](i & 0xff);
    const octets = writer.finish();
    assertEquals(octets.length, 2000 * size);
    for (let i = 0; i < 2000; i++) assertEquals(octets[i * size + size - 1], i & 0xff);
  });
}

Deno.test("Writer.patchUint16() overwrites octets in place, also after the buffer grew", () => {
  const writer = new Writer();
  writer.uint16(0);
  writer.octets(new Uint8Array(5000).fill(7));
  writer.patchUint16(0, 0xabcd);
  assertEquals(writer.finish().slice(0, 3), hex("abcd07"));
});
