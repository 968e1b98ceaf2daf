import { assert, assertEquals } from "@std/assert";
import { parseCidr } from "../../../lib/base/net/cidr.ts";
import { Client } from "../../../lib/resolver/client.ts";
import { Access, PRIVATE_NETWORKS } from "../../../lib/server/admission/access.ts";

const at = (hostname: string) => new Client(hostname, "udp");

const NEAR = [
  "127.0.0.1",
  "127.255.255.254",
  "10.1.2.3",
  "172.16.0.1",
  "172.31.255.255",
  "192.168.178.2",
  "169.254.3.4",
  "::1",
  "fd12:3456::1",
  "fc00::1",
  "fe80::1",
  "fe80::1%eth0",
  "::ffff:127.0.0.1",
  "::ffff:192.168.0.1",
];
const FAR = [
  "192.0.2.1",
  "8.8.8.8",
  "172.32.0.1",
  "100.64.0.1",
  "0.0.0.0",
  "255.255.255.255",
  "::",
  "2001:db8::1",
  "::ffff:8.8.8.8",
  "ff02::fb",
  "ff02::fb%eth0",
  "fec0::1",
];

Deno.test("[5625_08] Access.allows() lets loopback, private and link-local clients ask by default, and nobody else", () => {
  const access = new Access(PRIVATE_NETWORKS);
  // Twice: the second time it is known.
  const [near, far] = [NEAR.map(at), FAR.map(at)];
  for (let i = 0; i < 2; i++) {
    for (const client of near) assert(access.allows(client), client.hostname);
    for (const client of far) assert(!access.allows(client), client.hostname);
  }
});

Deno.test("Access.allows() goes by the networks that it is given, and by nothing else", () => {
  const access = new Access(["192.0.2.0/24", "2001:db8::/32"].map(parseCidr));
  const clients = ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8:9::", "127.0.0.1", "::1", "192.0.3.1"];
  assertEquals(clients.map((client) => access.allows(at(client))), [true, true, true, false, false, false]);
});

Deno.test("Access.allows() refuses what is no address, and everybody when no network is given", () => {
  assertEquals(new Access(PRIVATE_NETWORKS).allows(at("localhost")), false);
  assertEquals(new Access([]).allows(at("127.0.0.1")), false);
});

Deno.test("Access.allows() keeps its verdict with the client, and gives its own on one that another has judged", () => {
  const [near, all, none] = [PRIVATE_NETWORKS, [parseCidr("0.0.0.0/0")], []].map((allowed) => new Access(allowed));
  const client = at("203.0.113.1");
  for (const [access, isAllowed] of [[near!, false], [all!, true], [none!, false], [all!, true]] as const) {
    assertEquals([access.allows(client), access.allows(client)], [isAllowed, isAllowed]);
    assertEquals([client.judgedBy === access, client.isAllowed], [true, isAllowed]);
  }
});

for (
  const [hostname, isAllowed] of [
    ["10.1.2.3", true],
    ["10.66.0.1", false],
    ["10.66.7.1", true],
    ["10.99.0.1", false],
    ["192.0.2.1", false],
    ["2001:db8::1", true],
  ] as const
) {
  Deno.test(`Access.allows() follows the longer of two networks, and of two alike the one that denies: ${hostname}`, () => {
    const access = new Access(["10.0.0.0/8", "10.66.7.0/24", "10.99.0.0/16", "::/0"].map(parseCidr), {
      denied: ["10.66.0.0/16", "10.99.0.0/16", "192.0.2.1", "2001:db8:1::/48"].map(parseCidr),
    });
    assertEquals(access.allows(at(hostname)), isAllowed);
  });
}
