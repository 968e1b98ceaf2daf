/// <reference path="./dns_packet.d.ts" />
import { assertEquals, assertObjectMatch } from "@std/assert";
import dnsPacket from "dns-packet";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { CLASS, TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type ResourceRecord } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { rdataFromText } from "../../lib/wire/text/rdata_text.ts";
import { hostNames, messagesOf, octets, rdataOf } from "./arbitraries.ts";

// A second opinion on the codec: whatever we write, dns-packet understands, and what it writes of that we understand as
// the message we began with. It keeps names as text and leaves CLASSes to mDNS, so both are the plain kind here.

const plainText = fc.stringMatching(/^[a-zA-Z0-9 :;!+_.-]{0,30}$/);
const uint16 = fc.nat({ max: 0xffff });

function rdataOfText(
  type: number,
  words: readonly fc.Arbitrary<string>[],
): fc.Arbitrary<[number, Uint8Array<ArrayBuffer>]> {
  return fc.tuple(...words).map((texts) => [type, rdataFromText(type, texts.join(" "))]);
}

const name = hostNames.map((octets) => {
  let text = "";
  for (let offset = 0; octets[offset] !== 0; offset += octets[offset]! + 1) {
    text += `${String.fromCharCode(...octets.subarray(offset + 1, offset + 1 + octets[offset]!))}.`;
  }
  return text || ".";
});
const number = uint16.map(String);
const string = plainText.map((text) => `"${text}"`);
const hexText = octets(20, 20).map((array) => array.toHex());

const typedRdata = fc.oneof(
  ...[TYPE.A, TYPE.AAAA, TYPE.TXT, TYPE.NULL, TYPE.DS, TYPE.TLSA].map((type) =>
    rdataOf(type).map((rdata): [number, Uint8Array<ArrayBuffer>] => [type, rdata])
  ),
  ...[TYPE.NS, TYPE.CNAME, TYPE.PTR, TYPE.DNAME].map((type) => rdataOfText(type, [name])),
  rdataOfText(TYPE.MX, [number, name]),
  rdataOfText(TYPE.SOA, [name, name, number, number, number, number, number]),
  rdataOfText(TYPE.SRV, [number, number, number, name]),
  rdataOfText(TYPE.HINFO, [string, string]),
  rdataOfText(TYPE.RP, [name, name]),
  rdataOfText(TYPE.NAPTR, [number, number, string, string, string, name]),
  rdataOfText(TYPE.CAA, [fc.constantFrom("0", "128"), fc.constantFrom("issue", "iodef"), string]),
  rdataOfText(TYPE.DNSKEY, [number, fc.constant("3 13 AQID")]),
  rdataOfText(TYPE.SSHFP, [fc.constant("4 1"), hexText]),
  rdataOfText(TYPE.NSEC, [name, fc.constantFrom("A", "NS SOA RRSIG", "A MX CAA")]),
  rdataOfText(TYPE.NSEC3, [fc.constant("1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr A CAA")]),
  rdataOfText(TYPE.RRSIG, [fc.constant("AAAA 13 2"), number, number, number, number, name, fc.constant("AQID")]),
);

const records: fc.Arbitrary<ResourceRecord> = fc.record({
  name: hostNames,
  class: fc.constant(CLASS.IN),
  ttl: fc.nat({ max: 0x7fffffff }),
  typed: typedRdata,
}).map(({ typed: [type, rdata], ...record }) => ({ ...record, type, rdata }));

const questions = fc.record({
  name: hostNames,
  type: fc.constantFrom<number>(TYPE.A, TYPE.AAAA, TYPE.MX, TYPE.ANY),
  class: fc.constant(CLASS.IN),
});

Deno.test("encode() and decode() understand dns-packet, and it them", () => {
  fc.assert(
    fc.property(messagesOf(questions, records), (message) => {
      const theirs = dnsPacket.decode(Buffer.from(encode(message)));
      assertEquals(decode(new Uint8Array(dnsPacket.encode(theirs))), message);
    }),
    { numRuns: 500 },
  );
});

for (
  const [type, text, data] of [
    ["A", "192.0.2.1", "192.0.2.1"],
    ["AAAA", "2001:db8::1", "2001:db8::1"],
    ["CNAME", "www.example.org.", "www.example.org"],
    ["MX", "10 mail.example.org.", { preference: 10, exchange: "mail.example.org" }],
    ["SRV", "1 2 53 ns.example.org.", { priority: 1, weight: 2, port: 53, target: "ns.example.org" }],
    ["CAA", '128 issue "ca.example.org"', { flags: 128, tag: "issue", value: "ca.example.org", issuerCritical: true }],
    [
      "SOA",
      "ns.example.org. hostmaster.example.org. 1 2 3 4 5",
      { mname: "ns.example.org", serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 },
    ],
    ["NAPTR", '1 2 "u" "sip" "!a!b!" .', { order: 1, preference: 2, flags: "u", services: "sip", regexp: "!a!b!" }],
    ["NSEC", "a.example.org. A NS CAA", { nextDomain: "a.example.org", rrtypes: ["A", "NS", "CAA"] }],
    ["RRSIG", "A 13 2 300 20240102030405 20240101000000 9 example.org. AQID", {
      typeCovered: "A",
      algorithm: 13,
      labels: 2,
      originalTTL: 300,
      expiration: Date.UTC(2024, 0, 2, 3, 4, 5) / 1000,
      inception: Date.UTC(2024, 0, 1) / 1000,
      keyTag: 9,
      signersName: "example.org",
    }],
  ] as const
) {
  Deno.test(`encode() writes ${type} as dns-packet reads it`, () => {
    const record = { name: nameFromText("example.org"), type: TYPE[type], class: CLASS.IN, ttl: 300 };
    const answers = [{ ...record, rdata: rdataFromText(record.type, text) }];
    const [theirs] = dnsPacket.decode(Buffer.from(encode({ ...decode(new Uint8Array(12)), answers }))).answers;
    assertObjectMatch(theirs!, { name: "example.org", type, class: "IN", ttl: 300, data });
  });
}
