import { assertEquals } from "@std/assert";
import { isOwnHost } from "../../../lib/web/auth/own_hosts.ts";

const ROWS: readonly { readonly at: string; readonly own: readonly string[]; readonly others: readonly string[] }[] = [
  {
    at: "127.0.0.1",
    own: [
      "127.0.0.1",
      "127.0.0.1:8053",
      "localhost",
      "LOCALHOST.:1",
      "127.9.9.9",
      "[::1]",
      "[::1]:80",
      "dns.home.arpa:1",
    ],
    others: [
      ...["", ":", ":80", "127.evil.com", "127.0.0.1.evil.com", "localhost.evil.com", "evil-localhost", "192.0.2.1"],
      ...["[::2]", "[127.0.0.1", "[::1", "::1", "2130706433", "0x7f.1", "127.1", "127.0.0.1:80:80", "127.0.0.1:x"],
      ...["127.0.0.1:123456", "127.0.0.1@evil.com", "evil.com#127.0.0.1", "127.0.0.1 ", "dns.home.arpa.evil.com"],
    ],
  },
  {
    at: "192.0.2.1",
    own: ["192.0.2.1", "192.0.2.1:443", "dns.home.arpa", "Dns.Home.Arpa."],
    others: ["localhost", "127.0.0.1", "[::1]", "192.0.2.10", "192.0.2.1.nip.io"],
  },
  { at: "2001:db8::1", own: ["[2001:db8::1]:443", "[2001:DB8:0::1]"], others: ["2001:db8::1", "[2001:db8::2]"] },
  // Whatever the address is that a browser says, it has connected to that: no name of somebody else leads here.
  { at: "::", own: ["192.0.2.1", "[2001:db8::1]:8053", "localhost"], others: ["evil.com", "192.0.2.1.nip.io"] },
];

for (const { at, own, others } of ROWS) {
  Deno.test(`isOwnHost() knows what a server at ${at} may be asked by, and nothing that looks like it`, () => {
    const hosts = { address: { hostname: at }, names: ["dns.home.arpa"] };
    assertEquals(own.filter((host) => !isOwnHost(host, hosts)), []);
    assertEquals(others.filter((host) => isOwnHost(host, hosts)), []);
  });
}
