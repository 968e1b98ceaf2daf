import { assertEquals } from "@std/assert";
import { parseIp } from "../../../lib/base/net/ip.ts";
import { isPrivateIpv4, isPrivateIpv6 } from "../../../lib/base/net/private_networks.ts";

function isPrivate(text: string): boolean {
  const address = parseIp(text)!;
  // Read where it stands: other octets lie around it.
  const octets = new Uint8Array([1, 2, 3, ...address, 4]);
  return address.length === 4 ? isPrivateIpv4(octets, 3) : isPrivateIpv6(octets, 3);
}

const PRIVATE = [
  ["0.0.0.0", "0.255.255.255"],
  ["10.0.0.0", "10.255.255.255"],
  ["100.64.0.0", "100.127.255.255"],
  ["127.0.0.1", "127.255.255.255"],
  ["169.254.0.0", "169.254.255.255"],
  ["172.16.0.0", "172.31.255.255"],
  ["192.168.0.0", "192.168.255.255"],
  ["::", "::1"],
  ["fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
  ["fe80::1", "febf::1"],
  ["fec0::1", "feff::1"],
  ["::ffff:10.0.0.1", "::ffff:192.168.255.255"],
  ["64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1"],
  ["2002:a00:1::", "2002:c0a8:101::1"],
  ["::10.0.0.1", "::127.0.0.1"],
];
const PUBLIC = [
  ["1.0.0.0", "9.255.255.255"],
  ["11.0.0.0", "100.63.255.255"],
  ["100.128.0.0", "126.255.255.255"],
  ["128.0.0.0", "169.253.255.255"],
  ["169.255.0.0", "172.15.255.255"],
  ["172.32.0.0", "192.167.255.255"],
  ["192.169.0.0", "255.255.255.255"],
  ["2001:db8::1", "fbff::1"],
  ["fe00::1", "fe7f::1"],
  ["ff02::1", "1::"],
  ["::ffff:192.0.2.1", "64:ff9b::192.0.2.1"],
  ["2002:c000:201::1", "64:ff9b:1::10.0.0.1"],
  ["::1:a00:1", "0:1::a00:1"],
  ["::fffe:10.0.0.1", "::198.51.100.1"],
];
for (const [first, last] of PRIVATE) {
  Deno.test(`${first} and ${last} are private addresses`, () => {
    assertEquals([isPrivate(first!), isPrivate(last!)], [true, true]);
  });
}
for (const [first, last] of PUBLIC) {
  Deno.test(`${first} and ${last} are addresses of the Internet`, () => {
    assertEquals([isPrivate(first!), isPrivate(last!)], [false, false]);
  });
}
