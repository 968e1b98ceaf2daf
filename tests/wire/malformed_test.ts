import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { decode } from "../../lib/wire/message.ts";
import { MessageScan, SCAN } from "../../lib/wire/scan.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import { hex, withHeader } from "./octets.ts";

const A63 = `3f ${"61".repeat(63)}`;
/** A record's TYPE, CLASS, TTL and RDLENGTH. */
const MX = "000f 0001 00000000";
const SRV = "0021 0001 00000000";
const SOA = "0006 0001 00000000";
const CNAME = "0005 0001 00000000";

const MALFORMED: readonly (readonly [string, Uint8Array])[] = [
  ["no octets", hex("")],
  ["a header cut after 11 octets", hex("1234 0000 0001 0000 0000 00")],
  ["a question announced, none there", withHeader([1, 0, 0, 0], "")],
  ["65535 questions announced, one there", withHeader([0xffff, 0, 0, 0], "00 0001 0001")],
  ["65535 records announced, one there", withHeader([0, 0xffff, 0, 0], "00 0001 0001 00000000 0000")],
  ["65535 announced in every section", withHeader([0xffff, 0xffff, 0xffff, 0xffff], "00 0001 0001")],
  ["a question without QCLASS", withHeader([1, 0, 0, 0], "00 0001")],
  ["a label of type 01 [1035_03]", withHeader([1, 0, 0, 0], "40 61 00 0001 0001")],
  ["a label of type 10 [1035_03]", withHeader([1, 0, 0, 0], "80 61 00 0001 0001")],
  ["a label of 64 octets [1035_02]", withHeader([1, 0, 0, 0], `40 ${"61".repeat(64)} 00 0001 0001`)],
  ["a label that runs out", withHeader([1, 0, 0, 0], "05 61")],
  ["a name without a root", withHeader([1, 0, 0, 0], "01 61")],
  [
    "a name of 256 octets [1035_02]",
    withHeader([1, 0, 0, 0], `${A63} ${A63} ${A63} 3e ${"61".repeat(62)} 00 0001 0001`),
  ],
  [
    "a name of 256 octets by way of a pointer [1035_02]",
    withHeader([2, 0, 0, 0], `${A63} ${A63} ${A63} 00 0001 0001 3e ${"61".repeat(62)} c00c 0001 0001`),
  ],
  ["half a pointer", withHeader([1, 0, 0, 0], "c0")],
  ["a pointer to itself [1035_04]", withHeader([1, 0, 0, 0], "c00c 0001 0001")],
  ["a pointer to the beginning of its own name [1035_04]", withHeader([1, 0, 0, 0], "01 61 c00c 0001 0001")],
  ["a pointer into its own labels [1035_04]", withHeader([1, 0, 0, 0], "03 016100 c00d 0001 0001")],
  ["a pointer that leads forward [1035_04]", withHeader([1, 0, 0, 0], "c012 0001 0001 00")],
  ["a pointer behind the end [1035_04]", withHeader([1, 0, 0, 0], "ffff 0001 0001")],
  ["a pointer into the header [1035_04]", withHeader([1, 0, 0, 0], "c004 0001 0001")],
  [
    "two names that point to each other [1035_04]",
    withHeader([0, 1, 0, 0], `c00e c00c ${CNAME} 0002 c00c`),
  ],
  ["a loop of two pointers in RDATA [1035_04]", withHeader([0, 1, 0, 0], `00 ${SRV} 000a 0000 0000 0000 c01f c01d`)],
  ["RDLENGTH behind the end", withHeader([0, 1, 0, 0], "00 0001 0001 00000000 0005 c0000201")],
  ["RDLENGTH of 65535", withHeader([0, 1, 0, 0], "00 0010 0001 00000000 ffff 00")],
  ["a record cut before RDLENGTH", withHeader([0, 1, 0, 0], "00 0001 0001 00000000 00")],
  ["MX without RDATA", withHeader([0, 1, 0, 0], `00 ${MX} 0000`)],
  ["MX without a name", withHeader([0, 1, 0, 0], `00 ${MX} 0002 000a`)],
  ["MX with an octet behind its name", withHeader([0, 1, 0, 0], `00 ${MX} 0004 000a 00 00`)],
  ["a name that goes on behind its RDATA", withHeader([0, 1, 0, 0], `00 ${CNAME} 0002 01 61 00`)],
  ["a pointer cut by RDLENGTH", withHeader([1, 1, 0, 0], `00 0001 0001 00 ${CNAME} 0001 c0 0c`)],
  ["SOA without its numbers", withHeader([0, 1, 0, 0], `00 ${SOA} 0002 00 00`)],
  ["SOA with half a number", withHeader([0, 1, 0, 0], `00 ${SOA} 0014 00 00 ${"00".repeat(18)}`)],
  ["SOA with an octet too many", withHeader([0, 1, 0, 0], `00 ${SOA} 0017 00 00 ${"00".repeat(21)}`)],
  ["SRV with two numbers", withHeader([0, 1, 0, 0], `00 ${SRV} 0005 0000 0000 00`)],
  [
    "NAPTR with a string behind the end",
    withHeader([0, 1, 0, 0], "00 0023 0001 00000000 0009 0000 0000 01 55 03 61 00 00 00"),
  ],
  ["RRSIG without a signer", withHeader([0, 1, 0, 0], `00 002e 0001 00000000 0012 ${"00".repeat(18)}`)],
  ["HTTPS without a target", withHeader([0, 1, 0, 0], "00 0041 0001 00000000 0002 0001")],
];

