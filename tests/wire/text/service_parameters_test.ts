import { assertEquals, assertThrows } from "@std/assert";
import { TYPE } from "../../../lib/wire/iana.ts";
import { RdataFormatError } from "../../../lib/wire/text/rdata_format_error.ts";
import { rdataFromText, rdataToText } from "../../../lib/wire/text/rdata_text.ts";
import { hex } from "../octets.ts";

const FOO_EXAMPLE_COM = "03 666f6f 07 6578616d706c65 03 636f6d 00";
const FOO_EXAMPLE_ORG = "03 666f6f 07 6578616d706c65 03 6f7267 00";

/** RFC 9460 Appendix D.1 and D.2: the figure, its text, its octets, and the text that we write for them. */
const VECTORS = [
  ["2", "0 foo.example.com.", `0000 ${FOO_EXAMPLE_COM}`, null],
  ["3", "1 .", "0001 00", null],
  ["4", "16 foo.example.com. port=53", `0010 ${FOO_EXAMPLE_COM} 0003 0002 0035`, null],
  ["5", "1 foo.example.com. key667=hello", `0001 ${FOO_EXAMPLE_COM} 029b 0005 68656c6c6f`, null],
  ["6", '1 foo.example.com. key667="hello\\210qoo"', `0001 ${FOO_EXAMPLE_COM} 029b 0009 68656c6c6fd2716f6f`, null],
  [
    "7",
    '1 foo.example.com. ipv6hint="2001:db8::1,2001:db8::53:1"',
    `0001 ${FOO_EXAMPLE_COM} 0006 0020 20010db8000000000000000000000001 20010db8000000000000000000530001`,
    "1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1",
  ],
  [
    "8",
    '1 example.com. ipv6hint="2001:db8:122:344::192.0.2.33"',
    "0001 07 6578616d706c65 03 636f6d 00 0006 0010 20010db8012203440000 0000 c0000221",
    "1 example.com. ipv6hint=2001:db8:122:344::c000:221",
  ],
  [
    "9",
    "16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hint=192.0.2.1",
    `0010 ${FOO_EXAMPLE_ORG} 0000 0004 0001 0004  0001 0009 02 6832 05 68332d3139  0004 0004 c0000201`,
    "16 foo.example.org. mandatory=alpn,ipv4hint alpn=h2,h3-19 ipv4hint=192.0.2.1",
  ],
  [
    "10",
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
    `0010 ${FOO_EXAMPLE_ORG} 0001 000c 08 665c6f6f2c626172 02 6832`,
    null,
  ],
  [
    "10, second form",
    "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2",
    `0010 ${FOO_EXAMPLE_ORG} 0001 000c 08 665c6f6f2c626172 02 6832`,
    '16 foo.example.org. alpn="f\\\\\\\\oo\\\\,bar,h2"',
  ],
] as const;

for (const [figure, text, wire, written] of VECTORS) {
  for (const type of [TYPE.SVCB, TYPE.HTTPS]) {
    Deno.test(`rdataFromText() and rdataToText() of type ${type} agree with RFC 9460 §D, figure ${figure}`, () => {
      assertEquals(rdataFromText(type, text), hex(wire));
      assertEquals(rdataToText(type, hex(wire)), written ?? text);
    });
  }
}

for (
  const [text, written] of [
    ["1 . ech=AEn+DQBFKwAgACABWIHUGj4u+PIggYXcR5JF0gYk3dCRioBW8uJq9H4mKA==", null],
    ["1 . no-default-alpn alpn=h3", "1 . alpn=h3 no-default-alpn"],
    ["1 . key667", null],
    ['1 . key667=""', "1 . key667"],
    ['1 . port="53" alpn="h2"', "1 . alpn=h2 port=53"],
    // RFC 9460 §2.1: a known key by its number takes its value in octets.
    ["1 . key1=\\002h2 key3=\\000\\053", "1 . alpn=h2 port=53"],
    ["1 . key2 key1=\\002h3", "1 . alpn=h3 no-default-alpn"],
    ["1 . mandatory=key667,port port=1 key667=a", "1 . mandatory=port,key667 port=1 key667=a"],
    ['1 . key667="a b\\"c"', null],
  ] as const
) {
  Deno.test(`rdataFromText() reads SvcParams ${text}`, () => {
    assertEquals(rdataToText(TYPE.SVCB, rdataFromText(TYPE.SVCB, text)), written ?? text);
  });
}

