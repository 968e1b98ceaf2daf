import { assertEquals } from "@std/assert";
import { formatIp } from "../../../lib/base/net/ip.ts";
import { keaFiles } from "../../../lib/local/leases/kea.ts";
import type { Lease } from "../../../lib/local/leases/lease.ts";
import { macOf } from "../../../lib/local/leases/lease.ts";
import { detectLeaseFormat, LEASE_READERS, type LeaseFormat } from "../../../lib/local/leases/lease_format.ts";
import { leaseLabel } from "../../../lib/local/leases/lease_name.ts";

function read(format: LeaseFormat, text: string) {
  const leases: Lease[] = [];
  const bad: number[] = [];
  const steps = LEASE_READERS[format](text, { lease: (lease) => leases.push(lease), bad: (line) => bad.push(line) });
  for (const _ of steps);
  const told = leases.map(({ address, hostname, mac, endSeconds, isActive }) => {
    return `${formatIp(address)} ${hostname} ${mac} ${endSeconds}${isActive ? "" : " over"}`;
  });
  return { told, bad };
}

/** As dnsmasq 2.90 writes it, with IPv6 leases behind its own DUID. */
const DNSMASQ = `1796072400 d4:3a:2c:11:22:33 192.168.1.101 tablet 01:d4:3a:2c:11:22:33
0 06-d4:3a:2c:11:22:34 192.168.1.102 * *
1796072401 d4:3a:2c:11:22:35 192.168.1.103 Alec's iPhone ff:00:01
duid 00:01:00:01:2c:7d:0a:5b:00:16:3e:00:00:01
1796072402 16777216 fd00::65 tablet 00:01:00:01:2c
`;

Deno.test("dnsmasq: expiry, MAC, address and name; no name, no end, IPv6, its own DUID", () => {
  assertEquals(read("dnsmasq", DNSMASQ), {
    told: [
      "192.168.1.101 tablet d4:3a:2c:11:22:33 1796072400",
      "192.168.1.102 null d4:3a:2c:11:22:34 0",
      "192.168.1.103 Alec's iPhone d4:3a:2c:11:22:35 1796072401",
      "fd00::65 tablet null 1796072402",
    ],
    bad: [],
  });
});

/** As dhcpd 4.4 writes it. */
const ISC = `# The format of this file is documented in the dhcpd.leases(5) manual page.
# This lease file was written by isc-dhcp-4.4.3-P1

# authoring-byte-order entry is generated, DO NOT DELETE
authoring-byte-order little-endian;

lease 192.168.1.101 {
  starts 1 2026/11/30 09:00:00;
  ends 1 2026/11/30 21:00:00;
  tstp 1 2026/11/30 21:00:00;
  cltt 1 2026/11/30 09:00:00;
  binding state active;
  next binding state free;
  rewind binding state free;
  hardware ethernet d4:3a:2c:11:22:33;
  uid "\\001\\324:,\\021\\"3";
  client-hostname "tablet";
}
lease 192.168.1.102 {
  starts epoch 1796029200; # Mon Nov 30 09:00:00 2026
  ends never;
  binding state active;
  hardware ethernet d4:3a:2c:11:22:34;
  client-hostname "say \\"hi\\"";
}
server-duid "\\000\\001";
ia-na "\\001\\000" {
  cltt 1 2026/11/30 09:00:00;
  iaaddr fd00::65 {
    binding state active;
    preferred-life 27000;
    ends 1 2026/11/30 21:00:00;
  }
}
lease 192.168.1.101 {
  starts 1 2026/11/30 10:00:00;
  ends 1 2026/11/30 10:30:00;
  binding state free;
  hardware ethernet d4:3a:2c:11:22:33;
}
lease 192.168.1.104 {
  starts 1 2026/11/30 10:00:00;
  binding state act`;

