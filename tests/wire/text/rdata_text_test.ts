import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { TYPE } from "../../../lib/wire/iana.ts";
import { readRdata } from "../../../lib/wire/rdata/rdata.ts";
import { RDATA_FIELDS } from "../../../lib/wire/rdata/rdata_fields.ts";
import { rdataFromText, rdataToText } from "../../../lib/wire/text/rdata_text.ts";
import { Reader } from "../../../lib/wire/reader.ts";
import { WireFormatError } from "../../../lib/wire/wire_format_error.ts";
import { octets, rdataOf, types } from "../arbitraries.ts";
import { hex } from "../octets.ts";

const KEY =
  "AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8nokfzj31GajIQKY+5CptLr3buXA10hWqTkF7H6RfoRqXQeogmMHfpftf6z" +
  "Mv1LyBUgia7za6ZEzOJBOztyvhjL742iU/TpPSEDhm2SNKLijfUppn1UaNvv4w==";
const SIGNATURE =
  "oJB1W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTrPYGv07h108dUKGMeDPKijVCHX3DDKdfb+v6oB9wfuh3DTJXUAfI/M0zmO/zz8bW0Rznl8O3t" +
  "GNazPwQKkRN20XPXV6nwwfoXmJQbsLNrLfkGJ5D6fwFm8nN+6pBzeDQfsS3Ap3o=";
const EXAMPLE_COM = "07 6578616d706c65 03 636f6d 00";

/** Type, text as we write it, octets, where it comes from. */
const EXAMPLES = [
  [TYPE.A, "26.3.0.103", "1a030067", "RFC 1035 §5.3"],
  [TYPE.MX, "10 VENERA.ISI.EDU.", "000a 06 56454e455241 03 495349 03 454455 00", "RFC 1035 §5.3"],
  [
    TYPE.SOA,
    "VENERA. Action\\.domains. 20 7200 600 3600000 60",
    "06 56454e455241 00 0e 416374696f6e2e646f6d61696e73 00 00000014 00001c20 00000258 0036ee80 0000003c",
    "RFC 1035 §5.3",
  ],
  [TYPE.HINFO, '"VAX-11/780" "UNIX"', "0a 5641582d31312f373830 04 554e4958", "RFC 1035 §3.3.2"],
  [
    TYPE.TXT,
    '"a \\"b\\" \\\\ ; ( \\009\\255" ""',
    "0e 6120226222205c203b20282009ff 00",
    "RFC 1035 §5.1",
  ],
  [TYPE.RP, "louie.trantor.umd.edu. .", "05 6c6f756965 07 7472616e746f72 03 756d64 03 656475 00 00", "RFC 1183 §2.2"],
  [TYPE.NXT, "medium.foo.tld. A MX SIG NXT", "06 6d656469756d 03 666f6f 03 746c64 00 40010082", "RFC 2535 §5.5"],
  [
    TYPE.SRV,
    "0 1 9 old-slow-box.example.com.",
    `0000 0001 0009 0c 6f6c642d736c6f772d626f78 ${EXAMPLE_COM}`,
    "RFC 2782",
  ],
  [
    TYPE.NAPTR,
    '100 50 "a" "z3950+N2L+N2C" "" cidserver.example.com.',
    `0064 0032 01 61 0d 7a333935302b4e324c2b4e3243 00 09 636964736572766572 ${EXAMPLE_COM}`,
    "RFC 3403 §6.1",
  ],
  [TYPE.AAAA, "4321:0:1:2:3:4:567:89ab", "4321 0000 0001 0002 0003 0004 0567 89ab", "RFC 3596 §2.5"],
  [TYPE.DNSKEY, `256 3 5 ${KEY}`, `0100 03 05 ${Uint8Array.fromBase64(KEY).toHex()}`, "RFC 4034 §2.3"],
  [
    TYPE.RRSIG,
    `A 5 3 86400 20030322173103 20030220173103 2642 example.com. ${SIGNATURE}`,
    `0001 05 03 00015180 3e7c9dd7 3e5510d7 0a52 ${EXAMPLE_COM} ${Uint8Array.fromBase64(SIGNATURE).toHex()}`,
    "RFC 4034 §3.3",
  ],
  [
    TYPE.NSEC,
    "host.example.com. A MX RRSIG NSEC TYPE1234",
    `04 686f7374 ${EXAMPLE_COM} 0006 400100000003 041b ${"00".repeat(26)} 20`,
    "RFC 4034 §4.3",
  ],
  [
    TYPE.DS,
    "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118",
    "ec45 05 01 2bb183af5f22588179a53b0a98631fad1a292118",
    "RFC 4034 §5.4",
  ],
  [
    TYPE.SSHFP,
    "2 1 123456789abcdef67890123456789abcdef67890",
    "02 01 123456789abcdef67890123456789abcdef67890",
    "RFC 4255 §3.2",
  ],
  [
    TYPE.NSEC3,
    "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG DNSKEY NSEC3PARAM",
    "01 01 000c 04 aabbccdd 14 174eb2409fe28bcb4887a1836f957f0a8425e27b 0007 22010000000290",
    "RFC 5155 §A",
  ],
  [TYPE.NSEC3, "1 0 0 - 00", "01 00 0000 00 01 00", "RFC 5155 §3.3"],
  [TYPE.NSEC3PARAM, "1 0 12 aabbccdd", "01 00 000c 04 aabbccdd", "RFC 5155 §A"],
  [TYPE.NSEC3PARAM, "1 0 0 -", "01 00 0000 00", "RFC 5155 §4.3"],
  [
    TYPE.DNAME,
    "frobozz-division.acme.example.",
    "10 66726f626f7a7a2d6469766973696f6e 04 61636d65 07 6578616d706c65 00",
    "RFC 6672 §2.1",
  ],
  [
    TYPE.TLSA,
    "0 0 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971",
    "00 00 01 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971",
    "RFC 6698 §2.3",
  ],
  [TYPE.CAA, '0 issue "ca1.example.net"', "00 05 6973737565 6361312e6578616d706c652e6e6574", "RFC 8659 §4.2"],
  [TYPE.CAA, '128 tbs "Unknown"', "80 03 746273 556e6b6e6f776e", "RFC 8659 §4.5"],
  [TYPE.NID, "10 14:4fff:ff20:ee64", "000a 0014 4fff ff20 ee64", "RFC 6742 §2.1.2"],
  [TYPE.L32, "10 10.1.2.0", "000a 0a010200", "RFC 6742 §2.2.2"],
  [TYPE.L64, "10 2001:db8:1140:1000", "000a 2001 0db8 1140 1000", "RFC 6742 §2.3.2"],
  [
    TYPE.LP,
    "10 l64-subnet1.example.com.",
    "000a 0b6c36342d7375626e657431 076578616d706c65 03636f6d 00",
    "RFC 6742 §2.4.2",
  ],
  [731, "\\# 6 abcdef012345", "abcdef012345", "RFC 3597 §5"],
  [62347, "\\# 0", "", "RFC 3597 §5"],
] as const;

