import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { AddressFormatError } from "../../lib/base/net/address.ts";
import { endpointText } from "../../lib/upstream/endpoint.ts";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";

const HASH = Uint8Array.from({ length: 32 }, (_, i) => i);
const OTHER = HASH.map((octet) => 255 - octet);

/** Written by the words of the specification. */
const lp = (text: string) => [text.length, ...new TextEncoder().encode(text)];
const vlp = (...members: (readonly number[] | Uint8Array)[]) =>
  members.flatMap((one, i) => [one.length | (i < members.length - 1 ? 0x80 : 0), ...one]);
const ascii = (text: string) => new TextEncoder().encode(text);
const PROPERTIES = [7, 0, 0, 0, 0, 0, 0, 0];
const stamp = (...octets: readonly number[]) =>
  `sdns://${Uint8Array.from(octets).toBase64({ alphabet: "base64url", omitPadding: true })}`;

for (
  const [what, text, endpoint] of [
    ["plain DNS", "sdns://AAEAAAAAAAAABzguOC44Ljg", "8.8.8.8:53"],
    ["plain DNS over IPv6", "sdns://AAEAAAAAAAAAFlsyMDAxOjQ4NjA6NDg2MDo6ODg4OF0", "[2001:4860:4860::8888]:53"],
    ["plain DNS at a port", stamp(0x00, ...PROPERTIES, ...lp("192.0.2.1:5353")), "192.0.2.1:5353"],
    [
      "DNS over TLS at an address",
      "sdns://AwcAAAAAAAAACjc2Ljc2LjIuMTEAFGZyZWVkbnMuY29udHJvbGQuY29t",
      "tls://freedns.controld.com:853?ip=76.76.2.11",
    ],
    [
      "DNS over TLS by name",
      "sdns://AwcAAAAAAAAAAAAaZG5zLXVuZmlsdGVyZWQuYWRndWFyZC5jb20",
      "tls://dns-unfiltered.adguard.com:853",
    ],
    [
      "DNS over TLS with a port before the name",
      stamp(0x03, ...PROPERTIES, ...lp("192.0.2.1:8853"), 0, ...lp("dns.example")),
      "tls://dns.example:8853?ip=192.0.2.1",
    ],
    [
      "DNS over TLS with a port behind the name",
      stamp(0x03, ...PROPERTIES, ...lp("192.0.2.1"), 0, ...lp("dns.example:8853")),
      "tls://dns.example:8853?ip=192.0.2.1",
    ],
    [
      "DNS over TLS with a port alone",
      stamp(0x03, ...PROPERTIES, ...lp(":8853"), 0, ...lp("dns.example")),
      "tls://dns.example:8853",
    ],
    [
      "DNS over TLS over IPv6",
      stamp(0x03, ...PROPERTIES, ...lp("[2001:db8::1]:8853"), 0, ...lp("dns.example")),
      "tls://dns.example:8853?ip=2001:db8::1",
    ],
    [
      "DNS over TLS without a name",
      stamp(0x03, ...PROPERTIES, ...lp("[2001:db8::1]"), 0, 0),
      "tls://[2001:db8::1]:853",
    ],
    [
      "DNS over TLS with hashes",
      stamp(0x03, ...PROPERTIES, ...lp("192.0.2.1"), ...vlp(HASH, OTHER), ...lp("dns.example")),
      `tls://dns.example:853?ip=192.0.2.1&tbs-sha256=${HASH.toBase64()}&tbs-sha256=${OTHER.toBase64()}`,
    ],
    [
      "DNS over TLS with who knows its address",
      stamp(0x03, ...PROPERTIES, 0, 0, ...lp("dns.example"), ...vlp(ascii("192.0.2.53"), ascii("[2001:db8::53]"))),
      "tls://dns.example:853?bootstrap=192.0.2.53:53&bootstrap=[2001:db8::53]:53",
    ],
    [
      "DNS over TLS with an address that need not be asked for",
      stamp(0x03, ...PROPERTIES, ...lp("192.0.2.1"), 0, ...lp("dns.example"), ...vlp(ascii("192.0.2.53"))),
      "tls://dns.example:853?ip=192.0.2.1",
    ],
    [
      "DNS over HTTPS",
      "sdns://AgcAAAAAAAAADjE4NS43MS4xMzguMTM4ABF3aWtpbWVkaWEtZG5zLm9yZwovZG5zLXF1ZXJ5",
      "https://wikimedia-dns.org:443/dns-query?ip=185.71.138.138",
    ],
    [
      "DNS over HTTPS over IPv6",
      "sdns://AgcAAAAAAAAAEVsyMDAxOjY3Yzo5MzA6OjFdABF3aWtpbWVkaWEtZG5zLm9yZwovZG5zLXF1ZXJ5",
      "https://wikimedia-dns.org:443/dns-query?ip=2001:67c:930::1",
    ],
    ["DNS over QUIC", "sdns://BAAAAAAAAAAAAAAPZG5zLmFkZ3VhcmQuY29t", "quic://dns.adguard.com:853"],
  ] satisfies [string, string, string][]
) {
  Deno.test(`readDnsStamp() reads one for ${what}`, () => {
    assertEquals(endpointText(parseEndpoint(text, 53)), endpoint);
  });
}

