import type {} from "../base/runtime.ts";
import type { Services } from "../observe/services.ts";

/** How often a worker is asked how it is doing. */
const ASK_EVERY_MS = 2000;
/**
 * Signs of life in a row that it may owe: after 6 to 8 s of silence it hangs. Flooded by dnsperf on two cores, with 2,000
 * queries waiting all the time, a worker answered within 0.13 s.
 */
const OWED_MAX = 3;
/** The same while it starts, half a minute: it reads the program from a disk that may be slow, and compiles it. */
const OWED_STARTING_MAX = 15;
/** Whoever asks so late had no processor, or stood still, and so perhaps did the worker: it owes nothing any more. */
const LATE_MS = 1000;

/** What a watchdog is made from. */
export interface WatchdogOptions extends Pick<Services, "clock" | "timers"> {
  /** Asks the worker for a sign of life. */
  readonly ask: () => void;
  /** The worker has been silent for `silentMs`, and is not asked any more. */
  readonly onHung: (silentMs: number) => void;
}

/**
 * Finds out that a worker hangs: in an endless loop, in a call that does not return, stopped by a signal.
 *
 * It counts what the worker owes rather than looking how long ago the last answer was: the machine may have slept, or all
 * processes of the program have been stopped for a while, and then nobody hangs.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #isStarting = true;
  #owed = 0;
  #cancel: () => void;

  /** Begins to ask. See {@linkcode WatchdogOptions}. */
  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#cancel = this.#arm();
  }

  /** The worker has told something, asked or not. */
  heard(): void {
    this.#isStarting = false;
    this.#owed = 0;
  }

  /** Asks no more. */
  stop(): void {
    this.#cancel();
  }

  #arm(): () => void {
    const { clock, timers } = this.#options;
    const dueMs = clock.nowMs() + ASK_EVERY_MS;
    return timers.start(ASK_EVERY_MS, () => this.#tick(clock.nowMs() - dueMs));
  }

  #tick(lateMs: number): void {
    const { ask, onHung } = this.#options;
    if (lateMs >= LATE_MS) this.#owed = 0;
    const max = this.#isStarting ? OWED_STARTING_MAX : OWED_MAX;
    if (this.#owed === max) return onHung(max * ASK_EVERY_MS);
    // First, for `ask` may be answered before it returns.
    this.#owed++;
    this.#cancel = this.#arm();
    ask();
  }
}
