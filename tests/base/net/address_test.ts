import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  AddressFormatError,
  anyAddressFor,
  formatSocketAddress,
  isIpv6,
  isSameAddress,
  parseSocketAddress,
} from "../../../lib/base/net/address.ts";
import { formatIp } from "../../../lib/base/net/ip.ts";
import { isLinkLocal } from "../../../lib/base/net/zone.ts";

for (
  const [text, hostname, port] of [
    ["192.0.2.1", "192.0.2.1", 53],
    ["192.0.2.1:5353", "192.0.2.1", 5353],
    ["2001:DB8::1", "2001:db8::1", 53],
    ["[2001:db8::1]", "2001:db8::1", 53],
    ["[2001:db8::1]:65535", "2001:db8::1", 65535],
    ["[::]:1", "::", 1],
    ["fe80::1%eth0", "fe80::1%eth0", 53],
    ["[FE80:0::1%eth0]", "fe80::1%eth0", 53],
    ["[fe80::1%eth0.7]:5353", "fe80::1%eth0.7", 5353],
    ["[fe80::1%2]:5353", "fe80::1%2", 5353],
    // The last group of a bare IPv6 address is never taken for a port.
    ["2001:db8::1:53", "2001:db8::1:53", 53],
  ] as const
) {
  Deno.test(`parseSocketAddress() reads ${text}`, () => {
    assertEquals(parseSocketAddress(text, 53), { transport: "udp", hostname, port });
  });
}

for (
  const [text, state] of [
    ["", "must be an IPv4 address"],
    ["192.0.2.1:0", "port must be 1–65535"],
    ["192.0.2.1:65536", "port must be 1–65535"],
    ["192.0.2.1:", "port must be 1–65535"],
    ["192.0.2.1:+53", "port must be 1–65535"],
    ["192.0.2.1:5 3", "port must be 1–65535"],
    ["[2001:db8::1]:000053", "port must be 1–65535"],
    ["[2001:db8::1", "must be an IPv4 address"],
    ["[2001:db8::1]53", "must be an IPv4 address"],
    ["[]:53", "must be an IPv4 address"],
    ["192.0.2:53", "must be an IPv4 address"],
    ["fe80::1", "a link-local address needs its link, such as [fe80::1%eth0]"],
    ["[febf::1]:53", "a link-local address needs its link, such as [febf::1%eth0]"],
    ["[fe80::1%]:53", "the zone behind % must be the name or the number of an interface"],
    ["[fe80::1%0]:53", "the zone behind % must be the name or the number of an interface"],
    ["fe80::1%a%b", "the zone behind % must be the name or the number of an interface"],
    ["[2001:db8::1%eth0]:53", "only link-local addresses, fe80::/10, have a zone (%eth0)"],
    ["192.0.2.1%eth0", "only link-local addresses, fe80::/10, have a zone (%eth0)"],
    ["[::%eth0]:53", "only link-local addresses, fe80::/10, have a zone (%eth0)"],
    ["%eth0", "an IP address is needed, not a name"],
    ["dns.example.org", "not a name"],
    ["dns.example.org:53", "not a name"],
  ] as const
) {
  Deno.test(`parseSocketAddress() refuses "${text}"`, () => {
    assertThrows(() => parseSocketAddress(text, 53), AddressFormatError, state);
  });
}

Deno.test("parseSocketAddress() reads what formatSocketAddress() writes", () => {
  const ips = fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 }));
  fc.assert(fc.property(ips, fc.integer({ min: 1, max: 65535 }), (ip, port) => {
    fc.pre(!isLinkLocal(formatIp(ip)));
    const address = { transport: "udp", hostname: formatIp(ip), port } as const;
    assertEquals(parseSocketAddress(formatSocketAddress(address), 53), address);
    assertEquals(isIpv6(address), ip.length === 16);
  }));
  const linkLocal = fc.uint8Array({ minLength: 14, maxLength: 14 }).map((rest) => Uint8Array.of(0xfe, 0x80, ...rest));
  fc.assert(fc.property(linkLocal, fc.constantFrom("eth0", "2", "wlp3s0.7"), (ip, zone) => {
    const address = { transport: "udp", hostname: `${formatIp(ip)}%${zone}`, port: 53 } as const;
    assertEquals(parseSocketAddress(formatSocketAddress(address), 54), address);
  }));
});

Deno.test("anyAddressFor() is of the same family, and for a link-local address of the same link", () => {
  const hostnames = ["192.0.2.1", "2001:db8::1", "fe80::1%eth0"];
  const local = hostnames.map((hostname) => anyAddressFor({ transport: "udp", hostname, port: 53 }));
  assertEquals(local, ["0.0.0.0", "::", "::%eth0"]);
});

Deno.test("isSameAddress() compares address and port, and not the transport", () => {
  const address = { transport: "udp", hostname: "192.0.2.1", port: 53 } as const;
  assertEquals(isSameAddress(address, { ...address, transport: "tcp" }), true);
  assertEquals(isSameAddress(address, { ...address, port: 54 }), false);
  assertEquals(isSameAddress(address, { ...address, hostname: "192.0.2.2" }), false);
});