for (
  const [parameters, section] of [
    ["key123=abc key123=def", "RFC 9460 §D.3, figure 11"],
    ["mandatory", "RFC 9460 §D.3, figure 12"],
    ["alpn", "RFC 9460 §D.3, figure 12"],
    ["port", "RFC 9460 §D.3, figure 12"],
    ["ipv4hint", "RFC 9460 §D.3, figure 12"],
    ["ipv6hint", "RFC 9460 §D.3, figure 12"],
    ["no-default-alpn=abc", "RFC 9460 §D.3, figure 13"],
    ["mandatory=key123", "RFC 9460 §D.3, figure 14"],
    ["mandatory=mandatory", "RFC 9460 §D.3, figure 15"],
    ["mandatory=key123,key123 key123=abc", "RFC 9460 §D.3, figure 16"],
    ["no-default-alpn", "RFC 9460 §7.1.1"],
    ["ech", "RFC 9848 §3"],
    ["ech=AA", "RFC 9848 §3"],
    ["port=65536", "RFC 9460 §7.2"],
    ["port=1,2", "RFC 9460 §7.2"],
    ["ipv4hint=2001:db8::1", "RFC 9460 §7.3"],
    ["ipv6hint=192.0.2.1", "RFC 9460 §7.3"],
    ["alpn=h2,,h3", "RFC 9460 §A.1"],
    ["alpn=h2,", "RFC 9460 §A.1"],
    ["alpn=a\\\\b", "RFC 9460 §A.1"],
    [`alpn=${"a".repeat(256)}`, "RFC 9460 §7.1.1"],
    ["key1=\\003h2", "RFC 9460 §7.1.1"],
    ["key1=", "RFC 9460 §7.1.1"],
    ["key3=\\000", "RFC 9460 §7.2"],
    ["key01=a", "RFC 9460 §2.1"],
    ["key65535=a", "RFC 9460 §14.3.2"],
    ["key65536=a", "RFC 9460 §2.1"],
    ["bogus=a", "RFC 9460 §2.1"],
    ["ALPN=h2", "RFC 9460 §2.1"],
    ["=a", "RFC 9460 §2.1"],
  ] as const
) {
  Deno.test(`rdataFromText() refuses SvcParams ${parameters.slice(0, 50)} (${section})`, () => {
    assertThrows(() => rdataFromText(TYPE.SVCB, `1 foo.example.com. ${parameters}`), RdataFormatError);
  });
}

for (
  const [what, parameters] of [
    ["keys out of order", "0003 0002 0035  0001 0003 02 6832"],
    ["a key twice", "029b 0000  029b 0000"],
    ["the invalid key", "ffff 0000"],
    ["a value that runs out", "0003 0002 00"],
    ["a key without a length", "0003 00"],
  ] as const
) {
  Deno.test(`rdataToText() writes SvcParams with ${what} in the generic form, which nobody takes back (RFC 9460 §2.2)`, () => {
    const rdata = hex(`0001 00 ${parameters}`);
    const text = rdataToText(TYPE.SVCB, rdata);
    assertEquals(text, `\\# ${rdata.length} ${rdata.toHex()}`);
    assertThrows(() => rdataFromText(TYPE.SVCB, text), RdataFormatError, "malformed");
  });
}

for (
  const [what, parameters] of [
    ["a port of 3 octets", "0003 0003 000035"],
    ["an address hint of 5 octets", "0004 0005 c000020100"],
    ["an empty ALPN identifier", "0001 0001 00"],
    ["an ALPN identifier that is cut", "0001 0002 02 68"],
    ["mandatory keys out of order", "0000 0004 0003 0001  0001 0003 02 6832  0003 0002 0035"],
  ] as const
) {
  Deno.test(`rdataToText() writes SvcParams with ${what} in the generic form (RFC 9460 §2.2)`, () => {
    const rdata = hex(`0001 00 ${parameters}`);
    assertEquals(rdataToText(TYPE.SVCB, rdata), `\\# ${rdata.length} ${rdata.toHex()}`);
    assertEquals(rdataFromText(TYPE.SVCB, rdataToText(TYPE.SVCB, rdata)), rdata);
  });
}
