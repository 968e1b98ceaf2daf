import { DeadlineQueue } from "../../lib/base/time/deadline_queue.ts";
import type { Clock, Timers } from "../../lib/base/runtime.ts";

/** A clock that stands still until told, with the timers that go by it. */
export class FakeTime implements Clock, Timers {
  #nowMs: number;
  #started = 0;
  readonly #armed = new Map<number, { dueMs: number; callback: () => void }>();

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  /** Timers that wait. */
  get armedCount(): number {
    return this.#armed.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  start(delayMs: number, callback: () => void): () => void {
    const id = this.#started++;
    this.#armed.set(id, { dueMs: this.#nowMs + delayMs, callback });
    return () => void this.#armed.delete(id);
  }

  /** Lets `ms` pass, firing each timer at its moment. Promises settle only afterwards: see `passAndSettle`. */
  pass(ms: number): void {
    const endMs = this.#nowMs + ms;
    while (this.#fireNext(endMs));
    this.#nowMs = endMs;
  }

  /** Lets `ms` pass; whatever waits for promises goes on before the next timer fires. */
  async passAndSettle(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    do await settled(); while (this.#fireNext(endMs));
    this.#nowMs = endMs;
  }

  #fireNext(endMs: number): boolean {
    const [first] = [...this.#armed].sort(([, a], [, b]) => a.dueMs - b.dueMs);
    if (first === undefined || first[1].dueMs > endMs) return false;
    this.#armed.delete(first[0]);
    this.#nowMs = Math.max(this.#nowMs, first[1].dueMs);
    first[1].callback();
    return true;
  }
}

/** A deadline queue on a clock that the test drives. */
export function fakeDeadlines(startMs = 0): { time: FakeTime; deadlines: DeadlineQueue } {
  const time = new FakeTime(startMs);
  return { time, deadlines: new DeadlineQueue({ clock: time, timers: time }) };
}

/** Promise reactions in a row that `settled` waits for; the longest chain in `lib/` has about a dozen. */
const REACTIONS_MAX = 50;

/** Resolves when everything that only waits for settled promises has gone on. No time passes. */
export async function settled(): Promise<void> {
  for (let i = 0; i < REACTIONS_MAX; i++) await null;
}
