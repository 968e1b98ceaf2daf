import type { Clock } from "../base/runtime.ts";
import { Trace } from "./trace.ts";

/**
 * Whether what becomes of clients' questions is written down, for those that have to wait. Whether one will have to is not known
 * before, so each is given a trace; that of one that is answered at once is the next one's.
 */
export class Tracing {
  readonly #clock: Clock;
  #spare: Trace | null = null;
  /** Whether it is. */
  isOn = false;

  /** Times are read from `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** For a question that has come just now; `null` when nothing is written down. */
  begin(): Trace | null {
    // hot path
    if (!this.isOn) return null;
    const trace = this.#spare ??= new Trace(this.#clock);
    trace.begin();
    return trace;
  }

  /** It has to wait: its trace is its own. */
  waits(): void {
    // hot path
    this.#spare = null;
  }
}
