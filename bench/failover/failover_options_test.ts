import { assertEquals, assertThrows } from "@std/assert";
import { FlagError } from "../common/flag_values.ts";
import { failoverHelp, parseFailoverOptions } from "./failover_options.ts";

const CHOICE = {
  forwarders: ["ours-plain", "ours-native", "unbound"],
  situations: ["a", "b", "c", "d", "e", "half-open"],
};

Deno.test("parseFailoverOptions() takes all forwarders and situations without flags", () => {
  assertEquals(parseFailoverOptions([], CHOICE), { ...CHOICE, json: null });
});

Deno.test("parseFailoverOptions() takes those that are named, and all of ours for ours", () => {
  const options = parseFailoverOptions(["--only", "ours", "--situations", "half-open,b", "--json", "x"], CHOICE);
  assertEquals(options, { forwarders: ["ours-plain", "ours-native"], situations: ["b", "half-open"], json: "x" });
});

Deno.test("parseFailoverOptions() refuses names and flags that it does not know", () => {
  assertThrows(() => parseFailoverOptions(["--situations", "flood"], CHOICE), FlagError, "half-open");
  assertThrows(() => parseFailoverOptions(["--rounds", "2"], CHOICE), FlagError, "--rounds");
});

Deno.test("parseFailoverOptions() has no options when help is wanted, which names every situation", () => {
  assertEquals(parseFailoverOptions(["--help"], CHOICE), null);
  const help = failoverHelp(CHOICE);
  for (const name of CHOICE.situations) assertEquals(help.includes(name), true);
});
