import { RecentPeak } from "../../base/time/recent_peak.ts";
import type { Clock, Timers } from "../../base/runtime.ts";

/** Cheap enough for a machine that sleeps otherwise, and often enough to meet what takes long. */
const TICK_MS = 500;
/** Whoever looks once a minute misses nothing. */
const SPAN_MS = 30_000;

/** By how much the event loop of this process is late: how much later than it should a timer fires. */
export class LoopDelay {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #peak = new RecentPeak(SPAN_MS);
  #cancel: () => void;

  /** Begins to measure. */
  constructor({ clock, timers }: { readonly clock: Clock; readonly timers: Timers }) {
    this.#clock = clock;
    this.#timers = timers;
    this.#cancel = this.#arm();
  }

  /** The most of the last half minute, and some time before. */
  get peakMs(): number {
    return this.#peak.peak(this.#clock.nowMs());
  }

  /** Measures no more. */
  stop(): void {
    this.#cancel();
  }

  #arm(): () => void {
    const dueMs = this.#clock.nowMs() + TICK_MS;
    return this.#timers.start(TICK_MS, () => {
      const nowMs = this.#clock.nowMs();
      this.#peak.note(Math.max(0, nowMs - dueMs), nowMs);
      this.#cancel = this.#arm();
    });
  }
}