Deno.test("ISC dhcpd: blocks in their order, times in three forms, what is given back, and a block that is half written", () => {
  const nine = Date.UTC(2026, 10, 30, 21) / 1000;
  assertEquals(read("isc", ISC), {
    told: [
      `192.168.1.101 tablet d4:3a:2c:11:22:33 ${nine}`,
      '192.168.1.102 say "hi" d4:3a:2c:11:22:34 0',
      `fd00::65 null null ${nine}`,
      `192.168.1.101 null d4:3a:2c:11:22:33 ${Date.UTC(2026, 10, 30, 10, 30) / 1000} over`,
    ],
    bad: [],
  });
});

Deno.test("ISC dhcpd: a block on one line, several on one, texts with all that parts statements, blocks within", () => {
  const text = `lease 192.168.1.101 { ends never; hardware ethernet d4:3a:2c:11:22:33; client-hostname "a;b } # {"; }
lease 192.168.1.102 { ends never; } lease 192.168.1.103 { client-hostname "c"; # { not this
  on expiry or release { set x = "}"; }
  hardware ethernet d4:3a:2c:11:22:34; }
lease 192.168.1.104
{ ends never; binding state active;
}
lease 192.168.1.105 { ends never; client-hostname "half`;
  assertEquals(read("isc", text), {
    told: [
      "192.168.1.101 a;b } # { d4:3a:2c:11:22:33 0",
      "192.168.1.102 null null 0",
      "192.168.1.103 c d4:3a:2c:11:22:34 0",
      "192.168.1.104 null null 0",
    ],
    bad: [],
  });
});

/** As Kea 2.6 writes them. */
const KEA4 =
  `address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id
192.168.1.101,d4:3a:2c:11:22:33,01:d4:3a:2c:11:22:33,4000,1796072400,1,0,0,tablet.home.arpa.,0,,0
192.168.1.102,d4:3a:2c:11:22:34,,4294967295,6090000000,1,0,0,a&#x2cb,0,,0
192.168.1.101,d4:3a:2c:11:22:33,,0,1796072400,1,0,0,tablet,0,,0
192.168.1.103,,,4000,1796072400,1,0,0,,2,,0
192.168.1.10x,d4:3a:2c:11:22:33,,4000,1796072400,1,0,0,x,0,,0
`;
const KEA6 =
  `address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,hwaddr,state,user_context,hwtype,hwaddr_source,pool_id
fd00::65,00:01,4000,1796072400,1,3000,0,1,128,0,0,tablet,d4:3a:2c:11:22:33,0,,1,2,0
fd00:1::,00:01,4000,1796072400,1,3000,2,1,56,0,0,tablet,,0,,1,2,0
`;

Deno.test("Kea: columns by their names, states, leases without end, rows that take one away, prefixes", () => {
  assertEquals(read("kea", KEA4), {
    told: [
      "192.168.1.101 tablet.home.arpa. d4:3a:2c:11:22:33 1796072400",
      "192.168.1.102 a,b d4:3a:2c:11:22:34 0",
      "192.168.1.101 tablet d4:3a:2c:11:22:33 1796072400 over",
      "192.168.1.103 null null 1796072400 over",
    ],
    bad: [6],
  });
  assertEquals(read("kea", KEA6), { told: ["fd00::65 tablet d4:3a:2c:11:22:33 1796072400"], bad: [] });
});

Deno.test("keaFiles() reads what its clean-up has left, the oldest first", () => {
  const files = (...there: string[]) => keaFiles("/l", (path) => there.includes(path));
  assertEquals(files(), ["/l"]);
  assertEquals(files("/l.1"), ["/l.1", "/l"]);
  assertEquals(files("/l.1", "/l.2"), ["/l.2", "/l.1", "/l"]);
  assertEquals(files("/l.1", "/l.2", "/l.completed"), ["/l.completed", "/l"]);
});

