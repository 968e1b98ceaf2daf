import { assertEquals, assertThrows } from "@std/assert";
import { addressAt, freshName, nameAt, NAMES_MAX, zoneText } from "./zone.ts";

Deno.test("addressAt() gives every name another address of 198.18.0.0/15", () => {
  assertEquals([0, 255, 256, 65_535, 65_536, NAMES_MAX - 1].map(addressAt), [
    "198.18.0.0",
    "198.18.0.255",
    "198.18.1.0",
    "198.18.255.255",
    "198.19.0.0",
    "198.19.255.255",
  ]);
});

Deno.test("zoneText() has an apex, the wildcard of fresh names, and every name once with its address", () => {
  const lines = zoneText(2000).trimEnd().split("\n");
  assertEquals(lines.slice(0, 6).map((line) => line.split(" ").slice(0, 2).join(" ")), [
    "$ORIGIN bench.example.org.",
    "$TTL 86400",
    "@ SOA",
    "@ NS",
    "ns A",
    "*.fresh A",
  ]);
  const names = lines.slice(6).map((line) => line.split(" "));
  assertEquals(names.length, 2000);
  assertEquals(names[1999], ["n1999", "A", "198.18.7.207"]);
  assertEquals(new Set(names.map(([name]) => name)).size, 2000);
  assertEquals(new Set(names.map(([, , address]) => address)).size, 2000);
});

Deno.test("zoneText() refuses more names than there are addresses", () => {
  assertThrows(() => zoneText(NAMES_MAX + 1), RangeError, "at most 131072");
});

Deno.test("nameAt() and freshName() never say the same name", () => {
  assertEquals(nameAt(7), "n7.bench.example.org");
  assertEquals(freshName("n", 7), "n7.fresh.bench.example.org");
});