for (const [type, text, wire, section] of EXAMPLES) {
  Deno.test(`rdataToText() and rdataFromText() agree on type ${type}: ${text.slice(0, 60)} (${section})`, () => {
    assertEquals(rdataFromText(type, text), hex(wire));
    assertEquals(rdataToText(type, hex(wire)), text);
  });
}

for (
  const [what, type, wire] of [
    ["an address of 3 octets", TYPE.A, "c00002"],
    ["an address of 5 octets", TYPE.A, "c000020100"],
    ["no strings", TYPE.TXT, ""],
    ["a string that is cut", TYPE.TXT, "05 6162"],
    ["a bitmap with windows in the wrong order", TYPE.NSEC, "00 0101 40 0001 40"],
    ["a bitmap with a window twice", TYPE.NSEC, "00 0001 40 0001 40"],
    ["a bitmap with an empty window", TYPE.NSEC, "00 0000"],
    ["a bitmap with a window of 33 octets", TYPE.NSEC, `00 0021 ${"01".repeat(33)}`],
    ["a bitmap that ends with a zero octet", TYPE.NSEC, "00 0002 4000"],
    ["a bitmap of NXT with bit zero set", TYPE.NXT, "00 80"],
    ["an empty hash", TYPE.NSEC3, "01 00 0000 00 00"],
    ["an empty digest", TYPE.DS, "0001 02 03"],
    ["an empty tag", TYPE.CAA, "00 00 61"],
    ["a tag with a blank", TYPE.CAA, "00 01 20 61"],
    ["an octet too many", TYPE.NSEC3PARAM, "01 00 0000 00 00"],
  ] as const
) {
  Deno.test(`rdataToText() writes ${what} in the generic form (RFC 3597 §5)`, () => {
    const rdata = hex(wire);
    assertEquals(rdataToText(type, rdata), `\\# ${rdata.length} ${rdata.toHex()}`.trimEnd());
  });
}

const typed = types.chain((type) => fc.tuple(fc.constant(type), rdataOf(type)));

Deno.test("rdataFromText(rdataToText(r)) is r for RDATA of every type", () => {
  fc.assert(
    fc.property(typed, ([type, rdata]) => {
      const text = rdataToText(type, rdata);
      assertEquals(rdataFromText(type, text), rdata);
      // Types in the table are never reduced to the generic form when their RDATA is what it should be.
      assertEquals(text.startsWith("\\# "), !RDATA_FIELDS.has(type));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("rdataFromText(rdataToText(r)) is r for any octets that a message can bring", () => {
  const small = fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 3), fc.nat({ max: 255 })), { maxLength: 30 });
  fc.assert(
    fc.property(types, fc.oneof(octets(0, 30), small), (type, array) => {
      let rdata;
      try {
        rdata = readRdata(new Reader(Uint8Array.from(array)), type);
      } catch (error) {
        if (error instanceof WireFormatError) return;
        throw error;
      }
      assertEquals(rdataFromText(type, rdataToText(type, rdata)), rdata);
    }),
    { numRuns: 3000 },
  );
});
