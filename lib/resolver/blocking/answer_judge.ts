import { NameKey } from "../../names/name_key.ts";
import { Response } from "../../response/response.ts";
import { CLASS } from "../../wire/iana.ts";
import { HEADER_OCTETS } from "../../wire/header.ts";
import { foldCase, nameToText } from "../../wire/name.ts";
import { formatIp } from "../../base/net/ip.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import { type TargetVisitor, visitTargets } from "../filter/answer_targets.ts";
import { UNNUMBERED_ANSWER } from "./answer_sayings.ts";
import type { Sayings } from "./sayings.ts";
import type { GroupFilter } from "./group_filter.ts";
import type { Saying } from "./saying.ts";

/** What is known of answers at first; it grows. */
const ANSWERS_MIN = 256;

/** What blocks an answer. */
interface BlockedTarget {
  /** Who says so, the first above all. */
  readonly winners: readonly Saying[];
  /** Of what. */
  readonly target: string;
  /** The line in which it says that; 0 if nobody knows. */
  readonly line: number;
}

/**
 * Judges what answers lead the clients of a group to (sentence 5 of the law): each name behind an alias and each address as if it had
 * been asked for. What is blocked there blocks the answer, as the name itself would have been; what allows the question's name
 * allows all of it.
 */
export class AnswerJudge {
  readonly #group: GroupFilter;
  #sayings: Sayings | null = null;
  /** By the number of what is said in answers: 1 where that is nothing for this group, whatever is asked for. */
  #clear = new Uint8Array(ANSWERS_MIN);

  /** For the clients of a group. */
  constructor(group: GroupFilter) {
    this.#group = group;
  }

  /** From now on this is what is said; other rules may be in force. */
  use(sayings: Sayings): void {
    this.#sayings = sayings;
    this.#clear.fill(0);
  }

  /** What a client gets in whose answer there is what has that number, see `AnswerSayings`: `reply`, or what it gets instead. */
  judge(query: Query, reply: Reply, said: number): Reply | PromiseLike<Reply> {
    if (this.#clear[said] === 1 || query.isAllowed || query.qclass !== CLASS.IN) return reply;
    const search = new Search(query, this.#group, this.#sayings!);
    again.read(reply.octets);
    visitTargets(again, search);
    if (search.blocked !== null) return this.#block(query, search.blocked);
    if (!search.isConditional && said !== UNNUMBERED_ANSWER) this.#markClear(said);
    return reply;
  }

  #block(query: Query, { winners, target, line }: BlockedTarget): Reply | PromiseLike<Reply> {
    query.reply.extendedErrors.length = 0;
    return this.#group.blockAnswer(query, winners, target, line);
  }

  #markClear(said: number): void {
    if (said >= this.#clear.length) {
      const clear = new Uint8Array(2 * said);
      clear.set(this.#clear);
      this.#clear = clear;
    }
    this.#clear[said] = 1;
  }
}

/** Looks for the first that is blocked. */
class Search implements TargetVisitor {
  blocked: BlockedTarget | null = null;
  /** Whether what was found depends on what is asked for. */
  isConditional = false;
  readonly #query: Query;
  readonly #group: GroupFilter;
  readonly #sayings: Sayings;
  readonly #key = new NameKey();

  constructor(query: Query, group: GroupFilter, sayings: Sayings) {
    this.#query = query;
    this.#group = group;
    this.#sayings = sayings;
  }

  visitName(wire: Uint8Array, nameEnd: number): void {
    this.#key.forget();
    const said = this.#sayings.find(this.#key, wire, nameEnd);
    if (said === 0) return;
    const name = foldCase(wire.slice(HEADER_OCTETS, nameEnd));
    const sayings = this.#sayings.of(said, this.#key, wire, nameEnd);
    this.#judge(sayings, name, (saying) => this.#sayings.line(saying, wire, nameEnd), () => nameToText(name));
  }

  visit(octets: Uint8Array, at: number, length: number): void {
    const address = octets.slice(at, at + length);
    const sayings = this.#sayings.ofAddress(address);
    if (sayings.length === 0) return;
    const { wire, scan } = this.#query;
    const name = foldCase(wire.slice(HEADER_OCTETS, scan.qtypeOffset));
    this.#judge(sayings, name, (saying) => this.#sayings.lineOfAddress(saying, address), () => formatIp(address));
  }

  #judge(
    sayings: readonly Saying[],
    name: Uint8Array<ArrayBuffer>,
    lineOf: (saying: Saying) => number,
    textOf: () => string,
  ): void {
    if (this.blocked !== null) return;
    const { qtype: type, client: { isStream } } = this.#query;
    if (this.#group.isConditional(sayings)) this.isConditional = true;
    const { kind, winners } = this.#group.judgeTarget(sayings, { name, type, isStream });
    if (kind === "block") this.blocked = { winners, target: textOf(), line: lineOf(winners[0]!) };
  }
}

/** What is looked through, read anew for each. */
const again = new Response();
