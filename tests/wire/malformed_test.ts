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
  [
    // Its second label begins at offset 22, with RDLENGTH's second octet, and has the four octets of RDATA.
    "a pointer to a name that goes on behind it, into the OPT record [1035_04]",
    withHeader([0, 1, 0, 1], `00 ${CNAME} 0004 0161 c016 00 0029 04d0 00000000 0000`),
  ],
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
  ...([
    ["A", "0001", ["", "c00002", "c000020100"]],
    ["AAAA", "001c", [`${"20".repeat(15)}`, `${"20".repeat(17)}`]],
    ["TXT", "0010", ["", "03 6162", "01 61 02 62"]],
    ["SPF", "0063", ["", "02 61"]],
    ["HINFO", "000d", ["", "01 61", "01 61 01 62 00"]],
    ["CAA", "0101", ["", "00", "00 00", "00 05 697373"]],
    ["DNSKEY", "0030", ["", "01", "0100 03 0d"]],
    ["DS", "002b", ["", "0001 0d", "0001 0d 02"]],
    ["SSHFP", "002c", ["", "01", "01 02"]],
    ["TLSA", "0034", ["03 01", "03 01 01"]],
    ["RRSIG", "002e", [`${"00".repeat(19)}`]],
    ["NSEC", "002f", [
      "00 00",
      "00 0000",
      "00 0001",
      "00 0001 00",
      "00 0002 4000",
      "00 0001 40 0001 40",
      `00 0021 ${"01".repeat(33)}`,
    ]],
    ["NSEC3", "0032", [
      "01 00 0000 00",
      "01 00 0000 00 00",
      "01 00 0000 00 02 aa",
      "01 00 0000 01",
      "01 00 0000 00 01 aa 0001 00",
    ]],
    ["NSEC3PARAM", "0033", ["01 00 0000", "01 00 0000 01", "01 00 0000 00 00"]],
    ["NXT", "001e", ["00", "00 80", "00 00", `00 ${"01".repeat(17)}`]],
    ["SVCB", "0040", ["0001 00 0003", "0001 00 0003 0002 01", "0001 00 0003 0000 0001 0000", "0001 00 ffff 0000"]],
    ["NID", "0068", ["0001 00000000"]],
    ["L32", "0069", ["0001 c00002"]],
    ["L64", "006a", ["0001 00000000000000 00 00"]],
    ["LP", "006b", ["0001", "0001 00 00"]],
  ] as const).flatMap(([mnemonic, type, broken]) =>
    broken.map((rdata): readonly [string, Uint8Array] => {
      const octets = hex(rdata).length.toString(16).padStart(4, "0");
      return [
        `${mnemonic} with RDATA "${rdata.slice(0, 40)}" [1035_13]`,
        withHeader([0, 1, 0, 0], `00 ${type} 0001 00000000 ${octets} ${rdata}`),
      ];
    })
  ),
  ["HTTPS without a target", withHeader([0, 1, 0, 0], "00 0041 0001 00000000 0002 0001")],
];

for (const [what, wire] of MALFORMED) {
  Deno.test(`decode() and MessageScan refuse ${what}`, () => {
    assertThrows(() => decode(wire), WireFormatError);
    assertEquals(new MessageScan().scan(wire), wire.length < 12 ? SCAN.tooShort : SCAN.malformed);
  });
}

Deno.test("decode() and MessageScan take what is strange and yet whole", () => {
  for (
    const [type, rdata] of [
      ["0010", "00"],
      ["0010", "01 61 00 02 6263"],
      ["0101", "80 01 61"],
      // RFC 5155 §7.1: an empty non-terminal has no types.
      ["0032", "01 00 0000 00 01 aa"],
      ["0040", "0000 00"],
      // No value that a port may have, which is for those to judge who connect.
      ["0040", "0001 00 0003 0001 00"],
      ["ff00", ""],
    ] as const
  ) {
    const octets = hex(rdata).length.toString(16).padStart(4, "0");
    const wire = withHeader([0, 1, 0, 0], `00 ${type} 0001 00000000 ${octets} ${rdata}`);
    assertEquals([new MessageScan().scan(wire), decode(wire).answers[0]!.rdata], [SCAN.ok, hex(rdata)]);
  }
});

Deno.test("decode() and MessageScan know A and AAAA of class IN alone", () => {
  // RFC 1035 §3.4.1 is about the Internet; an address of the Chaosnet is a name and 16 bits.
  for (const type of ["0001", "001c"]) {
    const wire = withHeader([0, 1, 0, 0], `00 ${type} 0003 00000000 0003 00 0102`);
    assertEquals([new MessageScan().scan(wire), decode(wire).answers.length], [SCAN.ok, 1]);
  }
});

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
    return `${target} ff00 0001 00000000 0000`;
  });
  const wire = withHeader([0, records.length, 0, 0], records.join(" "));
  assertThrows(() => decode(wire), WireFormatError, "does not lead backwards");
  assertEquals(new MessageScan().scan(wire), SCAN.malformed);
});
