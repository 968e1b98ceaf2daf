import { assertEquals } from "@std/assert";
import { C } from "../../lib/native/layout.ts";
import { familyFor, familyOf, hostnameOf, portOf, sockaddrOctets, sockaddrOf } from "../../lib/native/sockaddr.ts";
import { udp } from "../support/fake_socket.ts";

/** As octets, in hexadecimal. */
function hexOf(hostname: string, port: number, family: number): string | null {
  const words = sockaddrOf(udp(hostname, port), family);
  if (words === null) return null;
  return new Uint8Array(words.buffer, 0, sockaddrOctets(family)).toHex();
}

Deno.test("sockaddrOf() writes family, port and address as ip(7) and ipv6(7) have them", () => {
  assertEquals(hexOf("192.0.2.1", 53, C.AF_INET), "02000035" + "c0000201" + "0000000000000000");
  assertEquals(hexOf("192.0.2.1", 0xabcd, C.AF_INET)?.slice(0, 8), "0200abcd");
  assertEquals(
    hexOf("2001:db8::35", 5353, C.AF_INET6),
    "0a0014e9" + "00000000" + "20010db8000000000000000000000035" + "00000000",
  );
});

Deno.test("sockaddrOf() maps an IPv4 address for an IPv6 socket, and has none for the opposite", () => {
  const mapped = "0a000035" + "00000000" + "00000000000000000000ffffc0000201" + "00000000";
  assertEquals(hexOf("192.0.2.1", 53, C.AF_INET6), mapped);
  assertEquals(hexOf("::ffff:192.0.2.1", 53, C.AF_INET6), mapped);
  assertEquals([hexOf("2001:db8::1", 53, C.AF_INET), hexOf("example.org", 53, C.AF_INET)], [null, null]);
});

Deno.test("familyOf(), portOf() and hostnameOf() read what sockaddrOf() writes", () => {
  for (const hostname of ["192.0.2.255", "255.255.255.255", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1"]) {
    for (const port of [0, 1, 255, 256, 0x1234, 65_535]) {
      const family = familyFor(udp(hostname, port));
      const words = sockaddrOf(udp(hostname, port), family)!;
      assertEquals([familyOf(words[0]!), portOf(words[0]!), hostnameOf(words)], [family, port, hostname]);
    }
  }
});

Deno.test("hostnameOf() has no text for families other than those of IP", () => {
  assertEquals(hostnameOf(new Uint32Array(12).fill(1)), null);
});
