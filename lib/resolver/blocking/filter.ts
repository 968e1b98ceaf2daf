import type { NameSetReader } from "../../lists/list_set.ts";
import type { InForce } from "../../lists/schedule/in_force.ts";
import type { NameKey } from "../../names/name_key.ts";
import type { ListKnowledge, Verdicts } from "../route/verdicts.ts";
import { AnswerSayings } from "./answer_sayings.ts";
import { AnswerJudge } from "./answer_judge.ts";
import { Sayings } from "./sayings.ts";
import { GroupFilter } from "./group_filter.ts";
import { BlockRulings, type BlockRulingsOptions, type FilterList } from "./block_rulings.ts";
import type { GroupRules, ListUse } from "./judge.ts";
import { type ListRoute, ListRoutes } from "./list_routes.ts";
import type { OwnWords } from "./own_words.ts";

/** What a client group blocks or allows. */
export interface FilterRule {
  /** Lists by their places; `null` for all names that there are. */
  readonly lists: readonly number[] | null;
  /** When; `null` for always. */
  readonly schedule: string | null;
  /** Lists whose names it is not about. */
  readonly except: readonly number[];
}

/** A client group. */
export interface FilterGroup extends Pick<BlockRulingsOptions, "block" | "allNames"> {
  /** What the configuration calls it. */
  readonly name: string;
  /** What it gets no answer for. */
  readonly blocks: readonly FilterRule[];
  /** What it gets all the same. */
  readonly allows: readonly FilterRule[];
  /** Who is asked for names of lists. */
  readonly routes: readonly ListRoute[];
}

/** What a filter is made from. */
export interface FilterOptions extends Pick<BlockRulingsOptions, "again"> {
  /** The lists of the configuration. */
  readonly lists: readonly FilterList[];
  /** Names of them that stand in the configuration itself. */
  readonly own: OwnWords;
  /** By number. */
  readonly groups: readonly FilterGroup[];
  /** What counts at first. */
  readonly inForce: InForce;
  /** What the other names of the lists are, at first; `null` for nothing. */
  readonly reader: NameSetReader | null;
}

/**
 * Tells what lists say of names, and what that comes to for each client group: sentences 4 and 8 of the law. What is blocked stands
 * in a table for each group, which is made anew when lists have other names, at the edges of schedules and for pauses: none of
 * these costs a query anything.
 */
export class Filter implements ListKnowledge {
  readonly #listeners: (() => void)[] = [];
  readonly #judgedListeners: (() => void)[] = [];
  readonly #options: FilterOptions;
  readonly #groups: readonly GroupFilter[];
  readonly #answers: readonly AnswerJudge[];
  #inForce: InForce;
  #sayings!: Sayings;
  #answerSayings!: AnswerSayings;

  /** See {@linkcode FilterOptions}. */
  constructor(options: FilterOptions) {
    this.#options = options;
    const { lists, groups, again, reader, inForce } = options;
    this.#groups = groups.map(({ block, allNames, routes }) => {
      return new GroupFilter({
        lists,
        rulings: new BlockRulings({ lists, block, allNames, again }),
        routes: new ListRoutes(routes),
      });
    });
    this.#answers = this.#groups.map((group) => new AnswerJudge(group));
    this.#inForce = inForce;
    this.useNames(reader);
  }

  /** Calls `listener` whenever names may have other numbers than before. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Calls `listener` whenever other verdicts may be in force than before. */
  onJudged(listener: () => void): void {
    this.#judgedListeners.push(listener);
  }

  /** What lists say from now on; `null` for nothing. */
  useNames(reader: NameSetReader | null): void {
    const { own, lists } = this.#options;
    this.#sayings = new Sayings(own, reader, lists.map(({ name }) => name));
    this.#answerSayings = new AnswerSayings(this.#sayings);
    this.#judgeAnew();
    for (const listener of this.#listeners) listener();
  }

  /** Which rules count from now on. */
  useRules(inForce: InForce): void {
    this.#inForce = inForce;
    this.#judgeAnew();
  }

  /** See `ListKnowledge`. */
  find(key: NameKey, wire: Uint8Array, nameEnd: number): number {
    // hot path
    const said = this.#sayings.find(key, wire, nameEnd);
    if (this.#sayings.count > this.#tableLength) this.#grow();
    return said;
  }

  /** What holds for the clients of the group of that number. */
  verdictsFor(group: number): Verdicts {
    return this.#groups[group]!;
  }

  /** What is said of what is in answers; another object when something else is. */
  get answerSayings(): AnswerSayings {
    return this.#answerSayings;
  }

  /** What holds for answers to the clients of the group of that number. */
  answersFor(group: number): AnswerJudge {
    return this.#answers[group]!;
  }

  get #tableLength(): number {
    // hot path
    return this.#groups[0]!.table.length;
  }

  #grow(): void {
    for (const group of this.#groups) group.grow(this.#sayings.count);
  }

  #judgeAnew(): void {
    this.#groups.forEach((group, number) => group.use(this.#rulesOf(number, this.#inForce), this.#sayings));
    for (const answers of this.#answers) answers.use(this.#sayings);
    for (const listener of this.#judgedListeners) listener();
  }

  #rulesOf(number: number, inForce: InForce): GroupRules {
    const { groups, lists } = this.#options;
    const { name, blocks, allows } = groups[number]!;
    const open = (rules: readonly FilterRule[]) => rules.filter(({ schedule }) => inForce.isOpen(schedule));
    const useOf = (places: readonly number[] | null, { except }: FilterRule): ListUse => {
      return { lists: places === null ? null : new Set(places), except: new Set(except) };
    };
    return {
      block: open(blocks).filter((rule) => rule.lists !== null || !inForce.isPaused(name, "*")).map((rule) => {
        return useOf(rule.lists?.filter((place) => !inForce.isPaused(name, lists[place]!.name)) ?? null, rule);
      }),
      allow: open(allows).map((rule) => useOf(rule.lists, rule)),
    };
  }
}
