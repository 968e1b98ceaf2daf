import type { ListRule, RuleAnswer } from "../../lists/list_rule.ts";
import { EDE } from "../../wire/iana.ts";
import type { Reason } from "../decision.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import type { Ruling } from "../route/ruling.ts";
import { Alias } from "./alias.ts";
import { type BlockAnswer, BlockReply, type PlainAnswer } from "./block_reply.ts";
import { Blocked } from "./blocked.ts";
import type { Sayings } from "./sayings.ts";
import type { JudgedList } from "./judge.ts";
import { ALL_NAMES, type Saying, WIDTH } from "./saying.ts";

/** A list of the configuration. */
export interface FilterList extends JudgedList {
  /** What clients get for its names; `null` for what their group says. */
  readonly answer: BlockAnswer | null;
  /** Why it blocks (RFC 8914 §4.16–4.18). */
  readonly reason: "blocked" | "censored" | "filtered";
  /** Where it stands. */
  readonly place: Reason["place"];
}

/** How names are blocked. */
export interface BlockOptions {
  /** What clients get, unless the list or the rule says otherwise. */
  readonly answer: BlockAnswer;
  /** How long they may remember it. */
  readonly ttlSeconds: number;
  /** What they are told: where the name stands, only that it is blocked, or nothing. */
  readonly explain: "list" | "code" | "off";
}

/** What rulings are made from. */
export interface BlockRulingsOptions {
  /** By their places. */
  readonly lists: readonly FilterList[];
  /** How names are blocked for the group. */
  readonly block: BlockOptions;
  /** What blocks all names, in the words of the configuration. */
  readonly allNames: Pick<Reason, "what" | "place">;
  /** Answers for the other name that a rule leads to, as if a client had asked for it. */
  readonly again: Resolver;
}

/** What becomes of a client group's queries for blocked names: made when it is first needed, one for all names of a rule of a list. */
export class BlockRulings {
  readonly #options: BlockRulingsOptions;
  #sayings: Sayings | null = null;
  /** By rule; then by list, doubled, and whether it is one of its lines. */
  #rulings = new WeakMap<ListRule, Map<number, Ruling>>();

  /** See {@linkcode BlockRulingsOptions}. */
  constructor(options: BlockRulingsOptions) {
    this.#options = options;
  }

  /** Lines are told of these from now on. */
  use(sayings: Sayings): void {
    this.#sayings = sayings;
    this.#rulings = new WeakMap();
  }

  /** What comes of it that these have blocked a name, the first above all. */
  of(winners: readonly Saying[]): Ruling {
    const [first] = winners;
    const { list, rule, narrowness } = first!;
    // Answers of several rules make one.
    if (rule.answer !== null && winners.length > 1) return this.#make(winners);
    let rulings = this.#rulings.get(rule);
    if (rulings === undefined) this.#rulings.set(rule, rulings = new Map());
    const key = 2 * list + (narrowness === WIDTH.line ? 1 : 0);
    return rulings.getOrInsertComputed(key, () => this.#make(winners));
  }

  /** Which words decide that a query is blocked or allowed, with the line in which its name stands. */
  reasonOf([first]: readonly Saying[], query: Query): Reason {
    const { what, place } = this.#originOf(first!);
    const line = this.#lineOf(first!, query);
    return { sentence: 4, what: line === 0 ? what : `${what}, line ${line}`, place };
  }

  /**
   * What a client gets whose answer leads to what these have blocked.
   *
   * @param target Where that is, in text.
   * @param line Where the first of them says so; 0 if nobody knows.
   */
  blockAnswer(query: Query, winners: readonly Saying[], target: string, line: number): Reply | PromiseLike<Reply> {
    const [first] = winners;
    const ruling = this.of(winners);
    const { what, place } = this.#originOf(first!);
    const reason: Reason = { sentence: 5, what: `${line === 0 ? what : `${what}, line ${line}`}: ${target}`, place };
    query.decision = { ...ruling, reason };
    const { answeredBy } = ruling;
    if (!(answeredBy instanceof Blocked)) return answeredBy!.resolve(query);
    const { name } = this.#options.lists[first!.list]!;
    const text = `${line === 0 ? name : `${name}:${line}`} ${target}`;
    const isTold = this.#options.block.explain === "list";
    return answeredBy.give(query, () => isTold ? text.slice(0, TEXT_OCTETS_MAX) : "");
  }

  #make(winners: readonly Saying[]): Ruling {
    const [first] = winners;
    const { list, rule } = first!;
    const { lists, block, again } = this.#options;
    const origin = this.#originOf(first!);
    const answer = rule.answer ?? (list === ALL_NAMES ? null : lists[list]!.answer) ?? block.answer;
    const answeredBy = isAlias(answer) ? new Alias({ ...answer, ttlSeconds: block.ttlSeconds, again }) : new Blocked({
      reply: new BlockReply(withAll(answer, winners), block.ttlSeconds),
      infoCode: block.explain === "off" ? null : INFO_CODES[list === ALL_NAMES ? "blocked" : lists[list]!.reason],
      textOf: block.explain === "list" ? (query) => this.#textOf(first!, query) : () => "",
      reason: origin.what,
    });
    const reason = { sentence: 4, ...origin };
    return {
      reason,
      answeredBy,
      upstreams: null,
      view: 0,
      allowsPrivateAnswers: false,
      subject: "domain",
      beatsLists: true,
    };
  }

  #originOf({ list, narrowness }: Saying): Pick<Reason, "what" | "place"> {
    if (list === ALL_NAMES) return this.#options.allNames;
    const { name, place } = this.#options.lists[list]!;
    return { what: narrowness === WIDTH.line ? `list ${name}` : `[lists.${name}] names`, place };
  }

  #textOf(saying: Saying, query: Query): string {
    if (saying.list === ALL_NAMES) return "*";
    const { name } = this.#options.lists[saying.list]!;
    const line = this.#lineOf(saying, query);
    return line === 0 ? name : `${name}:${line}`;
  }

  #lineOf(saying: Saying, { wire, scan }: Query): number {
    return saying.narrowness === WIDTH.line ? this.#sayings!.line(saying, wire, scan.qtypeOffset) : 0;
  }
}

/** A reply with an extended error has to fit where there are 512 octets. */
const TEXT_OCTETS_MAX = 60;

const INFO_CODES = { blocked: EDE.BLOCKED, censored: EDE.CENSORED, filtered: EDE.FILTERED } as const;

type AliasAnswer = Extract<RuleAnswer, { readonly kind: "cname" }>;

function isAlias(answer: BlockAnswer | RuleAnswer): answer is AliasAnswer {
  return typeof answer === "object" && "kind" in answer && answer.kind === "cname";
}

/** Where several rules win that have addresses or records, all of these are given. */
function withAll(answer: BlockAnswer | Exclude<RuleAnswer, AliasAnswer>, winners: readonly Saying[]): PlainAnswer {
  if (typeof answer === "string" || !("kind" in answer)) return answer;
  const answers = winners.map(({ rule }) => rule.answer);
  if (answer.kind === "addresses") {
    const all = answers.flatMap((one) => one?.kind === "addresses" ? one.addresses : []);
    return { kind: "addresses", addresses: [...new Set(all)] };
  }
  if (answer.kind === "records") {
    return { kind: "records", records: answers.flatMap((one) => one?.kind === "records" ? one.records : []) };
  }
  // What undoes answers wins nowhere.
  return answer.kind === "any" ? "nodata" : { kind: answer.kind };
}
