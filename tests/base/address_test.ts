import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  AddressFormatError,
  formatSocketAddress,
  isIpv6,
  isSameAddress,
  parseSocketAddress,
} from "../../lib/base/address.ts";
import { formatIp } from "../../lib/base/ip.ts";

for (
  const [text, hostname, port] of [
    ["192.0.2.1", "192.0.2.1", 53],
    ["192.0.2.1:5353", "192.0.2.1", 5353],
    ["2001:DB8::1", "2001:db8::1", 53],
    ["[2001:db8::1]", "2001:db8::1", 53],
    ["[2001:db8::1]:65535", "2001:db8::1", 65535],
    ["[::]:1", "::", 1],
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
    ["fe80::1%eth0", "must be an IPv4 address"],
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
    const address = { transport: "udp", hostname: formatIp(ip), port } as const;
    assertEquals(parseSocketAddress(formatSocketAddress(address), 53), address);
    assertEquals(isIpv6(address), ip.length === 16);
  }));
});

Deno.test("isSameAddress() compares address and port, and not the transport", () => {
  const address = { transport: "udp", hostname: "192.0.2.1", port: 53 } as const;
  assertEquals(isSameAddress(address, { ...address, transport: "tcp" }), true);
  assertEquals(isSameAddress(address, { ...address, port: 54 }), false);
  assertEquals(isSameAddress(address, { ...address, hostname: "192.0.2.2" }), false);
});
