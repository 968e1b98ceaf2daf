import type { NameKey } from "../../names/name_key.ts";
import type { QuestionHash } from "../../names/question_hash.ts";
import { SuffixMap } from "../../names/suffix_map.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { CLASS, TYPE } from "../../wire/iana.ts";
import { isSameName, isWithin, keyOfName, type Name, ROOT } from "../../wire/name.ts";
import { uint16At } from "../../wire/octets.ts";
import type { Ruling } from "./ruling.ts";
import type { Query } from "../query.ts";
import { inOrder } from "./precedence.ts";
import { RULE, type Rule } from "./rule.ts";

/** A rule for names of a domain, in the form in which it is looked at. */
interface Candidate {
  /** By number of the client group, whether it is for it; `null` for everybody. */
  readonly clients: Uint8Array | null;
  /** QTYPEs; `null` for all. */
  readonly types: readonly number[] | null;
  /** QTYPEs that it is not for; `null` for none. */
  readonly exceptTypes: readonly number[] | null;
  readonly isInternetOnly: boolean;
  readonly ruling: Ruling;
}

/** What may hold for the names of a domain, whichever rules it comes from, the first that is for a query counts. */
interface DomainRules {
  /** Octets of the domain: of all names in it, itself alone has as many. */
  readonly octets: number;
  /** For the domain itself. */
  readonly itself: readonly Candidate[];
  /** For all below it. */
  readonly below: readonly Candidate[];
}

/** Names whose domains are remembered; a power of two. */
const NAMES_REMEMBERED = 8192;

/**
 * Finds the rule that holds for a query, by the law: the order of the rules says nothing. One pass over the name finds the
 * deepest domain that a rule is about; what the domains above it say, it has taken over when the table was made.
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
    const qtype = uint16At(wire, nameEnd);
    const isInternet = uint16At(wire, nameEnd + 2) === CLASS.IN;
    // RFC 4035 §3.1.4.1: the DS records of a name are its parent's to tell. The root has none.
    const above = qtype === TYPE.DS && wire[HEADER_OCTETS] !== 0 ? 1 : 0;
    const domain = !this.#domains.mayBeIn(wire, nameEnd)
      ? this.#ofRoot
      : above === 0
      ? this.#domainOf(key, wire, nameEnd)
      : this.#domains.find(key, wire, nameEnd, above)!;
    const start = above === 0 ? HEADER_OCTETS : HEADER_OCTETS + 1 + wire[HEADER_OCTETS]!;
    const candidates = nameEnd - start === domain.octets ? domain.itself : domain.below;
    for (let i = 0; i < candidates.length; i++) {
      const { clients, types, exceptTypes, isInternetOnly, ruling } = candidates[i]!;
      if (clients !== null && clients[group] === 0) continue;
      if (types !== null && !types.includes(qtype)) continue;
      if (exceptTypes !== null && exceptTypes.includes(qtype)) continue;
      if (isInternet || !isInternetOnly) return ruling;
    }
    return otherwise;
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

/** What holds for the names of each domain that a rule is about, and of the root. */
function domainRules(rules: readonly Rule[], groupCount: number): [Name, DomainRules][] {
  const byDomain = Map.groupBy(rules, ({ domain }) => keyOfName(domain));
  const exceptNames = rules.flatMap(({ domain, exceptName }) => {
    return exceptName !== null && isWithin(exceptName, domain) ? [exceptName] : [];
  });
  const names = [ROOT, ...exceptNames, ...[...byDomain.values()].map(([rule]) => rule!.domain)];
  const candidateOf = memoized((rule: Rule) => candidate(rule, groupCount));
  const candidateAtTop = memoized((rule: Rule) => candidate(rule, groupCount, rule.exceptTypes));
  return names.map((name) => {
    const around = domainsAround(name).flatMap((domain) => byDomain.get(keyOfName(domain)) ?? []);
    const isTop = ({ domain }: Rule) => domain.length === name.length;
    const itself = around.filter((rule) => {
      return (isTop(rule) || !rule.isExact) && (rule.exceptName === null || !isSameName(rule.exceptName, name));
    });
    return [name, {
      octets: name.length,
      itself: inOrder(itself, name.length).map((rule) => isTop(rule) ? candidateAtTop(rule) : candidateOf(rule)),
      below: inOrder(around.filter(({ isExact }) => !isExact), 0).map(candidateOf),
    }];
  });
}

/** The name, and the domains that it lies in, up to the root. */
function domainsAround(name: Name): Name[] {
  const domains = [name];
  for (let start = 0; name[start] !== 0; domains.push(name.subarray(start))) start += 1 + name[start]!;
  return domains;
}

function candidate(rule: Rule, groupCount: number, exceptTypes: readonly number[] = []): Candidate {
  const { kind, clients, types, isInternetOnly, ruling } = rule;
  const except = kind === RULE.rewrite ? [TYPE.DS, ...exceptTypes] : exceptTypes;
  return {
    clients: clients === null ? null : Uint8Array.from({ length: groupCount }, (_, i) => clients.includes(i) ? 1 : 0),
    types,
    exceptTypes: except.length === 0 ? null : except,
    isInternetOnly,
    ruling,
  };
}

function memoized<A extends object, B>(make: (value: A) => B): (value: A) => B {
  const made = new Map<A, B>();
  return (value) => made.getOrInsertComputed(value, make);
}