for (const [what, wire] of MALFORMED) {
  Deno.test(`decode() and MessageScan refuse ${what}`, () => {
    assertThrows(() => decode(wire), WireFormatError);
    assertEquals(new MessageScan().scan(wire), wire.length < 12 ? SCAN.tooShort : SCAN.malformed);
  });
}

/** All kinds of fields, names in full and compressed, in all sections. */
const WHOLE = hex(`1234 8580 0001 0002 0001 0002
  03 777777 07 6578616d706c65 03 6f7267 00 0001 0001
  c00c 0005 0001 0000012c 0006 03 63646e c010
  c02d 002e 0001 0000003c 0015 0001 0d 03 0000003c 00000000 00000000 1234 00 ffff
  c010 0006 0001 00000e10 0026 02 6e73 c010 0a 686f73746d6173746572 c010 00000001 00000002 00000003 00000004 00000005
  03 736970 c010 0023 0001 00000001 000e 0001 0002 01 55 03 736970 02 2121 00
  00 0029 04d0 00008000 0006 000f 0002 0016`);

Deno.test("decode() and MessageScan refuse a message cut at any octet", () => {
  assertEquals(new MessageScan().scan(WHOLE), SCAN.ok);
  assertEquals(decode(WHOLE).additionals.length, 2);
  for (let length = 0; length < WHOLE.length; length++) {
    assertThrows(() => decode(WHOLE.subarray(0, length)), WireFormatError);
    // The octets behind the cut are still in the buffer, as in a receive buffer that held a longer message before.
    assertNotEquals(new MessageScan().scan(WHOLE, length), SCAN.ok);
  }
});

Deno.test("decode() and MessageScan take a name of 255 octets [1035_02]", () => {
  const wire = withHeader([1, 0, 0, 0], `${A63} ${A63} ${A63} 3d ${"61".repeat(61)} 00 0001 0001`);
  assertEquals(decode(wire).questions[0]!.name.length, 255);
  assertEquals(new MessageScan().scan(wire), SCAN.ok);
});

Deno.test("decode() and MessageScan do bounded work for a message full of pointers [1035_04]", () => {
  // Each owner points to the one before: 126 hops are followed, the record behind them is refused.
  const records = Array.from({ length: 5000 }, (_, i) => {
    const target = i === 0 ? "00" : (0xc000 | (12 + (i === 1 ? 0 : 11 + 12 * (i - 2)))).toString(16);
    return `${target} 0001 0001 00000000 0000`;
  });
  const wire = withHeader([0, records.length, 0, 0], records.join(" "));
  assertThrows(() => decode(wire), WireFormatError, "does not lead backwards");
  assertEquals(new MessageScan().scan(wire), SCAN.malformed);
});
