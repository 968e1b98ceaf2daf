import type { Log } from "../../observe/log.ts";
import { StateLines } from "../../observe/state_lines.ts";
import type { Services } from "../../observe/services.ts";

/** What a report is made from. */
export interface StateReportOptions extends Pick<Services, "clock" | "deadlines" | "log"> {
}

/** An upstream, as far as it is reported. */
export interface Reported {
  /** How it is called. */
  readonly name: string;
  /** Whether it takes part in ordinary queries. */
  readonly isUp: boolean;
  /** Questions on which it failed, since the start. */
  readonly failureCount: number;
  /** What keeps it down, where there is more to say than that it does not answer. */
  readonly problem: string | null;
}

/**
 * Tells the operator when an upstream is down and when it is back, with counts: single failures are not told, for an outage
 * must not flood the log, and changes by the second are not either, which is what a path that loses much looks like.
 */
export class StateReport {
  readonly #upstream: Reported;
  readonly #log: Log;
  readonly #lines: StateLines;
  /** As it was when the state was told last; the difference is told the next time. */
  #toldFailureCount = 0;

  /** Reports the state of `upstream`. */
  constructor(upstream: Reported, { clock, deadlines, log }: StateReportOptions) {
    this.#upstream = upstream;
    this.#log = log;
    this.#lines = new StateLines({ clock, deadlines, tell: (changeCount) => this.#tell(changeCount) });
  }

  /** The upstream has gone down, or come back. */
  changed(): void {
    this.#lines.changed();
  }

  /** What has failed so far is not told any more. */
  forget(): void {
    this.#toldFailureCount = this.#upstream.failureCount;
  }

  /** The upstream is asked no more: how it is doing concerns nobody. */
  close(): void {
    this.#lines.close();
  }

  #tell(changeCount: number): void {
    const { name, isUp, failureCount, problem } = this.#upstream;
    const count = failureCount - this.#toldFailureCount;
    this.#toldFailureCount = failureCount;
    const often = changeCount === 1 ? "" : ` (its state has changed ${changeCount} times)`;
    if (isUp) this.#log.info(`upstream ${name} is back${often}, ${count} queries came to nothing meanwhile`);
    else if (problem !== null) this.#log.error(`upstream ${name} is not asked${often}: ${problem}`);
    else this.#log.warn(`upstream ${name} is down${often}, ${count} queries came to nothing`);
  }
}
