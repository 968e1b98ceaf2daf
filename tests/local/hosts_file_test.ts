import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatIp, parseIp } from "../../lib/base/net/ip.ts";
import { AddressSource } from "../../lib/local/address_source.ts";
import { BadLines } from "../../lib/local/bad_lines.ts";
import { readHosts } from "../../lib/local/hosts_file.ts";
import { NO_NODE } from "../../lib/local/name_table.ts";
import { nameFromText, nameToText } from "../../lib/wire/name.ts";
import { questionHash } from "../support/resolving.ts";

function read(octets: Uint8Array | string, domain: string | null = null) {
  const source = new AddressSource({
    hash: questionHash(),
    domain: domain === null ? null : nameFromText(domain),
    ttlSeconds: 300,
    title: "hosts",
  });
  const bad = new BadLines();
  for (const _ of readHosts(typeof octets === "string" ? new TextEncoder().encode(octets) : octets, source, bad));
  source.finish();
  return {
    bad,
    addresses: (text: string) => {
      const name = nameFromText(text);
      const node = source.names.find(name, 0, name.length);
      return node === NO_NODE ? [] : source.records(node, 0).map(({ rdata }) => formatIp(rdata));
    },
    nameOf: (ip: string) => {
      const pointer = source.pointer(parseIp(ip)!, 0);
      return pointer === null ? null : nameToText(pointer.name);
    },
    exists: (text: string) => {
      const name = nameFromText(text);
      return source.names.find(name, 0, name.length) !== NO_NODE;
    },
  };
}

Deno.test("readHosts() reads names, aliases, both families, comments, blanks of all kinds and CR LF", () => {
  const hosts = read(
    "\ufeff# a comment\r\n\r\n192.0.2.1\tnas.example.org  nas # the box\r\n" +
      "  2001:DB8::1 nas.example.org.\n::ffff:192.0.2.9 mapped\n192.0.2.1 Other.example.org\n192.0.2.2 nas.example.org",
  );
  assertEquals(hosts.addresses("NAS.example.ORG"), ["192.0.2.1", "2001:db8::1", "192.0.2.2"]);
  assertEquals(hosts.addresses("nas"), ["192.0.2.1"]);
  assertEquals(hosts.addresses("mapped"), ["::ffff:192.0.2.9"]);
  assertEquals(hosts.nameOf("192.0.2.1"), "nas.example.org.");
  assertEquals(hosts.nameOf("2001:db8::1"), "nas.example.org.");
  assertEquals([hosts.exists("example.org"), hosts.exists("org"), hosts.exists("x.example.org")], [true, true, false]);
  assertEquals(hosts.bad.text, "");
});

Deno.test("readHosts() puts names of one label into the domain", () => {
  const hosts = read("192.0.2.1 nas other.example.org\n", "home.arpa");
  assertEquals([hosts.addresses("nas.home.arpa"), hosts.addresses("nas")], [["192.0.2.1"], []]);
  assertEquals(hosts.addresses("other.example.org"), ["192.0.2.1"]);
  assertEquals(hosts.nameOf("192.0.2.1"), "nas.home.arpa.");
});

Deno.test("readHosts() leaves out what is no address or no name, and counts the lines", () => {
  const long = `${"a".repeat(63)}.`.repeat(4);
  const lines = [
    "192.0.2.1 good",
    "192.0.2.256 bad",
    "192.0.2.01 bad",
    "192.0.2 bad",
    "fe80::1%eth0 bad",
    "192.0.2.3",
    `192.0.2.4 ${"a".repeat(64)}`,
    `192.0.2.5 ${long}`,
    "192.0.2.6 a..b",
    "192.0.2.7 .",
    "192.0.2.8 *.example.org",
    "192.0.2.9 caf\u00e9",
    "nonsense",
    `192.0.2.10 bad! fine`,
    "1".repeat(300),
  ];
  const hosts = read(lines.join("\n"));
  assertEquals(hosts.bad.text, "14 lines are left out (line 2, 3, 4 …)");
  assertEquals([hosts.addresses("good"), hosts.addresses("bad")], [["192.0.2.1"], []]);
  assertEquals(hosts.addresses("fine"), ["192.0.2.10"]);
  assertEquals(hosts.addresses(long.slice(0, -4)), []);
});

