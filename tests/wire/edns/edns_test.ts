import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { extendedErrorOption, readExtendedError, readOpt, writeOpt } from "../../../lib/wire/edns/edns.ts";
import { EDE, EDNS_OPTION, TYPE } from "../../../lib/wire/iana.ts";
import { ROOT } from "../../../lib/wire/name.ts";
import { WireFormatError } from "../../../lib/wire/wire_format_error.ts";
import { octets } from "../arbitraries.ts";
import { hex } from "../octets.ts";

const NO_OPTIONS = { udpPayloadOctets: 1232, extendedRcode: 0, version: 0, wantsDnssec: false, options: [] };

function optOf(rdata: string) {
  return { name: ROOT, type: TYPE.OPT, class: 1232, ttl: 0, rdata: hex(rdata) };
}

Deno.test("readOpt(writeOpt(e)) is e", () => {
  const ednses = fc.record({
    udpPayloadOctets: fc.nat({ max: 0xffff }),
    extendedRcode: fc.nat({ max: 0xff }),
    version: fc.nat({ max: 0xff }),
    wantsDnssec: fc.boolean(),
    options: fc.array(fc.record({ code: fc.nat({ max: 0xffff }), data: octets(0, 20) }), { maxLength: 4 }),
  });
  fc.assert(fc.property(ednses, (edns) => assertEquals(readOpt(writeOpt(edns)), edns)));
});

Deno.test("writeOpt() writes the record of RFC 6891 §6.1.2", () => {
  const record = writeOpt({
    ...NO_OPTIONS,
    extendedRcode: 1,
    wantsDnssec: true,
    options: [{ code: 3, data: hex("aabb") }],
  });
  assertEquals(record, { name: ROOT, type: 41, class: 1232, ttl: 0x01008000, rdata: hex("0003 0002 aabb") });
});

Deno.test("readOpt() ignores flags other than DO (RFC 6891 §6.1.4)", () => {
  assertEquals(readOpt({ ...optOf(""), ttl: 0x00007fff }), NO_OPTIONS);
});

for (const rdata of ["00", "000a", "000a 00", "000a 0001", "000a 0003 0102", "000a 0000 000b"]) {
  Deno.test(`readOpt() refuses options ${rdata} [6891_11]`, () => {
    assertThrows(() => readOpt(optOf(rdata)), WireFormatError);
  });
}

Deno.test("readExtendedError() reads what extendedErrorOption() writes", () => {
  fc.assert(fc.property(fc.nat({ max: 0xffff }), fc.string({ unit: "grapheme" }), (infoCode, text) => {
    assertEquals(readExtendedError(extendedErrorOption({ infoCode, text })), { infoCode, text });
  }));
});

Deno.test("extendedErrorOption() writes the option of RFC 8914 §2", () => {
  const option = extendedErrorOption({ infoCode: EDE.NO_REACHABLE_AUTHORITY, text: "é" });
  assertEquals(option, { code: 15, data: hex("0016 c3a9") });
});

Deno.test("readExtendedError() gives null for another option and for one without INFO-CODE", () => {
  assertEquals(readExtendedError({ code: 10, data: hex("0016") }), null);
  assertEquals(readExtendedError({ code: EDNS_OPTION.EXTENDED_ERROR, data: hex("00") }), null);
});

Deno.test("readExtendedError() shows broken UTF-8 with replacement characters", () => {
  const option = { code: EDNS_OPTION.EXTENDED_ERROR, data: hex("0000 61ff62") };
  assertEquals(readExtendedError(option), { infoCode: 0, text: "a\ufffdb" });
});
