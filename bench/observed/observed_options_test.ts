import { assertEquals, assertThrows } from "@std/assert";
import { FlagError } from "../common/flag_values.ts";
import { OBSERVED_HELP, parseObservedOptions } from "./observed_options.ts";

Deno.test("parseObservedOptions() measures everything unless told otherwise", () => {
  assertEquals(parseObservedOptions([]), {
    loads: ["hits", "cold"],
    only: ["metrics", "query-log", "dnstap", "page", "top", "all"],
    rounds: 5,
    seconds: 5,
  });
  assertEquals(parseObservedOptions(["--loads", "cold", "--only", "all,top", "--rounds", "1", "--seconds", "2"]), {
    loads: ["cold"],
    only: ["top", "all"],
    rounds: 1,
    seconds: 2,
  });
  assertEquals(parseObservedOptions(["--help"]), null);
});

Deno.test("parseObservedOptions() refuses what it does not know, and its help has every flag", () => {
  assertThrows(() => parseObservedOptions(["--only", "nobody"]), FlagError);
  assertThrows(() => parseObservedOptions(["--quick"]), FlagError);
  for (const flag of ["--loads", "--only", "--rounds", "--seconds", "--help"]) {
    assertEquals(OBSERVED_HELP.includes(`  ${flag} `), true, flag);
  }
});
