import { CLASS, TYPE } from "../../wire/iana.ts";
import { isSameRun, keyOfName, type Name, ROOT } from "../../wire/name.ts";
import { compareRules } from "./precedence.ts";
import { RULE, type Rule } from "./rule.ts";
import type { Ruling } from "./ruling.ts";

/** A rule in the form in which it is looked at. */
interface Candidate {
  /** By number of the client group, whether it is for it; `null` for everybody. */
  readonly clients: Uint8Array | null;
  /** QTYPEs; `null` for all. */
  readonly types: readonly number[] | null;
  /** A name that it is not for; `null` for none. */
  readonly exceptName: Name | null;
  readonly ruling: Ruling;
}

/** Rules about one domain, in the order in which they count, and those about the domains above it. */
interface Level {
  /** Octets of the domain. */
  readonly octets: number;
  readonly candidates: readonly Candidate[];
  /** The next domain above that there are rules about; `null` for none. */
  readonly above: Level | null;
}

/** What may hold for the names of a domain. */
interface Levels {
  /** For the domain itself. */
  readonly itself: Level | null;
  /** For all below it. */
  readonly below: Level | null;
}

/** So many are made without a pause: a millisecond or two. */
const DOMAINS_OF_A_STEP = 500;

const NO_LEVELS: Levels = { itself: null, below: null };

/** All that may hold for the names of a domain, and what of it does for a query. */
export class DomainRules {
  /** Octets of the domain: of all names in it, itself alone has as many. */
  readonly octets: number;
  /** Whether there are no rules. */
  readonly isEmpty: boolean;
  /** What holds for the domain itself, whoever asks and for whatever but DS; `null` if that depends. */
  readonly settledItself: Ruling | null;
  /** The same for all below it. */
  readonly settledBelow: Ruling | null;
  readonly #rewrites: Levels;
  readonly #routes: Levels;
  /** What the program does by itself with the names in it. */
  readonly #given: Rule | null;

  /** Rules that are about the domain, whose name has so many octets; `parent` has those of the domains above it. */
  constructor(octets: number, own: readonly Rule[], parent: DomainRules | null, groupCount: number) {
    this.octets = octets;
    this.isEmpty = own.length === 0 && (parent === null || parent.isEmpty);
    const levelsOf = (kind: number, above: Level | null): Levels => {
      const rules = own.filter((rule) => rule.kind === kind);
      if (rules.length === 0) return above === null ? NO_LEVELS : { itself: above, below: above };
      rules.sort(compareRules);
      const levelOf = (of: readonly Rule[]) => {
        return of.length === 0 ? above : { octets, candidates: of.map((rule) => candidateOf(rule, groupCount)), above };
      };
      const itself = levelOf(rules);
      const wide = rules.filter(({ isExact }) => !isExact);
      return { itself, below: wide.length === rules.length ? itself : levelOf(wide) };
    };
    this.#rewrites = levelsOf(RULE.rewrite, parent === null ? null : parent.#rewrites.below);
    this.#routes = levelsOf(RULE.route, parent === null ? null : parent.#routes.below);
    this.#given = own.find(({ kind }) => kind === RULE.given) ?? (parent === null ? null : parent.#given);
    this.settledItself = this.#settled(this.#rewrites.itself, this.#routes.itself);
    this.settledBelow = this.#settled(this.#rewrites.below, this.#routes.below);
  }

  /** The first route, if it has no conditions and nothing else counts before it. */
  #settled(rewrites: Level | null, routes: Level | null): Ruling | null {
    if (rewrites !== null || routes === null) return null;
    if (this.#given !== null && this.#given.domain.length > routes.octets) return null;
    const { clients, types, exceptName, ruling } = routes.candidates[0]!;
    return clients === null && types === null && exceptName === null ? ruling : null;
  }

  /**
   * What holds for a name of the domain that stands in full at `wire[start … nameEnd)`; `otherwise` if no rule does.
   *
   * @param group The number of the client's group.
   */
  find(
    wire: Uint8Array,
    start: number,
    nameEnd: number,
    qtype: number,
    qclass: number,
    group: number,
    otherwise: Ruling,
  ): Ruling {
    // hot path
    const octets = nameEnd - start;
    const isInternet = qclass === CLASS.IN;
    const given = this.#given;
    let last = otherwise;
    let octetsMin = 0;
    if (
      given !== null && isInternet && (given.domain.length !== octets || !given.exceptTypes.includes(qtype))
    ) {
      // What is said of domains above gives way.
      last = given.ruling;
      octetsMin = given.domain.length;
    }
    const isItself = octets === this.octets;
    // A DS question is about the zone above the name, whatever else is asked for in its place.
    if (isInternet && qtype !== TYPE.DS) {
      const levels = this.#rewrites;
      const found = first(isItself ? levels.itself : levels.below, octetsMin, wire, start, octets, qtype, group);
      if (found !== null) return found;
    }
    const levels = this.#routes;
    return first(isItself ? levels.itself : levels.below, octetsMin, wire, start, octets, qtype, group) ?? last;
  }
}

/** The ruling of the first rule that is for a query, of those about domains of so many octets or more. */
function first(
  from: Level | null,
  octetsMin: number,
  wire: Uint8Array,
  start: number,
  octets: number,
  qtype: number,
  group: number,
): Ruling | null {
  // hot path
  for (let level = from; level !== null && level.octets >= octetsMin; level = level.above) {
    const { candidates } = level;
    for (let i = 0; i < candidates.length; i++) {
      const { clients, types, exceptName, ruling } = candidates[i]!;
      if (clients !== null && clients[group] === 0) continue;
      if (types !== null && !types.includes(qtype)) continue;
      if (exceptName === null || exceptName.length !== octets || !isSameRun(exceptName, 0, wire, start, octets)) {
        return ruling;
      }
    }
  }
  return null;
}

function candidateOf({ clients, types, exceptName, ruling }: Rule, groupCount: number): Candidate {
  const isFor = clients === null ? null : new Uint8Array(groupCount);
  for (const number of clients ?? []) isFor![number] = 1;
  return { clients: isFor, types, exceptName, ruling };
}

/** What may hold for the names of each domain that a rule is about, the root's first; in steps. */
export function* domainRules(rules: readonly Rule[], groupCount: number): Generator<void, [Name, DomainRules][]> {
  const byDomain = Map.groupBy(rules, ({ domain }) => keyOfName(domain));
  const names = [ROOT, ...[...byDomain.values()].map(([rule]) => rule!.domain).filter((name) => name.length > 1)];
  const made = new Map<string, DomainRules>();
  const all: [Name, DomainRules][] = [];
  // Those above first.
  for (const name of names.toSorted((a, b) => a.length - b.length)) {
    if (all.length > 0 && all.length % DOMAINS_OF_A_STEP === 0) yield;
    const key = keyOfName(name);
    const one = new DomainRules(name.length, byDomain.get(key) ?? [], nearestAbove(name, made), groupCount);
    made.set(key, one);
    all.push([name, one]);
  }
  return all;
}

function nearestAbove(name: Name, made: ReadonlyMap<string, DomainRules>): DomainRules | null {
  for (let start = 0; name[start] !== 0;) {
    start += 1 + name[start]!;
    const above = made.get(keyOfName(name.subarray(start)));
    if (above !== undefined) return above;
  }
  return null;
}
