import { assertEquals, assertStrictEquals } from "@std/assert";
import { ALLOWS, BLOCKS, type ListRule, type RuleAnswer } from "../../lib/lists/list_rule.ts";
import { ruleFromJson, ruleToJson } from "../../lib/lists/rule_json.ts";
import { nameFromText } from "../../lib/wire/name.ts";

const ANSWERS: readonly (RuleAnswer | null)[] = [
  null,
  { kind: "nxdomain" },
  { kind: "any" },
  { kind: "addresses", addresses: ["192.0.2.1", "2001:db8::1"] },
  { kind: "cname", target: nameFromText("safe.example"), isPrefixed: false },
  { kind: "records", records: [{ type: 16, rdata: Uint8Array.of(1, 0x78) }] },
];

Deno.test("a rule is the same after a way through JSON, whatever it answers", () => {
  for (const answer of ANSWERS) {
    const rule: ListRule = {
      isAllow: true,
      isImportant: true,
      types: { types: [1, 28], areExcluded: true },
      exceptBelow: [nameFromText("a.example"), nameFromText("b.example")],
      answer,
    };
    assertEquals(ruleFromJson(JSON.parse(JSON.stringify(ruleToJson(rule)))), rule);
  }
});

Deno.test("the plain rules are themselves after a way through JSON", () => {
  assertStrictEquals(ruleFromJson(JSON.parse(JSON.stringify(ruleToJson(BLOCKS)))), BLOCKS);
  assertStrictEquals(ruleFromJson(JSON.parse(JSON.stringify(ruleToJson(ALLOWS)))), ALLOWS);
});
