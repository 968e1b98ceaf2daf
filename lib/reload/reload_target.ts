import type { FullConfig } from "../config/config.ts";
import type { Tally } from "./probation.ts";

/** What follows configurations: the program in this process, or several processes together. */
export interface ReloadTarget {
  /**
   * Makes everything ready to follow a configuration, and follows the former one meanwhile. Nothing is left of it if it fails.
   *
   * @throws {Error} when it cannot be followed, with the reason for the operator.
   */
  prepare(config: FullConfig): Prepared | Promise<Prepared>;
  /** What has been asked and has failed. */
  tally(): Tally;
}

/** A configuration that can be followed from one moment to the next. One of the two is to be called, once. */
export interface Prepared {
  /** Follows it. Cannot fail. Resolves when all who serve follow it, or those that do not are in trouble of another kind. */
  commit(): void | Promise<void>;
  /** Undoes what was made ready. */
  abort(): void;
}