/** As odhcpd writes /tmp/hosts/odhcpd. */
const ODHCPD = `# br-lan 000100012c7d0a5b00163e000001 3ee0c4e7 tablet 1796072400 65 128 fd00::65/128 2001:db8::65/128
fd00::65\ttablet.lan\ttablet
2001:db8::65\ttablet.lan\ttablet
# br-lan 000100012c7d0a5b00163e000002 3ee0c4e8 - -1 66 56 2001:db8:1::/56
# br-lan d43a2c112233 ipv4 phone 1796072401 c0a80166 32 192.168.1.102/32
192.168.1.102\tphone.lan\tphone
192.168.1.103\tfixed.lan
nonsense
`;

Deno.test("odhcpd: what its comments say, and names that no comment speaks of", () => {
  assertEquals(read("odhcpd", ODHCPD), {
    told: [
      "fd00::65 tablet null 1796072400",
      "2001:db8::65 tablet null 1796072400",
      "192.168.1.102 phone d4:3a:2c:11:22:33 1796072401",
      "192.168.1.103 fixed.lan null 0",
    ],
    bad: [8],
  });
});

Deno.test("detectLeaseFormat() knows each by its text, and nothing by none", () => {
  const texts = { dnsmasq: DNSMASQ, isc: ISC, kea: KEA4, odhcpd: ODHCPD };
  for (const [format, text] of Object.entries(texts)) assertEquals(detectLeaseFormat(text), format);
  assertEquals(detectLeaseFormat(KEA6), "kea");
  assertEquals(detectLeaseFormat("duid 00:01\n"), "dnsmasq");
  assertEquals(detectLeaseFormat("lease 192.0.2.1 {\n"), "isc");
  assertEquals(detectLeaseFormat("192.0.2.1\tx.lan\n"), "odhcpd");
  for (const text of ["", "\n# nothing\n", "hello\n"]) assertEquals(detectLeaseFormat(text), null);
});

for (const format of Object.keys(LEASE_READERS) as LeaseFormat[]) {
  Deno.test(`${format}: lines of any kind are counted, and none is a fault`, () => {
    const long = "x".repeat(5000);
    const text = `\u0000\ufffd\ufffd ${"a".repeat(300)}\n${long}\n192.0.2.1 \n}\n{\n,,,,\n# \n`;
    const { told, bad } = read(format, text);
    assertEquals(told, []);
    assertEquals(bad.includes(2), true);
  });
}

Deno.test("macOf() reads what servers write, and nothing else", () => {
  const cases: [string, string | null][] = [
    ["D4:3A:2C:11:22:33", "d4:3a:2c:11:22:33"],
    ["d4-3a-2c-11-22-33", "d4:3a:2c:11:22:33"],
    ["d43a2c112233", "d4:3a:2c:11:22:33"],
    ["06-d4:3a:2c:11:22:33", "d4:3a:2c:11:22:33"],
    ["4:3a:2c:1:2:3", "04:3a:2c:01:02:03"],
    ["d4:3a:2c:11:22", null],
    ["d4:3a:2c:11:22:33:44", null],
    ["0001000", null],
    ["*", null],
    ["", null],
  ];
  for (const [text, mac] of cases) assertEquals([text, macOf(text)], [text, mac]);
});

Deno.test("leaseLabel() makes a label of what a client calls itself, if there is anything to make one of", () => {
  const cases: [string, string | null][] = [
    ["tablet", "tablet"],
    ["Alec's iPhone", "alecs-iphone"],
    ["Alec’s iPhone", "alecs-iphone"],
    ["DESKTOP_7", "desktop-7"],
    ["tablet.home.arpa.", "tablet"],
    ["Jörg", "jorg"],
    ["--a--b--", "a-b"],
    ["x".repeat(80), "x".repeat(63)],
    [`${"x".repeat(62)} y`, "x".repeat(62)],
    ["*", null],
    ["電話", null],
    [".", null],
    ["", null],
    ["WPAD", null],
    ["isatap.home.arpa", null],
    ["localhost", null],
  ];
  for (const [text, label] of cases) assertEquals([text, leaseLabel(text)], [text, label]);
});
