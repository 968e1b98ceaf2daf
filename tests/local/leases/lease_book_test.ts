import { assertEquals } from "@std/assert";
import { parseIp } from "../../../lib/base/net/ip.ts";
import type { Lease } from "../../../lib/local/leases/lease.ts";
import { LeaseBook } from "../../../lib/local/leases/lease_book.ts";
import { NO_NODE } from "../../../lib/local/name_table.ts";
import { nameFromText, nameToText } from "../../../lib/wire/name.ts";
import { rdataToText } from "../../../lib/wire/text/rdata_text.ts";
import { questionHash } from "../../support/resolving.ts";

const NOW = 1000;

function lease(ip: string, hostname: string | null, fields: Partial<Lease> = {}): Lease {
  const endSeconds = fields.endSeconds ?? 2000;
  return { address: parseIp(ip)!, hostname, mac: null, endSeconds, newness: endSeconds, isActive: true, ...fields };
}

function bookOf(leases: readonly Lease[], domain: string | null = "lan", isOtherDomain = false) {
  const options = {
    hash: questionHash(),
    domain: domain === null ? null : nameFromText(domain),
    isOtherDomain,
    ttlSeconds: 300,
    title: "leases",
  };
  const book = new LeaseBook(options, () => {});
  for (const one of leases) book.lease(one);
  const steps = book.content();
  let step = steps.next();
  while (!step.done) step = steps.next();
  const { source, macs } = step.value;
  return {
    addresses: (text: string, nowSeconds = NOW) => {
      const name = nameFromText(text);
      const node = source.names.find(name, 0, name.length);
      const records = node === NO_NODE ? [] : source.records(node, nowSeconds);
      return records.map(({ type, ttl, rdata }) => `${ttl} ${rdataToText(type, rdata)}`);
    },
    nameOf: (ip: string, nowSeconds = NOW) => {
      const pointer = source.pointer(parseIp(ip)!, nowSeconds);
      return pointer === null ? null : `${pointer.ttl} ${nameToText(pointer.name)}`;
    },
    macOf: (ip: string, nowSeconds = NOW) => macs.find(parseIp(ip)!, nowSeconds),
  };
}

Deno.test("LeaseBook: the last lease of an address counts, also when it has been given back", () => {
  const book = bookOf([
    lease("192.0.2.1", "a"),
    lease("192.0.2.2", "b"),
    lease("192.0.2.1", "c"),
    lease("192.0.2.2", "b", { isActive: false }),
  ]);
  assertEquals([book.addresses("a.lan"), book.addresses("b.lan"), book.addresses("c.lan")], [[], [], [
    "300 192.0.2.1",
  ]]);
  assertEquals([book.nameOf("192.0.2.1"), book.nameOf("192.0.2.2")], ["300 c.lan.", null]);
});

Deno.test("LeaseBook: of two leases with one name the newer has it; an address of the other family is no rival", () => {
  const book = bookOf([
    lease("192.0.2.1", "a", { newness: 5 }),
    lease("192.0.2.2", "A", { newness: 4 }),
    lease("2001:db8::1", "a", { newness: 1 }),
    lease("fd00::1", "a", { newness: 1 }),
    lease("fd00::2", "a", { newness: 2 }),
  ]);
  assertEquals(book.addresses("a.lan"), ["300 192.0.2.1", "300 2001:db8::1", "300 fd00::2"]);
  assertEquals(book.nameOf("192.0.2.2"), null);
});

Deno.test("LeaseBook: a lease that has ended is none, and a TTL is no longer than what is left", () => {
  const book = bookOf([
    lease("192.0.2.1", "a", { endSeconds: 1100, mac: "aa:bb:cc:dd:ee:ff" }),
    lease("192.0.2.2", "b", { endSeconds: 0, mac: "00:00:00:00:00:01" }),
  ]);
  assertEquals([book.addresses("a.lan"), book.addresses("a.lan", 1099), book.addresses("a.lan", 1100)], [
    ["100 192.0.2.1"],
    ["1 192.0.2.1"],
    [],
  ]);
  assertEquals([book.nameOf("192.0.2.1", 1099), book.nameOf("192.0.2.1", 1100)], ["1 a.lan.", null]);
  assertEquals([book.macOf("192.0.2.1"), book.macOf("192.0.2.1", 1100)], ["aa:bb:cc:dd:ee:ff", null]);
  assertEquals([book.addresses("b.lan", 1e9), book.macOf("192.0.2.2", 1e9)], [["300 192.0.2.2"], "00:00:00:00:00:01"]);
});

Deno.test("LeaseBook: names in a domain of their own are known without it, too, and pointers lead to the whole", () => {
  const own = bookOf([lease("192.0.2.1", "a")], "dyn.example", true);
  assertEquals([own.addresses("a.dyn.example"), own.addresses("a"), own.nameOf("192.0.2.1")], [
    ["300 192.0.2.1"],
    ["300 192.0.2.1"],
    "300 a.dyn.example.",
  ]);
  const none = bookOf([lease("192.0.2.1", "a")], null);
  assertEquals([none.addresses("a"), none.nameOf("192.0.2.1")], [["300 192.0.2.1"], "300 a."]);
});