for (
  const [what, text, reason] of [
    [
      "DNSCrypt",
      stamp(0x01, ...PROPERTIES, ...lp("192.0.2.1"), ...lp("k".repeat(32)), ...lp("2.dnscrypt-cert.example")),
      "this DNS stamp is for DNSCrypt; there are DNS over TLS, HTTPS, QUIC and plain DNS",
    ],
    [
      "Oblivious DoH",
      stamp(0x05, ...PROPERTIES, ...lp("dns.example"), ...lp("/dns-query")),
      "this DNS stamp is for Oblivious DoH",
    ],
    ["a relay", stamp(0x81, ...lp("192.0.2.1")), "this DNS stamp is for a relay for DNSCrypt"],
    ["another relay", stamp(0x85), "this DNS stamp is for a relay for Oblivious DoH"],
    ["something unknown", stamp(0x42), "this DNS stamp is for something of kind 0x42"],
    ["nothing", "sdns://", "this DNS stamp breaks off"],
    ["what is no base64", "sdns://AAEAAAAAAAAAB/", "a DNS stamp is base64 in the letters of URLs"],
    [
      "a short hash",
      "sdns://AwcAAAAAAAAACzUuOS4xNjQuMTEyBQIPDwJWFmRuczMuZGlnaXRhbGNvdXJhZ2UuZGU",
      "this DNS stamp has a hash of 5 octets; SHA-256 has 32",
    ],
    ["half a stamp", "sdns://AwcAAAAAAAAACjc2Ljc2LjIuMTEAFGZyZWVkbnMu", "this DNS stamp breaks off"],
    [
      "something more",
      stamp(0x00, ...PROPERTIES, ...lp("192.0.2.1"), 1),
      "this DNS stamp has something behind its end",
    ],
    ["no address", stamp(0x00, ...PROPERTIES, 0), "this DNS stamp has no address"],
    [
      "a path over TLS",
      stamp(0x03, ...PROPERTIES, 0, 0, ...lp("dns.example/x")),
      "only https:// has a path, such as /x",
    ],
  ] satisfies [string, string, string][]
) {
  Deno.test(`readDnsStamp() refuses ${what}`, () => {
    assertThrows(() => parseEndpoint(text, 53), AddressFormatError, reason);
  });
}

Deno.test("readDnsStamp() takes whatever octets for a stamp, or says what is wrong", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), fc.constantFrom(0, 2, 3, 4), (octets, kind) => {
    try {
      const endpoint = parseEndpoint(stamp(kind, ...octets), 53);
      assertEquals(parseEndpoint(endpointText(endpoint), 53), endpoint);
    } catch (error) {
      if (!(error instanceof AddressFormatError)) throw error;
    }
  }));
});
