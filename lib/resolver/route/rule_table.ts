import type { QuestionHash } from "../../names/question_hash.ts";
import { SuffixMap } from "../../names/suffix_map.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { CLASS, TYPE } from "../../wire/iana.ts";
import { keyOfName, type Name, ROOT } from "../../wire/name.ts";
import { uint16At } from "../../wire/octets.ts";
import type { Ruling } from "./ruling.ts";
import type { Query } from "../query.ts";
import { inOrder } from "./precedence.ts";
import type { Rule } from "./rule.ts";

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

/**
 * Finds the rule that holds for a query, by the law: the order of the rules says nothing. One pass over the name finds the
 * deepest domain that a rule is about; what the domains above it say, it has taken over when the table was made.
 */
export class RuleTable {
  readonly #domains: SuffixMap<DomainRules>;

  /** Keys of names are to be made by `hash`; there are `groupCount` client groups. */
  constructor(hash: QuestionHash, rules: readonly Rule[], groupCount: number) {
    this.#domains = new SuffixMap(hash, domainRules(rules, groupCount));
  }

  /** What holds for a query of the client group of that number; `otherwise` if no rule does. */
  find({ key, wire, scan }: Query, group: number, otherwise: Ruling): Ruling {
    // hot path
    const nameEnd = scan.qtypeOffset;
    const qtype = uint16At(wire, nameEnd);
    const isInternet = uint16At(wire, nameEnd + 2) === CLASS.IN;
    // RFC 4035 §3.1.4.1: the DS records of a name are its parent's to tell. The root has none.
    const above = qtype === TYPE.DS && wire[HEADER_OCTETS] !== 0 ? 1 : 0;
    const domain = this.#domains.find(key, wire, nameEnd, above)!;
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
}

/** What holds for the names of each domain that a rule is about, and of the root. */
function domainRules(rules: readonly Rule[], groupCount: number): [Name, DomainRules][] {
  const byDomain = Map.groupBy(rules, ({ domain }) => keyOfName(domain));
  const names = [ROOT, ...[...byDomain.values()].map(([rule]) => rule!.domain)];
  const candidateOf = memoized((rule: Rule) => candidate(rule, groupCount));
  return names.map((name) => {
    const around = domainsAround(name).flatMap((domain) => byDomain.get(keyOfName(domain)) ?? []);
    const below = around.filter(({ isExact }) => !isExact);
    const own = byDomain.get(keyOfName(name)) ?? [];
    const itself = [...below, ...own.filter(({ isExact }) => isExact)];
    const exceptHere = (rule: Rule) =>
      rule.domain.length === name.length ? candidateOf(rule) : anyType(candidateOf(rule));
    return [name, {
      octets: name.length,
      itself: inOrder(itself).map(exceptHere),
      below: inOrder(below).map((rule) => anyType(candidateOf(rule))),
    }];
  });
}

/** The name, and the domains that it lies in, up to the root. */
function domainsAround(name: Name): Name[] {
  const domains = [name];
  for (let start = 0; name[start] !== 0; domains.push(name.subarray(start))) start += 1 + name[start]!;
  return domains;
}

function candidate({ clients, types, exceptTypes, isInternetOnly, ruling }: Rule, groupCount: number): Candidate {
  return {
    clients: clients === null ? null : Uint8Array.from({ length: groupCount }, (_, i) => clients.includes(i) ? 1 : 0),
    types,
    exceptTypes: exceptTypes.length === 0 ? null : exceptTypes,
    isInternetOnly,
    ruling,
  };
}

/** `exceptTypes` are about the domain itself alone. */
function anyType(candidate: Candidate): Candidate {
  return candidate.exceptTypes === null ? candidate : { ...candidate, exceptTypes: null };
}

function memoized<A extends object, B>(make: (value: A) => B): (value: A) => B {
  const made = new Map<A, B>();
  return (value) => made.getOrInsertComputed(value, make);
}
