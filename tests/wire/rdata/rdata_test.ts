import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { HEADER_OCTETS } from "../../../lib/wire/header.ts";
import { TYPE } from "../../../lib/wire/iana.ts";
import { decode, encode } from "../../../lib/wire/message.ts";
import { foldCase } from "../../../lib/wire/name.ts";
import { canonicalRdata, readRdata, writeRdata } from "../../../lib/wire/rdata/rdata.ts";
import { RDATA_FIELDS } from "../../../lib/wire/rdata/rdata_fields.ts";
import { rdataFromText, rdataToText } from "../../../lib/wire/text/rdata_text.ts";
import { Reader } from "../../../lib/wire/reader.ts";
import { Writer } from "../../../lib/wire/writer.ts";
import { octets, rdataOf, types } from "../arbitraries.ts";
import { withHeader } from "../octets.ts";

const typed = types.chain((type) => fc.tuple(fc.constant(type), rdataOf(type)));

Deno.test("readRdata() reads what writeRdata() writes", () => {
  fc.assert(fc.property(typed, ([type, rdata]) => {
    const writer = new Writer();
    // As in a message: behind a header, into which nothing may point.
    writer.octets(new Uint8Array(HEADER_OCTETS));
    writeRdata(writer, type, rdata);
    assertEquals(readRdata(new Reader(writer.finish(), HEADER_OCTETS), type), rdata);
  }));
});

Deno.test("readRdata() does not look into types that it does not know [3597_01]", () => {
  const opaque = types.filter((type) => !RDATA_FIELDS.has(type));
  fc.assert(fc.property(opaque, octets(0, 40), (type, rdata) => {
    assertEquals(readRdata(new Reader(rdata), type), rdata);
  }));
});

for (
  const [type, fields] of [
    // RFC 3597 §4: "SHOULD also decompress RRs of type RP, AFSDB, RT, SIG, PX, NXT, NAPTR, and SRV".
    [TYPE.RP, "0004 c00c c00c"],
    [TYPE.AFSDB, "0004 0001 c00c"],
    [TYPE.RT, "0004 0001 c00c"],
    [TYPE.SIG, "0015 0001 05 02 00000001 00000002 00000003 0004 c00c ff"],
    [TYPE.PX, "0006 0001 c00c c00c"],
    [TYPE.NXT, "0003 c00c 40"],
    [TYPE.NAPTR, "0009 0001 0002 00 00 00 c00c"],
    [TYPE.SRV, "0008 0001 0002 0035 c00c"],
    // The RFC 1035 types are compressed by everybody.
    [TYPE.MX, "0004 000a c00c"],
    [TYPE.SOA, "0018 c00c c00c 00000001 00000002 00000003 00000004 00000005"],
    [TYPE.PTR, "0002 c00c"],
    // Later ones by servers that should not.
    [TYPE.DNAME, "0002 c00c"],
    [TYPE.HTTPS, "0004 0001 c00c"],
  ] as const
) {
  const wire = withHeader(
    [1, 1, 0, 0],
    `07 6578616d706c65 00 0001 0001  c00c ${type.toString(16).padStart(4, "0")} 0001 00000000 ${fields}`,
  );

  Deno.test(`decode() writes names in RDATA of type ${type} out in full [3597_02]`, () => {
    const { rdata } = decode(wire).answers[0]!;
    const expected = fields.slice(4).replaceAll("c00c", "07 6578616d706c65 00").replaceAll(" ", "");
    assertEquals(rdata.toHex(), expected);
    // And so it can go into any other message.
    assertEquals(decode(encode({ ...decode(wire), questions: [] })).answers[0]!.rdata, rdata);
  });
}

Deno.test("decode() relays RDATA of an unknown type bit by bit, what looks like a pointer included [3597_01]", () => {
  // RFC 3597 §3: "MUST handle RRs of unknown type transparently".
  const wire = withHeader([1, 1, 0, 0], "07 6578616d706c65 00 0001 0001  c00c ff00 0001 00000000 0006 c00c 00 03 6162");
  assertEquals(decode(wire).answers[0]!.rdata.toHex(), "c00c00036162");
  assertEquals(encode(decode(wire)), wire);
});

for (
  const [type, a, b, section] of [
    [TYPE.NS, "NS.Example.org.", "ns.example.ORG.", "RFC 4034 §6.2"],
    [TYPE.SOA, "A. B. 1 2 3 4 5", "a. b. 1 2 3 4 5", "RFC 4034 §6.2"],
    [TYPE.SRV, "1 2 53 Host.example.", "1 2 53 host.example.", "RFC 4034 §6.2"],
    [TYPE.NAPTR, '1 2 "u" "s" "!a!" X.example.', '1 2 "u" "s" "!a!" x.example.', "RFC 4034 §6.2"],
  ] as const
) {
  Deno.test(`canonicalRdata() makes equal what differs in the case of names only, ${a} (${section}) [4343_01]`, () => {
    const [one, other] = [rdataFromText(type, a), rdataFromText(type, b)];
    assertNotEquals(one, other);
    assertEquals(canonicalRdata(type, one), canonicalRdata(type, other));
  });
}

for (
  const [type, a, b, section] of [
    [TYPE.TXT, '"a"', '"A"', "RFC 1035 §3.3.14"],
    [TYPE.NAPTR, '1 2 "u" "s" "!a!" .', '1 2 "U" "s" "!a!" .', "RFC 3403 §4.1"],
    [TYPE.CAA, '0 issue "a"', '0 issue "A"', "RFC 8659 §4.1"],
    // RFC 3597 §6: of an unknown type, "considered equal when their RDATA is bitwise equal".
    [65280, "\\# 3 016100", "\\# 3 014100", "RFC 3597 §6"],
  ] as const
) {
  Deno.test(`canonicalRdata() keeps apart ${a} and ${b} of type ${type} (${section}) [3597_04]`, () => {
    const [one, other] = [rdataFromText(type, a), rdataFromText(type, b)];
    assertNotEquals(canonicalRdata(type, one), canonicalRdata(type, other));
  });
}

Deno.test("canonicalRdata() changes nothing but the case of letters, and is its own canonical form", () => {
  fc.assert(fc.property(typed, ([type, rdata]) => {
    const before = rdata.slice();
    const canonical = canonicalRdata(type, rdata);
    assertEquals(rdata, before);
    assertEquals(foldCase(canonical), foldCase(rdata));
    assertEquals(canonicalRdata(type, canonical), canonical);
    assertEquals(rdataToText(type, canonical).toLowerCase() === rdataToText(type, rdata).toLowerCase(), true);
  }));
});
