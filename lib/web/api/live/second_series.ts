import type { WallClock } from "../../../base/runtime.ts";
import type { ObservationRecord } from "../../../observe/observation.ts";
import { SOURCE } from "../../../resolver/reply.ts";
import type { SeriesAnswer } from "../answers.ts";
import type { Series } from "./watching.ts";

/** Seconds that are kept one by one. */
const SECONDS = 300;
/** Minutes that are kept one by one. */
const MINUTES = 60;
const SOURCES = Object.keys(SOURCE);

/** How many replies there were from each source: in each second of five minutes, and in each minute of an hour. */
export class SecondSeries implements Series {
  readonly #wallClock: WallClock;
  readonly #seconds = new Steps(1, SECONDS);
  readonly #minutes = new Steps(60, MINUTES);

  /** Goes by `wallClock`. */
  constructor(wallClock: WallClock) {
    this.#wallClock = wallClock;
  }

  /** See `Taker`. */
  take({ timeMs, source }: ObservationRecord): void {
    // hot path
    const second = Math.floor(timeMs / 1000);
    const row = SOURCE[source as keyof typeof SOURCE];
    this.#seconds.count(second, row);
    this.#minutes.count(second, row);
  }

  /** See `Series`. */
  read(windowSeconds: number): SeriesAnswer {
    const steps = windowSeconds <= SECONDS ? this.#seconds : this.#minutes;
    return steps.read(this.#wallClock.epochSeconds(), windowSeconds);
  }
}

/** A ring of steps of the same length. */
class Steps {
  readonly #seconds: number;
  readonly #count: number;
  readonly #counts: Float64Array;
  /** Which step each place is of. */
  readonly #steps: Float64Array;

  constructor(seconds: number, count: number) {
    this.#seconds = seconds;
    this.#count = count;
    this.#counts = new Float64Array(count * SOURCES.length);
    this.#steps = new Float64Array(count).fill(-1);
  }

  count(second: number, row: number): void {
    // hot path
    const step = Math.floor(second / this.#seconds);
    const place = step % this.#count;
    if (this.#steps[place]! < step) {
      this.#counts.fill(0, place * SOURCES.length, (place + 1) * SOURCES.length);
      this.#steps[place] = step;
    }
    if (this.#steps[place] === step) this.#counts[place * SOURCES.length + row]!++;
  }

  read(nowSeconds: number, windowSeconds: number): SeriesAnswer {
    const last = Math.floor(nowSeconds / this.#seconds);
    const length = Math.min(this.#count - 1, Math.ceil(windowSeconds / this.#seconds));
    const first = last - length + 1;
    const counts = SOURCES.map((_, row) => {
      return Array.from({ length }, (_, i) => {
        const place = (first + i) % this.#count;
        return this.#steps[place] === first + i ? this.#counts[place * SOURCES.length + row]! : 0;
      });
    });
    return {
      stepMs: this.#seconds * 1000,
      fromAtMs: first * this.#seconds * 1000,
      sources: SOURCES,
      counts,
      from: "memory",
    };
  }
}
