import { assertEquals, assertThrows } from "@std/assert";
import { FlagError } from "../common/flag_values.ts";
import { listsHelp, parseListsOptions } from "./lists_options.ts";

const SERVERS = ["ours", "dnsmasq", "unbound"];

Deno.test("parseListsOptions() measures all servers with a million and with ten million names unless told otherwise", () => {
  const expected = { servers: SERVERS, nameCounts: [1_000_000, 10_000_000], seconds: 3, json: null };
  assertEquals(parseListsOptions([], SERVERS), expected);
  assertEquals(
    parseListsOptions(["--only", "ours,unbound", "--names", "2000", "--seconds", "1", "--json", "x"], SERVERS),
    {
      ...{ servers: ["ours", "unbound"], nameCounts: [2000], seconds: 1, json: "x" },
    },
  );
});

Deno.test("parseListsOptions() rejects what it does not know", () => {
  for (const args of [["--only", "x"], ["--names", "1"], ["--names", "1e6"], ["--seconds", "0"], ["--x"], ["x"]]) {
    assertThrows(() => parseListsOptions(args, SERVERS), FlagError);
  }
});

Deno.test("parseListsOptions() is null when help is wanted, which names all servers", () => {
  assertEquals(parseListsOptions(["--help"], SERVERS), null);
  for (const server of SERVERS) assertEquals(listsHelp(SERVERS).includes(server), true);
});
