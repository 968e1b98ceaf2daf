import type { Clock } from "../base/runtime.ts";

const INTERVAL_MS = 60_000;

/**
 * Tells the operator of what happens again and again: at its first time, then at most once a minute. What strangers or
 * crowds can cause must not fill the log; its lines say how often it has happened.
 */
export class LineAMinute {
  readonly #clock: Clock;
  readonly #write: (line: string) => void;
  #count = 0;
  #writtenAtMs = -Infinity;

  /** Goes by the time of `clock`; lines go to `write`. */
  constructor(clock: Clock, write: (line: string) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  /** It has happened once more. `line` is called when a line is due, with how often it has happened since the start. */
  note(line: (count: number) => string): void {
    this.#count++;
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#writtenAtMs + INTERVAL_MS) return;
    this.#writtenAtMs = nowMs;
    this.#write(line(this.#count));
  }
}
