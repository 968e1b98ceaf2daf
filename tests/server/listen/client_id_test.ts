import { assertEquals } from "@std/assert";
import { idOfPath, idOfServerName, isClientId } from "../../../lib/server/listen/client_id.ts";

Deno.test("idOfServerName() takes the label before a name, if it is one", () => {
  const names = [
    ["laptop.dns.example.org", "laptop"],
    ["Kx3f-Laptop.dns.example", "kx3f-laptop"],
    ["dns", null],
    ["*.dns.example", null],
    ["-a.dns.example", null],
    [".dns.example", null],
    [`${"a".repeat(64)}.dns.example`, null],
    ["", null],
    [null, null],
  ] as const;
  for (const [name, id] of names) assertEquals(idOfServerName(name), id, `${name}`);
});

Deno.test("idOfPath() takes what stands behind the path of a listener, and tells other paths", () => {
  const paths = [
    ["/dns-query", null],
    ["/dns-query/laptop", "laptop"],
    ["/dns-query/LAPTOP", "laptop"],
    ["/dns-query/", undefined],
    ["/dns-query/a/b", undefined],
    ["/dns-query/%61", undefined],
    ["/dns-querylaptop", undefined],
    ["/", undefined],
  ] as const;
  for (const [path, id] of paths) assertEquals(idOfPath(path, "/dns-query"), id, path);
});

Deno.test("isClientId() takes labels in lower case", () => {
  assertEquals(["a", "a-b", "a_b", "0"].map(isClientId), [true, true, true, true]);
  assertEquals(["", "A", "a.b", "a-", "-a", "ä", "a b"].map(isClientId), Array(7).fill(false));
});
