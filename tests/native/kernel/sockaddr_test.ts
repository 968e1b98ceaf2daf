import { assertEquals } from "@std/assert";
import { C } from "../../../lib/native/kernel/layout.ts";
import {
  familyFor,
  familyOf,
  hostnameOf,
  portOf,
  sockaddrOctets,
  sockaddrOf,
} from "../../../lib/native/kernel/sockaddr.ts";
import { udp } from "../../support/fake_socket.ts";
import { fakeZones } from "../../support/fake_zones.ts";

const ZONES = fakeZones();

/** As octets, in hexadecimal. */
function hexOf(hostname: string, port: number, family: number): string | null {
  const words = sockaddrOf(udp(hostname, port), family, ZONES);
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
  for (
    const hostname of ["192.0.2.255", "255.255.255.255", "2001:db8::1", "::ffff:192.0.2.1", "fe80::1%eth0", "fe80::1%7"]
  ) {
    for (const port of [0, 1, 255, 256, 0x1234, 65_535]) {
      const family = familyFor(udp(hostname, port));
      const words = sockaddrOf(udp(hostname, port), family, ZONES)!;
      assertEquals([familyOf(words[0]!), portOf(words[0]!), hostnameOf(words, ZONES)], [family, port, hostname]);
    }
  }
});

Deno.test("hostnameOf() has no text for families other than those of IP", () => {
  assertEquals(hostnameOf(new Uint32Array(12).fill(1), ZONES), null);
});

Deno.test("[4007_01] sockaddrOf() writes the zone of a link-local address by number, and has nothing for a link there is not", () => {
  const name = "0a000035" + "00000000" + "fe800000000000000000000000000001";
  assertEquals(hexOf("fe80::1%eth1", 53, C.AF_INET6), name + "03000000");
  assertEquals(hexOf("fe80::1%3", 53, C.AF_INET6), name + "03000000");
  assertEquals(hexOf("fe80::1%eth2", 53, C.AF_INET6), null);
  // What a socket is bound to that keeps to a link has no zone of its own.
  assertEquals(hexOf("::%eth1", 53, C.AF_INET6), "0a000035" + "0".repeat(48));
});

Deno.test("[4007_01] hostnameOf() names the link by its interface, and by number when that has no name any more", () => {
  const words = sockaddrOf(udp("fe80::1%eth1", 53), C.AF_INET6, ZONES)!;
  assertEquals(hostnameOf(words, ZONES), "fe80::1%eth1");
  assertEquals(hostnameOf(words, fakeZones({})), "fe80::1%3");
});
