import type { ListRule } from "../../lists/list_rule.ts";

/** Something that a list says of a name. */
export interface Saying {
  /** Which list, by its place in the configuration; `ALL_NAMES` for a rule about all names. */
  readonly list: number;
  /** What it says. */
  readonly rule: ListRule;
  /**
   * How narrow the words are, if they stand in the configuration itself: the longer name is the narrower, and at the same name
   * what is about it alone; see `WIDTH`. 0 for a line of a list, where that does not matter.
   */
  readonly narrowness: number;
}

/** In place of a list: all names that there are. */
export const ALL_NAMES: number = -1;

/** See `Saying.narrowness`; names begin at `name`, in the order of their lengths. */
export const WIDTH = { line: 0, allNames: 1, expression: 2, name: 3 } as const;
