import { ALLOWS, BLOCKS, type ListRule } from "../list_rule.ts";
import { ruleToJson } from "../rule_json.ts";

/** Rules of a list, at most: each is one more thing that a name's lists can say. */
const RULES_MAX = 10_000;

/** Answered with NXDOMAIN. */
export const NXDOMAIN: ListRule = { ...BLOCKS, answer: { kind: "nxdomain" } };
/** Answered with no records. */
export const NODATA: ListRule = { ...BLOCKS, answer: { kind: "nodata" } };
/** Answered with REFUSED. */
export const REFUSED: ListRule = { ...BLOCKS, answer: { kind: "refused" } };
/** Answered over TCP alone. */
export const TRUNCATE: ListRule = { ...BLOCKS, answer: { kind: "truncate" } };

/** The rules of a list: those that say the same are one object. */
export class RuleBook {
  readonly #rules = new Map<string, ListRule>(
    [BLOCKS, ALLOWS, NXDOMAIN, NODATA, REFUSED, TRUNCATE].map((rule) => [JSON.stringify(ruleToJson(rule)), rule]),
  );

  /** The one that says the same; `null` when there would be too many. */
  same(rule: ListRule): ListRule | null {
    const key = JSON.stringify(ruleToJson(rule));
    const known = this.#rules.get(key);
    if (known !== undefined) return known;
    if (this.#rules.size >= RULES_MAX) return null;
    this.#rules.set(key, rule);
    return rule;
  }
}
