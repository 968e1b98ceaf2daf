import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { FlagError } from "../common/flag_values.ts";
import { GROWTH_HELP, parseGrowthOptions } from "./growth_options.ts";

Deno.test("parseGrowthOptions() measures every table five times, natively, unless told otherwise", () => {
  assertEquals(parseGrowthOptions([]), {
    mode: "native",
    tables: ["names", "clients", "upstreams"],
    rounds: 5,
    seconds: 3,
    json: null,
  });
});

Deno.test("parseGrowthOptions() reads every flag", () => {
  const args = "--mode plain --tables upstreams,names --rounds 1 --seconds 2 --json /r".split(" ");
  assertEquals(parseGrowthOptions(args), {
    mode: "plain",
    tables: ["names", "upstreams"],
    rounds: 1,
    seconds: 2,
    json: "/r",
  });
});

Deno.test("parseGrowthOptions() returns null for --help, which names the tables", () => {
  assertEquals(parseGrowthOptions(["--help"]), null);
  assertStringIncludes(GROWTH_HELP, "names, clients, upstreams");
});

for (
  const [args, message] of [
    [["--mode", "auto"], 'Cannot use --mode "auto": must be plain or native'],
    [["--tables", "names,ours"], 'Cannot use --tables "ours": must be of names, clients, upstreams'],
    [["--rounds", "0"], 'Cannot use --rounds "0": must be a whole number of 1–1000'],
    [["--seconds", "x"], 'Cannot use --seconds "x": must be a whole number of 1–3600'],
    [["--names", "5"], 'Cannot use "--names": --help lists what is known'],
  ] as const
) {
  Deno.test(`parseGrowthOptions() refuses ${args.join(" ")}`, () => {
    assertThrows(() => parseGrowthOptions(args), FlagError, message);
  });
}
