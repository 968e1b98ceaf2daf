import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Cidr, isInCidr, parseCidr } from "../../../lib/base/net/cidr.ts";
import { parseIp } from "../../../lib/base/net/ip.ts";
import { NetworkTable } from "../../../lib/base/net/network_table.ts";

const table = (...texts: readonly string[]) => new NetworkTable(texts.map((text) => [parseCidr(text), text]));

Deno.test("NetworkTable.find() finds the longest network that holds an address, whatever the order", () => {
  const texts = [
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.128/25",
    "10.1.2.3",
    "2001:db8::/32",
    "2001:db8:0:8000::/49",
  ];
  for (const networks of [table(...texts), table(...texts.toReversed())]) {
    const found = [
      "192.0.2.1",
      "10.2.0.1",
      "10.1.3.1",
      "10.1.2.200",
      "10.1.2.3",
      "2001:db8::1",
      "2001:db8:0:8001::",
      "::1",
    ]
      .map((text) => networks.find(parseIp(text)!));
    assertEquals(found, [
      "0.0.0.0/0",
      "10.0.0.0/8",
      "10.1.0.0/16",
      "10.1.2.128/25",
      "10.1.2.3",
      "2001:db8::/32",
      "2001:db8:0:8000::/49",
      undefined,
    ]);
  }
});

Deno.test("NetworkTable.find() finds what looking at each network finds", () => {
  const octets = (length: number) =>
    fc.array(fc.constantFrom(0, 1, 0x80, 0xff), { minLength: length, maxLength: length });
  const address = fc.oneof(octets(4), octets(16)).map((values) => Uint8Array.from(values));
  const network = fc.tuple(address, fc.nat(128)).map(([ip, bits]): Cidr => {
    const prefixBits = Math.min(bits, 8 * ip.length);
    const mask = (i: number) => (0xff00 >> Math.min(8, Math.max(0, prefixBits - 8 * i))) & 0xff;
    return { octets: ip.map((octet, i) => octet & mask(i)), prefixBits };
  });
  fc.assert(fc.property(fc.array(network, { maxLength: 30 }), fc.array(address), (networks, addresses) => {
    const found = new NetworkTable(networks.map((one) => [one, one]));
    for (const ip of addresses) {
      const bits = networks.filter((one) => isInCidr(ip, one)).map(({ prefixBits }) => prefixBits);
      assertEquals(found.find(ip)?.prefixBits, bits.length === 0 ? undefined : Math.max(...bits));
    }
  }));
});
