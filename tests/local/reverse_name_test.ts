import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatCidr, isInCidr } from "../../lib/base/net/cidr.ts";
import { reverseIndex } from "../../lib/local/reverse_index.ts";
import { addressOfReverse, networkOfReverse } from "../../lib/local/reverse_name.ts";
import { nameFromText } from "../../lib/wire/name.ts";

const NETWORKS: readonly [name: string, network: string | null][] = [
  ["1.2.0.192.in-addr.arpa", "192.0.2.1/32"],
  ["2.0.192.In-Addr.Arpa", "192.0.2.0/24"],
  ["192.in-addr.arpa", "192.0.0.0/8"],
  ["in-addr.arpa", null],
  ["1.2.3.0.192.in-addr.arpa", null],
  ["256.0.192.in-addr.arpa", null],
  ["02.0.192.in-addr.arpa", null],
  ["x.192.in-addr.arpa", null],
  ["8.B.d.0.1.0.0.2.ip6.arpa", "2001:db8::/32"],
  ["f.ip6.arpa", "f000::/4"],
  ["fd.ip6.arpa", null],
  ["g.f.ip6.arpa", null],
  [`1.${"0.".repeat(31)}ip6.arpa`, "::1/128"],
  [`1.${"0.".repeat(32)}ip6.arpa`, null],
  ["192.in-addr.example", null],
];

for (const [name, expected] of NETWORKS) {
  Deno.test(`networkOfReverse() takes ${name} for ${expected === null ? "none" : `that of ${expected}`}`, () => {
    const network = networkOfReverse(nameFromText(name));
    assertEquals(network && formatCidr(network), expected);
    assertEquals(
      addressOfReverse(nameFromText(name)) !== null,
      expected !== null && /^[0-9.]+\/32$|\/128$/.test(expected),
    );
  });
}

Deno.test("ReverseIndex.someIn() finds an entry exactly when one is in the network", () => {
  const address = fc.oneof(
    fc.uint8Array({ minLength: 4, maxLength: 4, max: 3 }),
    fc.uint8Array({ minLength: 16, maxLength: 16, max: 1 }),
  );
  fc.assert(fc.property(fc.array(address), address, fc.nat(128), (addresses, first, bits) => {
    const prefixBits = Math.min(bits, 8 * first.length);
    const octets = Uint8Array.from(
      first,
      (octet, i) => octet & ~(0xff >> Math.min(8, Math.max(0, prefixBits - 8 * i))),
    );
    const network = { octets, prefixBits };
    const ipv6 = addresses.filter(({ length }) => length === 16);
    const words = addresses.map((one) => one.length === 4 ? new DataView(one.buffer).getUint32(0) : ipv6.indexOf(one));
    const families = addresses.map(({ length }) => length === 4 ? 4 : 6);
    const index = reverseIndex(
      Uint32Array.from(words),
      Uint8Array.from(families),
      Uint8Array.from(ipv6.flatMap((one) => [...one])),
    );
    assertEquals(index.someIn(network, () => true), addresses.some((one) => isInCidr(one, network)));
    assertEquals(index.someIn(network, () => false), false);
  }));
});
