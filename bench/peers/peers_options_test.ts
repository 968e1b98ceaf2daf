import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { FlagError } from "../common/flag_values.ts";
import { parsePeersOptions, peersHelp } from "./peers_options.ts";

const CHOICE = {
  forwarders: ["ours-plain", "ours-native", "bind", "unbound"],
  workloads: ["hits-1", "cold"],
  nameCountMin: 1000,
  nameCountMax: 131_072,
};

Deno.test("parsePeersOptions() measures everything five times unless told otherwise", () => {
  assertEquals(parsePeersOptions([], CHOICE), {
    forwarders: CHOICE.forwarders,
    workloads: CHOICE.workloads,
    rounds: 5,
    seconds: 3,
    nameCount: 100_000,
    isTwice: false,
    json: null,
  });
});

Deno.test("parsePeersOptions() reads every flag; ours stands for all modes of ours", () => {
  const args = "--only unbound,ours --workloads cold --rounds 1 --seconds 2 --names 1000 --twice --json /r".split(" ");
  assertEquals(parsePeersOptions(args, CHOICE), {
    forwarders: ["ours-plain", "ours-native", "unbound"],
    workloads: ["cold"],
    rounds: 1,
    seconds: 2,
    nameCount: 1000,
    isTwice: true,
    json: "/r",
  });
  assertEquals(parsePeersOptions(["--only", "ours-native"], CHOICE)!.forwarders, ["ours-native"]);
});

Deno.test("parsePeersOptions() returns null for --help, which names everything there is to choose from", () => {
  assertEquals(parsePeersOptions(["--help"], CHOICE), null);
  for (const name of [...CHOICE.forwarders, ...CHOICE.workloads]) assertStringIncludes(peersHelp(CHOICE), name);
});

for (
  const [args, message] of [
    [["--only", "bin"], 'Cannot use --only "bin": must be of ours-plain, ours-native, bind, unbound'],
    [["--workloads", "cold,"], 'Cannot use --workloads ""'],
    [["--rounds", "0"], 'Cannot use --rounds "0": must be a whole number of 1–1000'],
    [["--seconds", "1.5"], 'Cannot use --seconds "1.5"'],
    [["--names", "999"], 'Cannot use --names "999": must be a whole number of 1000–131072'],
    [["--names", "131073"], 'Cannot use --names "131073"'],
    [["--round", "3"], 'Cannot use "--round"'],
  ] as const
) {
  Deno.test(`parsePeersOptions() refuses ${args.join(" ")}`, () => {
    assertThrows(() => parsePeersOptions(args, CHOICE), FlagError, message);
  });
}
