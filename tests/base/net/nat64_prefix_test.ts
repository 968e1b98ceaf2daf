import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { parseCidr } from "../../../lib/base/net/cidr.ts";
import { formatIp, parseIp } from "../../../lib/base/net/ip.ts";
import { NAT64_PREFIX_BITS, Nat64Prefix } from "../../../lib/base/net/nat64_prefix.ts";

/** RFC 6052 §2.4: prefix, and what it makes of 192.0.2.33. */
const MADE = [
  ["2001:db8::/32", "2001:db8:c000:221::"],
  ["2001:db8:100::/40", "2001:db8:1c0:2:21::"],
  ["2001:db8:122::/48", "2001:db8:122:c000:2:2100::"],
  ["2001:db8:122:300::/56", "2001:db8:122:3c0:0:221::"],
  ["2001:db8:122:344::/64", "2001:db8:122:344:c0:2:2100:0"],
  ["2001:db8:122:344::/96", "2001:db8:122:344::c000:221"],
  ["64:ff9b::/96", "64:ff9b::c000:221"],
] as const;

Deno.test("Nat64Prefix embeds an IPv4 address where each prefix has it, and finds it again [6052_01]", () => {
  const ipv4 = parseIp("192.0.2.33")!;
  for (const [text, made] of MADE) {
    const prefix = new Nat64Prefix(parseCidr(text));
    assertEquals(prefix.embed(ipv4, 0), parseIp(made), text);
    assertEquals(prefix.extract(parseIp(made)!), ipv4);
  }
});

Deno.test("Nat64Prefix makes nothing of a private address with the well-known prefix [6052_02]", () => {
  const privateIp = parseIp("10.0.0.1")!;
  assertEquals(new Nat64Prefix(parseCidr("64:ff9b::/96")).embed(privateIp, 0), null);
  assertEquals(new Nat64Prefix(parseCidr("64:ff9b::/96")).extract(parseIp("64:ff9b::a00:1")!), null);
  assertEquals(new Nat64Prefix(parseCidr("64:ff9b:1::/96")).embed(privateIp, 0), parseIp("64:ff9b:1::a00:1"));
});

Deno.test("Nat64Prefix finds no IPv4 address where it has put none", () => {
  const prefix = new Nat64Prefix(parseCidr("2001:db8:100::/40"));
  for (const text of ["2001:db8:200::", "2001:db8:1c0:2:121::", "2001:db8:1c0:2:21::1"]) {
    assertEquals(prefix.extract(parseIp(text)!), null, text);
  }
});

Deno.test("Nat64Prefix finds any address again that it has embedded", () => {
  const ipv4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
  const network = fc.uint8Array({ minLength: 16, maxLength: 16 });
  fc.assert(fc.property(fc.constantFrom(...NAT64_PREFIX_BITS), network, ipv4, (prefixBits, octets, address) => {
    const cut = octets.map((octet, i) => i < prefixBits / 8 && i !== 8 ? octet : 0);
    const prefix = new Nat64Prefix({ octets: Uint8Array.from(cut), prefixBits });
    const made = prefix.embed(address, 0);
    if (made !== null) assertEquals([...prefix.extract(made)!], [...address], formatIp(made));
  }));
});
