import type { NameSetReader } from "../lists/list_set.ts";
import { ALWAYS_IN_FORCE, type InForce } from "../lists/schedule/in_force.ts";
import type { NameSet } from "../lists/set/name_set.ts";
import type { Filter } from "../resolver/blocking/filter.ts";

/** How a filter is told of what changes. */
export interface Following {
  /**
   * The rules of now hold for it from now on: those of another configuration, which may call other schedules by the same names, are
   * not about it. It is told of names all the same, for the set that it has read may be closed.
   */
  settle(): void;
  /** It is told no more. */
  end(): void;
}

/**
 * What lists say, and which rules count: the same for all configurations, and told to the filters of those that are in use.
 */
export class ListsNow {
  #reader: NameSetReader | null = null;
  #owned: NameSet | null = null;
  #inForce: InForce = ALWAYS_IN_FORCE;
  readonly #followers = new Set<Filter>();
  /** Those that are told of rules, too. */
  readonly #ruled = new Set<Filter>();

  /** Names of lists that do not stand in a configuration; `null` before there are any. */
  get reader(): NameSetReader | null {
    return this.#reader;
  }

  /** Which rules count. */
  get inForce(): InForce {
    return this.#inForce;
  }

  /** Tells a filter whenever something changes. */
  follow(filter: Filter): Following {
    this.#followers.add(filter);
    this.#ruled.add(filter);
    const settle = () => void this.#ruled.delete(filter);
    return {
      settle,
      end: () => {
        settle();
        this.#followers.delete(filter);
      },
    };
  }

  /** Lists say this from now on. */
  useNames(reader: NameSetReader | null): void {
    this.#reader = reader;
    for (const filter of this.#followers) filter.useNames(reader);
  }

  /** The same of a set that nobody else uses: the one before is closed. */
  own(set: NameSet): void {
    const former = this.#owned;
    this.#owned = set;
    this.useNames(set);
    former?.close();
  }

  /** These rules count from now on. */
  useRules(inForce: InForce): void {
    this.#inForce = inForce;
    for (const filter of this.#ruled) filter.useRules(inForce);
  }
}
