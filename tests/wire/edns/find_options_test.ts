import { assertEquals } from "@std/assert";
import { findOption, findOptions, NO_OPTION } from "../../../lib/wire/edns/find_options.ts";
import { MessageScan } from "../../../lib/wire/scan.ts";
import { hex, opt, question, records, wire } from "../../support/messages.ts";

function find(octets: Uint8Array<ArrayBuffer>, code: number): string[] {
  const scan = new MessageScan();
  scan.scan(octets);
  return findOptions(octets, scan, code).map((data) => data.toHex());
}

Deno.test("findOptions() finds each option with the code, in order, and no other", () => {
  const options = [
    { code: 10, data: hex("0a0b") },
    { code: 20, data: hex("") },
    { code: 0x0a00, data: hex("ff") },
    { code: 10, data: hex("000a0001") },
  ];
  // What follows the OPT record is no option.
  const additionals = [opt({ options }), ...records("example.org 9 IN TYPE65280 \\# 4 000a0000")];
  const octets = wire({ questions: [question("example.org")], additionals });
  assertEquals([find(octets, 10), find(octets, 20), find(octets, 30)], [["0a0b", "000a0001"], [""], []]);
});

Deno.test("findOptions() finds nothing without an OPT record, or in one without options", () => {
  assertEquals(find(wire({}), 10), []);
  assertEquals(find(wire({ additionals: [opt()] }), 10), []);
});

Deno.test("findOption() finds where the first option with the code is, and nothing where there is none", () => {
  const options = [{ code: 20, data: hex("0a000a00") }, { code: 10, data: hex("0a0b") }, { code: 10, data: hex("ff") }];
  const octets = wire({ questions: [question("example.org")], additionals: [opt({ options })] });
  const scan = new MessageScan();
  scan.scan(octets);
  const at = findOption(octets, scan, 10);
  assertEquals(octets.subarray(at - 4, at + 2).toHex(), "000a00020a0b");
  assertEquals(findOption(octets, scan, 30), NO_OPTION);
  for (const additionals of [[], [opt()]]) {
    const without = wire({ additionals });
    scan.scan(without);
    assertEquals(findOption(without, scan, 10), NO_OPTION);
  }
});
