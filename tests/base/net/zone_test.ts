import { assertEquals } from "@std/assert";
import { parseIp } from "../../../lib/base/net/ip.ts";
import { inZone, isLinkLocal, isZone, octetsOf, splitZone } from "../../../lib/base/net/zone.ts";

Deno.test("splitZone() divides an address from its zone", () => {
  assertEquals(splitZone("fe80::1%eth0"), { address: "fe80::1", zone: "eth0" });
  assertEquals(splitZone("fe80::1%2"), { address: "fe80::1", zone: "2" });
  assertEquals(splitZone("192.0.2.1"), { address: "192.0.2.1", zone: null });
  assertEquals(splitZone("fe80::1%"), { address: "fe80::1", zone: "" });
});

for (
  const [text, expected] of [
    ["eth0", true],
    ["2", true],
    ["eth0.100", true],
    ["wg-home@x", true],
    ["enx0123456789ab", true],
    ["enx0123456789abc", false],
    ["", false],
    ["0", false],
    ["000", false],
    ["eth 0", false],
    ["eth0%1", false],
    ["a/b", false],
    ["a]", false],
    ["été", false],
  ] as const
) {
  Deno.test(`isZone() says that "${text}" can ${expected ? "" : "not "}be one`, () =>
    assertEquals(isZone(text), expected));
}

for (
  const [hostname, expected] of [
    ["fe80::1", true],
    ["fe80::1%eth0", true],
    ["febf:ffff::1", true],
    ["fec0::1", false],
    ["fe7f::1", false],
    ["fe8::1", false],
    ["2001:db8::1", false],
    ["169.254.0.1", false],
    ["::", false],
  ] as const
) {
  Deno.test(`isLinkLocal() says ${expected} of ${hostname}`, () => assertEquals(isLinkLocal(hostname), expected));
}

Deno.test("inZone() adds the zone to link-local addresses that have none, and to no others", () => {
  const hostnames = ["fe80::2", "fe80::2%eth1", "2001:db8::1", "192.0.2.1"];
  assertEquals(hostnames.map((hostname) => inZone(hostname, "eth0")), [
    "fe80::2%eth0",
    "fe80::2%eth1",
    "2001:db8::1",
    "192.0.2.1",
  ]);
});

Deno.test("octetsOf() reads an address whatever its zone", () => {
  assertEquals(octetsOf("fe80::1%eth0"), parseIp("fe80::1"));
  assertEquals(octetsOf("192.0.2.1"), parseIp("192.0.2.1"));
  assertEquals(octetsOf("example.org"), null);
});
