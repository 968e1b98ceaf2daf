import type { NameKey } from "../../names/name_key.ts";
import type { QuestionHash } from "../../names/question_hash.ts";
import { SuffixMap } from "../../names/suffix_map.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { TYPE } from "../../wire/iana.ts";
import { uint16At } from "../../wire/octets.ts";
import type { Query } from "../query.ts";
import { type DomainRules, domainRules } from "./domain_rules.ts";
import type { Rule } from "./rule.ts";
import type { Ruling } from "./ruling.ts";

/** Names whose domains are remembered; a power of two. */
const NAMES_REMEMBERED = 8192;

/**
 * Finds the rule that holds for a query, by the law: the order of the rules says nothing. One pass over the name finds the
 * deepest domain that a rule is about; what the domains above it say, it knows from when the table was made.
 *
 * Names that are asked for again and again are spared the pass. They are known by the key that memory looks them up by anyway:
 * 128 bits, which nobody can make alike who does not know the secret of the hash.
 */
export class RuleTable {
  readonly #hash: QuestionHash;
  readonly #domains: SuffixMap<DomainRules>;
  readonly #ofRoot: DomainRules;
  /** By place: four words of a key. */
  readonly #keys = new Int32Array(4 * NAMES_REMEMBERED);
  /** By place: what was found for the name. */
  readonly #found: DomainRules[];

  /** Keys of names are to be made by `hash`; there are `groupCount` client groups. */
  constructor(hash: QuestionHash, rules: readonly Rule[], groupCount: number) {
    this.#hash = hash;
    const domains = domainRules(rules, groupCount);
    this.#domains = new SuffixMap(hash, domains);
    this.#ofRoot = domains[0]![1];
    this.#found = Array(NAMES_REMEMBERED).fill(this.#ofRoot);
  }

  /** What holds for a query of the client group of that number; `otherwise` if no rule does. */
  find({ key, wire, scan }: Query, group: number, otherwise: Ruling): Ruling {
    // hot path
    const nameEnd = scan.qtypeOffset;
    const mayBeIn = this.#domains.mayBeIn(wire, nameEnd);
    // Nearly all names are in none of the domains, and nearly nobody says something of all names.
    if (!mayBeIn && this.#ofRoot.isEmpty) return otherwise;
    const qtype = uint16At(wire, nameEnd);
    const qclass = uint16At(wire, nameEnd + 2);
    // RFC 4035 §3.1.4.1: the DS records of a name are its parent's to tell. The root has none.
    if (qtype === TYPE.DS && wire[HEADER_OCTETS] !== 0) {
      const start = HEADER_OCTETS + 1 + wire[HEADER_OCTETS]!;
      const domain = this.#domains.find(key, wire, nameEnd, 1)!;
      return domain.find(wire, start, nameEnd, qtype, qclass, group, otherwise);
    }
    const domain = mayBeIn ? this.#domainOf(key, wire, nameEnd) : this.#ofRoot;
    return domain.find(wire, HEADER_OCTETS, nameEnd, qtype, qclass, group, otherwise);
  }

  #domainOf(key: NameKey, wire: Uint8Array, nameEnd: number): DomainRules {
    // hot path
    if (key.madeBy !== this.#hash) this.#hash.absorb(key, wire, nameEnd);
    const { v0, v1, v2, v3 } = key;
    const keys = this.#keys;
    const place = (v0 ^ v3) & (NAMES_REMEMBERED - 1);
    const at = place << 2;
    if (keys[at] === v0 && keys[at + 1] === v1 && keys[at + 2] === v2 && keys[at + 3] === v3) {
      return this.#found[place]!;
    }
    const domain = this.#domains.find(key, wire, nameEnd)!;
    keys[at] = v0;
    keys[at + 1] = v1;
    keys[at + 2] = v2;
    keys[at + 3] = v3;
    return this.#found[place] = domain;
  }
}
