import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { TYPE } from "../../lib/wire/iana.ts";
import { RdataFormatError } from "../../lib/wire/text/rdata_format_error.ts";
import { rdataFromText, rdataToText } from "../../lib/wire/text/rdata_text.ts";
import { types } from "./arbitraries.ts";

/** What is read, and never written like this. */
for (
  const [type, text, same] of [
    [TYPE.A, "\\# 4 0A000001", "10.0.0.1"], // RFC 3597 §5
    [731, "\\# 6 abcd ef01 2345", "\\# 6 abcdef012345"], // RFC 3597 §5
    [TYPE.MX, "  10\tmail.example.org  ", "10 mail.example.org."],
    [TYPE.TXT, "v=spf1 -all", '"v=spf1" "-all"'],
    [TYPE.TXT, 'a="b c"', '"a=b c"'],
    [TYPE.TXT, '"\\#" 1 00', '"#" "1" "00"'],
    [TYPE.TXT, "\\065\\b\\ c", '"Ab c"'],
    [
      TYPE.DS,
      "60485 5 1 2BB183AF5F22588179A5 3B0A98631FAD1A292118",
      "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118",
    ],
    [TYPE.RRSIG, "a 5 3 1 4294967295 0 2 . AA ==", "A 5 3 1 21060207062815 19700101000000 2 . AA=="],
    [TYPE.NSEC, "a. TYPE65 nsec TYPE1 A", "a. A NSEC HTTPS"],
    [TYPE.NSEC3, "1 0 0 - 2T7B4G4VSA5SMI47K61MV5BV1A22BOJR", "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr"],
    [TYPE.CAA, "0 issue letsencrypt.org", '0 issue "letsencrypt.org"'],
  ] as const
) {
  Deno.test(`rdataFromText() reads ${text} of type ${type} as ${same}`, () => {
    assertEquals(rdataToText(type, rdataFromText(type, text)), same);
  });
}

for (
  const [type, text, state] of [
    [TYPE.A, "", "a field is missing"],
    [TYPE.A, "192.0.2", '"192.0.2" is not an IPv4 address'],
    [TYPE.A, "2001:db8::1", "is not an IPv4 address"],
    [TYPE.AAAA, "192.0.2.1", "is not an IPv6 address"],
    [TYPE.A, "192.0.2.1 192.0.2.2", '"192.0.2.2" is one field too many'],
    [TYPE.MX, "65536 a.", '"65536" is not a number of 0–65535'],
    [TYPE.MX, "-1 a.", "is not a number"],
    [TYPE.MX, "10", "a field is missing"],
    [TYPE.MX, "10 a..b", "a label is empty"],
    [TYPE.SOA, "a. b. 1 2 3 4 4294967296", "is not a number of 0–4294967295"],
    [TYPE.TXT, "", 'Cannot read TXT RDATA "": '],
    [TYPE.TXT, '"a', "does not begin with a word"],
    [TYPE.TXT, '"a"b', "does not begin with a word"],
    [TYPE.TXT, 'a"b"', "does not begin with a word"],
    [TYPE.TXT, '"a" ; a comment', "does not begin with a word"],
    [TYPE.TXT, '( "a" )', "does not begin with a word"],
    [TYPE.TXT, '"\\256"', "a backslash needs three digits"],
    [TYPE.TXT, '"ü"', "is not ASCII"],
    [TYPE.TXT, "a".repeat(256), "A string has 256 octets: 255 is the most"],
    [TYPE.TXT, '"a" '.repeat(40_000), "more than 65535 octets"],
    [TYPE.DS, "1 2 3", "Last field is empty"],
    [TYPE.DS, "1 2 3 abc", "is not hexadecimal of whole octets"],
    [TYPE.DS, "1 2 3 xy", "is not hexadecimal"],
    [TYPE.DNSKEY, "256 3 5 AQ", "is not base64"],
    [TYPE.DNSKEY, "256 3 5 AR==", "is not base64"],
    [TYPE.RRSIG, "A 5 3 1 20030230000000 0 2 . AA==", "is not a time of 1970–2106"],
    [TYPE.RRSIG, "A 5 3 1 21060207062816 0 2 . AA==", "is not a time of 1970–2106"],
    [TYPE.RRSIG, "A 5 3 1 20031301000000 0 2 . AA==", "is not a time of 1970–2106"],
    [TYPE.RRSIG, "A 5 3 1 4294967296 0 2 . AA==", "is not a number of 0–4294967295"],
    [TYPE.NSEC, "a. BOGUS", '"BOGUS" is not a type'],
    [TYPE.NXT, "a. TYPE128", "Type bitmap must have 1–16 octets"],
    [TYPE.NSEC3, "1 0 0 -", "a field is missing"],
    [TYPE.NSEC3, "1 0 0 - 0", "is not base32hex of whole octets"],
    [TYPE.NSEC3, "1 0 0 - 01", "is not base32hex of whole octets"],
    [TYPE.NSEC3, "1 0 0 - 0w", "is not base32hex"],
    [TYPE.CAA, '0 is-sue "a"', "letters and digits"],
    [731, "abcd", "only \\# <length> <hex> is known"],
    [731, "\\# 2 abcdef", "2 octets promised, 3 given"],
    [731, "\\# x ab", "x octets promised, 1 given"],
    [731, "\\#", "a field is missing"],
    [TYPE.MX, "\\# 2 000a", "Name ends early"],
    [TYPE.SOA, `\\# 37 0b ${"61".repeat(11)} 016100 c00c ${"00".repeat(20)}`, "a name in it is compressed"],
  ] as const
) {
  Deno.test(`rdataFromText() refuses ${JSON.stringify(text.slice(0, 50))} of type ${type}`, () => {
    assertThrows(() => rdataFromText(type, text), RdataFormatError, state);
  });
}

Deno.test("rdataFromText() returns RDATA or throws RdataFormatError, for any text", () => {
  const words = fc.constantFrom("0", "1", "a.", "\\#", '"', '"x"', "\\", "alpn=h2", "port=1", "A", "-", "ff", "(", "=");
  const texts = fc.oneof(fc.array(words, { maxLength: 8 }).map((list) => list.join(" ")), fc.string());
  fc.assert(
    fc.property(types, texts, (type, text) => {
      try {
        rdataToText(type, rdataFromText(type, text));
      } catch (error) {
        if (!(error instanceof RdataFormatError)) throw error;
      }
    }),
    { numRuns: 3000 },
  );
});
