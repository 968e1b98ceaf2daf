import type { Clock } from "../base/runtime.ts";

/** What one who looks through answers leaves behind in memory, so that it is known who has. */
export interface Inspection {
  /** 1–15. */
  readonly number: number;
  /** What has been remembered by then may have been looked through by another one of that number, and does not count. */
  readonly sinceMs: number;
}

/** Gives numbers, see `Inspections`. */
export type InspectionNumbers = Pick<Inspections, "begin" | "isLast">;

/** Of those who look through answers for one question alone: that they have is not remembered. */
export const PASSING_INSPECTIONS: InspectionNumbers = {
  begin: () => ({ number: 0, sinceMs: Infinity }),
  isLast: () => false,
};

/** There are four bits for them in an entry, and 0 is for nobody. */
const NUMBERS = 15;

/** Gives numbers to those who look through answers for one thing after another. */
export class Inspections {
  readonly #clock: Clock;
  /** When each of the last ones began, by number. */
  readonly #beganAtMs: number[] = Array(NUMBERS).fill(-Infinity);
  #count = 0;
  #last: (Inspection & { readonly what: unknown }) | null = null;

  /** The clock is that of the ages of answers. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One begins that looks for `what`, told by identity: the last one, if that is what it looks for. */
  begin(what: unknown): Inspection {
    if (this.#last !== null && this.#last.what === what) return this.#last;
    const place = this.#count++ % NUMBERS;
    this.#beganAtMs[place] = this.#clock.nowMs();
    // The one behind it is the oldest that there is, and no other of this number has begun since.
    const oldest = this.#count % NUMBERS;
    const last = { what, number: 1 + place, sinceMs: this.#beganAtMs[oldest]! };
    this.#last = last;
    return last;
  }

  /** Whether none has begun since that looks for anything else. */
  isLast(inspection: Inspection): boolean {
    return this.#last === inspection;
  }
}
