import type { Timers } from "../base/runtime.ts";
import type { QueryTrace } from "../observe/query_trace.ts";

/** How often they are told. */
const REPORT_MS = 1000;
/** So many are told at a time, and no more wait: some hundred kilobytes. */
export const REPORTED_MAX = 128;

/** Traces of a worker on their way to its supervisor: a few at a time, so that what else it has to say is not held up. */
export class TraceReports {
  readonly #timers: Timers;
  readonly #report: (traces: readonly QueryTrace[]) => void;
  #traces: QueryTrace[] = [];

  /** Tells them by `report`. */
  constructor(timers: Timers, report: (traces: readonly QueryTrace[]) => void) {
    this.#timers = timers;
    this.#report = report;
  }

  /** One more, unless too many wait. */
  readonly take = (trace: QueryTrace): void => {
    if (this.#traces.length >= REPORTED_MAX) return;
    if (this.#traces.push(trace) > 1) return;
    this.#timers.start(REPORT_MS, () => {
      const traces = this.#traces;
      this.#traces = [];
      this.#report(traces);
    });
  };
}
