import type { NameKey } from "../../names/name_key.ts";
import type { QuestionHash } from "../../names/question_hash.ts";
import { SuffixMap } from "../../names/suffix_map.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { TYPE } from "../../wire/iana.ts";
import { uint16At } from "../../wire/octets.ts";
import type { Query } from "../query.ts";
import { type DomainRules, domainRules } from "./domain_rules.ts";
import type { RuleKnowledge } from "./known_names.ts";
import type { Rule } from "./rule.ts";
import type { Ruling } from "./ruling.ts";

/**
 * Finds the rule that holds for a query, by the law: the order of the rules says nothing. One pass over the name finds the
 * deepest domain that a rule is about; what the domains above it say, it knows from when the table was made.
 */
export class RuleTable implements RuleKnowledge {
  /** By half the number; the root's first. */
  readonly #rules: readonly DomainRules[];
  /** By number: what holds for such names, if that depends on nothing else. */
  readonly #settled: readonly (Ruling | null)[];
  readonly #numbers: SuffixMap<number>;
  /** Whether nothing is said of all names. Nearly all names are in none of the domains, and nearly nobody says something of all. */
  readonly saysNothingOfAll: boolean;

  private constructor(rules: readonly DomainRules[], numbers: SuffixMap<number>) {
    this.#rules = rules;
    this.#settled = rules.flatMap(({ settledBelow, settledItself }) => [settledBelow, settledItself]);
    this.#numbers = numbers;
    this.saysNothingOfAll = rules[0]!.isEmpty;
  }

  /** Made in steps. Keys of names are to be made by `hash`; there are `groupCount` client groups. */
  static *inSteps(hash: QuestionHash, rules: readonly Rule[], groupCount: number): Generator<void, RuleTable> {
    const domains = yield* domainRules(rules, groupCount);
    const numbers = yield* SuffixMap.inSteps(hash, domains.map(([name], number) => [name, number] as const));
    return new RuleTable(domains.map(([, rules]) => rules), numbers);
  }

  /** See `RuleKnowledge`. */
  numberOf(key: NameKey, wire: Uint8Array, nameEnd: number): number {
    // hot path
    const domain = this.#numbers.find(key, wire, nameEnd)!;
    const isItself = this.#rules[domain]!.octets === nameEnd - HEADER_OCTETS;
    return (domain << 1) | (isItself ? 1 : 0);
  }

  /**
   * What holds for a query, whose name the rules of that number may hold for; `otherwise` if none does.
   *
   * @param group The number of the client's group.
   */
  find(number: number, query: Query, group: number, otherwise: Ruling): Ruling {
    // hot path
    if (number === 0 && this.saysNothingOfAll) return otherwise;
    const { qtype } = query;
    const settled = this.#settled[number] ?? null;
    if (settled !== null && qtype !== TYPE.DS) return settled;
    return this.#findFor(number, query, qtype, group, otherwise);
  }

  #findFor(number: number, { key, wire, scan }: Query, qtype: number, group: number, otherwise: Ruling): Ruling {
    // hot path
    const nameEnd = scan.qtypeOffset;
    let rules = this.#rules[number >> 1]!;
    let start = HEADER_OCTETS;
    // RFC 4035 §3.1.4.1: the DS records of a name are its parent's to tell. The root has none.
    if (qtype === TYPE.DS && wire[start] !== 0) {
      start += 1 + wire[start]!;
      rules = this.#rules[this.#numbers.find(key, wire, nameEnd, 1)!]!;
    }
    return rules.find(wire, start, nameEnd, qtype, uint16At(wire, nameEnd + 2), group, otherwise);
  }
}
