import { assertEquals, assertThrows } from "@std/assert";
import { RdataFormatError } from "../../../lib/wire/text/rdata_format_error.ts";
import { recordFromText } from "../../../lib/wire/text/record_from_text.ts";
import { recordToText } from "../../../lib/wire/text/record_text.ts";

const TTL = 300;
const NO_RECORD = 'must be a record, such as "example.org. 300 IN MX 10 mail.example.org."';

Deno.test("recordFromText() reads name, TTL and class in either order or left out, type and RDATA", () => {
  const cases: [text: string, record: string][] = [
    ["example.org. 60 IN A 192.0.2.1", "example.org. 60 IN A 192.0.2.1"],
    ["example.org IN 60 a 192.0.2.1", "example.org. 60 IN A 192.0.2.1"],
    ["  example.org\tA\t192.0.2.1 ", "example.org. 300 IN A 192.0.2.1"],
    ["example.org. 1h30m CLASS1 MX 10 mail.example.org.", "example.org. 5400 IN MX 10 mail.example.org."],
    ['60 in TXT "a b" c', '60. 300 IN TXT "a b" "c"'],
    ["in a 192.0.2.1", "in. 300 IN A 192.0.2.1"],
    ["*.example.org CNAME example.org", "*.example.org. 300 IN CNAME example.org."],
    ["a\\ b\\;c.example.org 0 A 192.0.2.1", "a\\032b\\;c.example.org. 0 IN A 192.0.2.1"],
    ["_x._tcp.example.org SRV 0 0 80 example.org", "_x._tcp.example.org. 300 IN SRV 0 0 80 example.org."],
    ["example.org HTTPS 1 . alpn=h2", "example.org. 300 IN HTTPS 1 . alpn=h2"],
    ["example.org TYPE65280 \\# 2 abcd", "example.org. 300 IN TYPE65280 \\# 2 abcd"],
    [". 60 NS a.root-servers.net.", ". 60 IN NS a.root-servers.net."],
  ];
  for (const [text, expected] of cases) assertEquals([text, recordToText(recordFromText(text, TTL))], [text, expected]);
});

Deno.test("recordFromText() says what is wrong", () => {
  const cases: [text: string, why: string][] = [
    ["", NO_RECORD],
    ["example.org", NO_RECORD],
    ["example.org 60 IN", NO_RECORD],
    ["example.org 60 60 A 192.0.2.1", 'must have a record type: there is none called "60"'],
    ["example.org IN IN A 192.0.2.1", 'must have a record type: there is none called "IN"'],
    ["example.org CH A 192.0.2.1", "must be of class IN"],
    ["example.org 4294967295 A 192.0.2.1", "must have a TTL of at most 2147483647 seconds"],
    ["example.org ANY 192.0.2.1", "must be of class IN"],
    ["example.org OPT \\# 0", "must be a record of a zone, OPT is none"],
    ["example.org NOTATYPE x", 'must have a record type: there is none called "NOTATYPE"'],
    ["a..b A 192.0.2.1", 'Cannot read name "a..b": a label is empty'],
    ["example.org A 192.0.2.256", 'Cannot read A RDATA "192.0.2.256": "192.0.2.256" is not an IPv4 address'],
  ];
  for (const [text, why] of cases) {
    const error = assertThrows(() => recordFromText(text, TTL), RdataFormatError);
    assertEquals([text, error.message], [text, why]);
  }
});