Deno.test("readHosts() takes octets that are no UTF-8 for what they are: no name", () => {
  const octets = Uint8Array.from([
    ...new TextEncoder().encode("192.0.2.1 a"),
    0xff,
    0xc0,
    0x0a,
    ...new TextEncoder().encode("192.0.2.2 b\n"),
  ]);
  const hosts = read(octets);
  assertEquals([hosts.bad.text, hosts.addresses("b")], ["1 line is left out (line 1)", ["192.0.2.2"]]);
});

Deno.test("readHosts() gives no names to 0.0.0.0 and ::, which say that a name is unwanted, and leaves localhost as it is", () => {
  const hosts = read(
    "127.0.0.1 localhost LOCALHOST mine\n::1 localhost\n0.0.0.0 ads.example.org\n:: ads.example.org\n127.0.1.1 here\n",
  );
  assertEquals(hosts.addresses("localhost"), []);
  assertEquals(hosts.addresses("mine"), ["127.0.0.1"]);
  assertEquals(hosts.addresses("ads.example.org"), ["0.0.0.0", "::"]);
  assertEquals(["127.0.0.1", "::1", "0.0.0.0", "::", "127.0.1.1"].map(hosts.nameOf), [null, null, null, null, "here."]);
  assertEquals(hosts.bad.text, "");
});

Deno.test("readHosts() keeps 256 addresses of a name", () => {
  const lines = Array.from({ length: 300 }, (_, i) => `10.0.${i >> 8}.${i & 255} many`);
  const hosts = read(lines.join("\n"));
  assertEquals(hosts.addresses("many").length, 256);
  assertEquals(hosts.bad.count, 44);
});

const label = fc.stringMatching(/^[a-cA-C]{1,2}$/);
const hostname = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
const address = fc.oneof(
  fc.ipV4(),
  fc.ipV6().map((text) => formatIp(parseIp(text) ?? new Uint8Array(16))),
  fc.constantFrom("192.0.2.1", "2001:db8::1", "10.0.0.1"),
);
const entry = fc.record({ address, names: fc.array(hostname, { minLength: 1, maxLength: 3 }) });

Deno.test("readHosts(): what is found is what a map of texts finds, for names and for addresses", () => {
  fc.assert(fc.property(fc.array(entry, { maxLength: 40 }), fc.array(hostname), (entries, others) => {
    const text = entries.map(({ address, names }) => `${address} ${names.join(" ")}\n`).join("");
    const hosts = read(text);
    const expected = new Map<string, Set<string>>();
    const pointers = new Map<string, string>();
    const isUnnamed = (ip: string) => ["0.0.0.0", "::", "127.0.0.1", "::1"].includes(ip) || ip.startsWith("0.");
    for (const { address, names } of entries) {
      const ip = formatIp(parseIp(address)!);
      for (const name of names) {
        const key = name.toLowerCase();
        expected.set(key, (expected.get(key) ?? new Set()).add(ip));
      }
      if (!isUnnamed(ip) && !pointers.has(ip)) pointers.set(ip, names[0]!.toLowerCase());
    }
    for (const name of [...expected.keys(), ...others]) {
      assertEquals(hosts.addresses(name), [...expected.get(name.toLowerCase()) ?? []]);
    }
    for (const [ip, name] of pointers) assertEquals(hosts.nameOf(ip)?.toLowerCase(), `${name}.`);
    for (const name of expected.keys()) {
      for (let at = name.indexOf("."); at !== -1; at = name.indexOf(".", at + 1)) {
        assertEquals(hosts.exists(name.slice(at + 1)), true);
      }
    }
  }));
});

Deno.test("a hosts file of 100,000 lines with names of their own takes less than 10 MB", () => {
  const lines = Array.from({ length: 100_000 }, (_, i) => {
    return `10.${i >> 16}.${(i >> 8) & 255}.${i & 255} host-${i}.rack-${i % 500}.example.com\n`;
  });
  const source = new AddressSource({ hash: questionHash(), domain: null, ttlSeconds: 300, title: "hosts" });
  const bad = new BadLines();
  for (const _ of readHosts(new TextEncoder().encode(lines.join("")), source, bad));
  source.finish();
  assertEquals([source.count, bad.count], [100_000, 0]);
  assertEquals(source.usedOctets < 10_000_000, true);
});
