import { assert, assertEquals, assertThrows } from "@std/assert";
import { CidrFormatError, formatCidr, isInCidr, parseCidr, unmappedIp } from "../../../lib/base/net/cidr.ts";
import { formatIp, parseIp } from "../../../lib/base/net/ip.ts";

for (
  const [text, expected] of [
    ["192.0.2.0/24", "192.0.2.0/24"],
    ["192.0.2.1", "192.0.2.1/32"],
    ["192.0.2.128/25", "192.0.2.128/25"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["2001:DB8::/32", "2001:db8::/32"],
    ["fe80::/10", "fe80::/10"],
    ["::1", "::1/128"],
    ["::/0", "::/0"],
    ["::ffff:192.0.2.0/120", "192.0.2.0/24"],
    ["::ffff:0:0/96", "0.0.0.0/0"],
    ["::fffe:0:0/95", "::fffe:0:0/95"],
  ] as const
) {
  Deno.test(`parseCidr() reads "${text}"`, () => assertEquals(formatCidr(parseCidr(text)), expected));
}

for (
  const [text, message] of [
    ["", "must be a network such as 192.0.2.0/24 or 2001:db8::/32, or an address"],
    ["192.0.2/24", "must be a network such as 192.0.2.0/24 or 2001:db8::/32, or an address"],
    ["192.0.2.0/24/8", "must be a network such as 192.0.2.0/24 or 2001:db8::/32, or an address"],
    ["localhost", "must be a network such as 192.0.2.0/24 or 2001:db8::/32, or an address"],
    ["192.0.2.0/33", "prefix must be 0–32"],
    ["192.0.2.0/", "prefix must be 0–32"],
    ["192.0.2.0/-1", "prefix must be 0–32"],
    ["2001:db8::/129", "prefix must be 0–128"],
    ["192.0.2.1/24", "bits are set behind the prefix, the network is 192.0.2.0/24"],
    ["2001:db8::1/64", "bits are set behind the prefix, the network is 2001:db8::/64"],
  ] as const
) {
  Deno.test(`parseCidr() rejects "${text}"`, () => {
    assertEquals(assertThrows(() => parseCidr(text), CidrFormatError).message, message);
  });
}

for (
  const [network, inside, outside] of [
    ["10.0.0.0/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0", "::ffff:10.0.0.1", "::"]],
    ["172.16.0.0/12", ["172.16.0.0", "172.31.255.255"], ["172.15.255.255", "172.32.0.0"]],
    ["192.0.2.1", ["192.0.2.1"], ["192.0.2.0", "192.0.2.2"]],
    ["0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "::1"]],
    ["fe80::/10", ["fe80::", "febf:ffff::1"], ["fe7f:ffff::", "fec0::"]],
    ["::/0", ["::", "ffff::"], ["0.0.0.0"]],
  ] as const
) {
  Deno.test(`isInCidr() tells who is in ${network}`, () => {
    const cidr = parseCidr(network);
    for (const address of inside) assert(isInCidr(parseIp(address)!, cidr), address);
    for (const address of outside) assert(!isInCidr(parseIp(address)!, cidr), address);
  });
}

Deno.test("unmappedIp() turns IPv4 that comes as IPv6 into IPv4, and nothing else", () => {
  const unmapped = (text: string) => formatIp(unmappedIp(parseIp(text)!));
  assertEquals(unmapped("::ffff:192.0.2.1"), "192.0.2.1");
  for (const other of ["192.0.2.1", "::1", "::fffe:c000:201", "1::ffff:c000:201", "2001:db8::1"]) {
    assertEquals(unmapped(other), other);
  }
});
