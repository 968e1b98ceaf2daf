import type { ListRule } from "../list_rule.ts";
import { type RuleJson, ruleToJson } from "../rule_json.ts";
import { GrowingNumbers } from "./growing_numbers.ts";

/** Who says what of which names: numbers for all that says the same, while a set is built. */
export class SetMembers {
  /** See `SetSections.members`. */
  readonly triples: GrowingNumbers = new GrowingNumbers();
  /** See `SetTail.rules`. */
  readonly rules: RuleJson[] = [];
  readonly #ruleNumbers = new Map<string, number>();
  readonly #numbers = new Map<string, number>();
  /** Asked for most of the time is what was asked for last. */
  #list = -1;
  #covers = 0;
  #rule: ListRule | null = null;
  #last = 0;

  /** The number for what this list says of names that `covers` tells. */
  number(list: number, covers: number, rule: ListRule): number {
    // hot path
    if (list === this.#list && covers === this.#covers && rule === this.#rule) return this.#last;
    return this.#number(list, covers, rule);
  }

  #number(list: number, covers: number, rule: ListRule): number {
    const number = this.#numbers.getOrInsertComputed(`${list} ${covers} ${this.#ruleNumber(rule)}`, () => {
      for (const part of [list, covers, this.#ruleNumber(rule)]) this.triples.push(part);
      return this.triples.length / 3 - 1;
    });
    this.#list = list;
    this.#covers = covers;
    this.#rule = rule;
    return this.#last = number;
  }

  #ruleNumber(rule: ListRule): number {
    const json = ruleToJson(rule);
    return this.#ruleNumbers.getOrInsertComputed(JSON.stringify(json), () => this.rules.push(json) - 1);
  }
}
