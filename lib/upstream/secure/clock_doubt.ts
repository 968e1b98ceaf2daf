import type { Log } from "../../observe/log.ts";
import { isForDates, type Refusal } from "../refusal.ts";

/** An encrypted upstream, as far as this is about it. */
export interface Dated {
  /** How it is called. */
  readonly name: string;
  /** Why it is not believed, if it is not. */
  readonly breaker: { readonly refusal: Refusal | null };
}

/**
 * Tells that the clock may be wrong: where one upstream is refused for the dates of its certificate it is its fault, where all of
 * them are it hardly is. Machines without a battery for their clock begin some years ago.
 */
export class ClockDoubt {
  readonly #log: Log;
  #isTold = false;

  /** Tells it to `log`, once until one of them is believed again. */
  constructor(log: Log) {
    this.#log = log;
  }

  /** One of all encrypted upstreams is not believed. */
  look(upstreams: readonly Dated[]): void {
    const refusals = upstreams.map(({ breaker }) => breaker.refusal);
    const isDoubtful = refusals.every((refusal) => refusal !== null && isForDates(refusal));
    if (isDoubtful && !this.#isTold) {
      this.#log.error(
        `the clock of this machine may be wrong: no encrypted upstream has a certificate that holds now; of ` +
          `${upstreams[0]!.name} ${refusals[0]!.text}`,
      );
    }
    this.#isTold = isDoubtful;
  }
}
