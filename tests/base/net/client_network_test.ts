import { assertEquals, assertNotEquals } from "@std/assert";
import { clientNetwork } from "../../../lib/base/net/client_network.ts";

const SITE = { ipv4Octets: 3, ipv6Octets: 7 };
const HOST = { ipv4Octets: 4, ipv6Octets: 8 };

for (
  const [size, a, b] of [
    [SITE, "192.0.2.1", "192.0.2.255"],
    [SITE, "192.0.2.1", "::ffff:192.0.2.77"],
    [SITE, "2001:db8:0:12ff::1", "2001:db8:0:1200:ffff::"],
    [HOST, "192.0.2.1", "::ffff:192.0.2.1"],
    [HOST, "2001:db8::1", "2001:db8::ffff:0:0:1"],
    // RFC 4007 §6: a link-local address and its zone are one.
    [HOST, "fe80::1%eth0", "fe80::1%eth0"],
    [SITE, "fe80::1%eth0", "fe80::ffff:0:0:2%eth0"],
  ] as const
) {
  Deno.test(`clientNetwork() takes ${a} and ${b} for one, at /${8 * size.ipv4Octets} and /${8 * size.ipv6Octets}`, () => {
    assertEquals(clientNetwork(a, size), clientNetwork(b, size));
  });
}

for (
  const [size, a, b] of [
    [SITE, "192.0.2.1", "192.0.3.1"],
    [SITE, "2001:db8:0:1200::1", "2001:db8:0:1300::1"],
    [SITE, "192.0.2.1", "c000:200::"],
    [HOST, "192.0.2.1", "192.0.2.2"],
    [HOST, "2001:db8::1", "2001:db8:0:1::1"],
    // All machines of a link are in the same /64.
    [HOST, "fe80::1%eth0", "fe80::2%eth0"],
    [HOST, "fe80::1%eth0", "fe80::1%eth1"],
    [SITE, "fe80::1%eth0", "fe80::1%eth1"],
  ] as const
) {
  Deno.test(`clientNetwork() tells ${a} from ${b}, at /${8 * size.ipv4Octets} and /${8 * size.ipv6Octets}`, () => {
    assertNotEquals(clientNetwork(a, size), clientNetwork(b, size));
  });
}
