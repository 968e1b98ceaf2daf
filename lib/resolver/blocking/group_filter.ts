import { HEADER_OCTETS } from "../../wire/header.ts";
import { CLASS } from "../../wire/iana.ts";
import { foldCase, ROOT } from "../../wire/name.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Ruling } from "../route/ruling.ts";
import type { Verdicts } from "../route/verdicts.ts";
import type { BlockRulings } from "./block_rulings.ts";
import { type Sayings, UNNUMBERED } from "./sayings.ts";
import type { ListRoutes } from "./list_routes.ts";
import type { Saying } from "./saying.ts";
import { type Asked, type GroupRules, isConditional, judge, type JudgedList, type Verdict } from "./judge.ts";

/** Entries of a table at first. */
const ENTRIES_MIN = 256;
/** What a table says of names of which the same is said. */
const ENTRY = {
  /** Nothing of it counts: queries go their way. */
  nothing: 0,
  /** It has not been judged. */
  unknown: 1,
  /** Somebody allows it. */
  allow: 2,
  /** It is blocked. */
  block: 3,
  /** That depends on the question. */
  depends: 4,
} as const;
/** Where the question does not matter. */
const NO_QUESTION: Asked = { name: ROOT, type: 0, isStream: false };

/** What a group is judged with. */
export interface GroupFilterOptions {
  /** The lists of the configuration, by their places. */
  readonly lists: readonly JudgedList[];
  /** What becomes of its queries for blocked names. */
  readonly rulings: BlockRulings;
  /** Who is asked for names of lists. */
  readonly routes: ListRoutes;
}

/** What is blocked for one client group: judged once for all names of which the same is said. */
export class GroupFilter implements Verdicts {
  /** See `Verdicts`. */
  table: Uint8Array = new Uint8Array(ENTRIES_MIN).fill(ENTRY.unknown);
  readonly #options: GroupFilterOptions;
  /** By the number of what is said, where it is blocked. */
  #blocked: Ruling[] = [];
  #rules: GroupRules = { block: [], allow: [] };
  #sayings: Sayings | null = null;

  /** Nothing is blocked before `use`. */
  constructor(options: GroupFilterOptions) {
    this.#options = options;
  }

  /** From now on these rules are in force, and this is what is said. */
  use(rules: GroupRules, sayings: Sayings): void {
    this.#rules = rules;
    this.#sayings = sayings;
    this.#blocked = [];
    this.table.fill(ENTRY.unknown);
    this.#options.rulings.use(sayings);
    this.table[UNNUMBERED] = ENTRY.depends;
    // Nearly all names: unless all names are blocked.
    this.table[0] = judge([], rules, this.#options.lists, NO_QUESTION).kind === "nothing"
      ? ENTRY.nothing
      : ENTRY.unknown;
  }

  /** There are so many numbers of what is said. */
  grow(count: number): void {
    if (count <= this.table.length) return;
    const table = new Uint8Array(2 * count).fill(ENTRY.unknown);
    table.set(this.table);
    this.table = table;
  }

  /** See `Verdicts`. */
  judge(query: Query, said: number, usual: Ruling): Ruling {
    // Sentence 7: a rewrite is not blocked, nor is the name that it leads to, nor that of a local alias.
    if (query.qclass !== CLASS.IN || usual.beatsLists) return usual;
    if (query.isAllowed) return this.#routed(query, said, usual);
    if (this.table[said] === ENTRY.unknown) this.#enter(query, said);
    const entry = this.table[said];
    if (entry === ENTRY.depends || query.client.trace !== null) return this.#judgeClosely(query, said, usual);
    if (entry === ENTRY.block) return this.#blocked[said]!;
    query.isAllowed = entry === ENTRY.allow;
    return usual;
  }

  #judgeClosely(query: Query, said: number, usual: Ruling): Ruling {
    const { rulings } = this.#options;
    const { kind, winners } = this.verdict(query, said);
    const { trace } = query.client;
    if (kind === "block") {
      const ruling = rulings.of(winners);
      return trace === null ? ruling : { ...ruling, reason: rulings.reasonOf(winners, query) };
    }
    query.isAllowed = kind === "allow";
    if (query.isAllowed) trace?.note({ kind: "allowed", reason: rulings.reasonOf(winners, query) });
    return this.#routed(query, said, usual);
  }

  #routed(query: Query, said: number, usual: Ruling): Ruling {
    const { routes } = this.#options;
    return routes.isEmpty ? usual : routes.rulingFor(query, this.#saidOf(query, said), usual);
  }

  #saidOf({ key, wire, scan }: Query, said: number): readonly Saying[] {
    return this.#sayings!.of(said, key, wire, scan.qtypeOffset);
  }

  /** What comes of what is said for a query, with other rules if they are given. */
  verdict(query: Query, said: number, rules: GroupRules = this.#rules): Verdict {
    const { key, wire, scan: { qtypeOffset: nameEnd }, qtype: type, client: { isStream } } = query;
    const sayings = this.#sayings!.of(said, key, wire, nameEnd);
    const name = foldCase(wire.subarray(HEADER_OCTETS, nameEnd));
    return judge(sayings, rules, this.#options.lists, { name, type, isStream });
  }

  /** What comes of it that these are said of what an answer leads to. What is said of all names is about questions. */
  judgeTarget(sayings: readonly Saying[], asked: Asked): Verdict {
    const block = this.#rules.block.filter(({ lists }) => lists !== null);
    return judge(sayings, { ...this.#rules, block }, this.#options.lists, asked);
  }

  /** Whether that depends on what is asked for. */
  isConditional(sayings: readonly Saying[]): boolean {
    return sayings.some((saying) => isConditional(saying, this.#options.lists));
  }

  /** See `BlockRulings.blockAnswer`. */
  blockAnswer(query: Query, winners: readonly Saying[], target: string, line: number): Reply | PromiseLike<Reply> {
    return this.#options.rulings.blockAnswer(query, winners, target, line);
  }

  #enter(query: Query, said: number): void {
    const { key, wire, scan: { qtypeOffset: nameEnd } } = query;
    const { lists, rulings, routes } = this.#options;
    const sayings = this.#sayings!.of(said, key, wire, nameEnd);
    if (this.isConditional(sayings) || routes.concerns(sayings)) {
      this.table[said] = ENTRY.depends;
      return;
    }
    const { kind, winners } = judge(sayings, this.#rules, lists, NO_QUESTION);
    if (kind === "block") this.#blocked[said] = rulings.of(winners);
    this.table[said] = ENTRY[kind];
  }
}
