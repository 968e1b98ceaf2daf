import { assertEquals, assertThrows } from "@std/assert";
import { FlagError } from "../common/flag_values.ts";
import { parseReloadOptions, reloadHelp } from "./reload_options.ts";

const FORWARDERS = ["ours-plain", "ours-native", "unbound"];

Deno.test("parseReloadOptions() takes all forwarders and usual numbers without flags", () => {
  assertEquals(parseReloadOptions([], FORWARDERS), {
    forwarders: FORWARDERS,
    rounds: 3,
    seconds: 20,
    everyMs: 1000,
    rate: 5000,
    json: null,
  });
});

Deno.test("parseReloadOptions() reads every flag", () => {
  const flags = "--only ours --rounds 1 --seconds 120 --every 50 --rate 9 --json out.json".split(" ");
  assertEquals(parseReloadOptions(flags, FORWARDERS), {
    forwarders: ["ours-plain", "ours-native"],
    rounds: 1,
    seconds: 120,
    everyMs: 50,
    rate: 9,
    json: "out.json",
  });
});

Deno.test("parseReloadOptions() throws for what it cannot use, and gives null for --help", () => {
  assertEquals(parseReloadOptions(["--help"], FORWARDERS), null);
  for (const flags of [["--only", "djbdns"], ["--every", "0"], ["--what"]]) {
    assertThrows(() => parseReloadOptions(flags, FORWARDERS), FlagError);
  }
});

Deno.test("reloadHelp() names the forwarders", () => {
  assertEquals(reloadHelp(FORWARDERS).includes("ours-plain, ours-native, unbound"), true);
});
