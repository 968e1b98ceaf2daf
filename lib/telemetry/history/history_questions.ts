import type { Timers } from "../../base/runtime.ts";
import { HistoryError } from "./history.ts";
import type { HistoryAnswer } from "./history_thread.ts";

/** An answer is waited for so much longer than it may take. */
const PATIENCE_MS = 5000;
/** Questions that wait, at most. */
const QUESTIONS_MAX = 32;

/** Questions to whoever keeps the history that wait for their answers. */
export class HistoryQuestions {
  readonly #timers: Timers;
  readonly #waiting = new Map<number, (answer: HistoryAnswer | string) => void>();
  #lastId = 0;

  /** Nobody is waited for for ever, by the time of `timers`. */
  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /**
   * Asks with `send`, under a number, and waits.
   *
   * @param budgetMs How long answering may take.
   * @throws {HistoryError} when there is no answer.
   */
  async ask(budgetMs: number, send: (id: number) => void): Promise<HistoryAnswer> {
    if (this.#waiting.size >= QUESTIONS_MAX) throw new HistoryError("too many ask for the history");
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<HistoryAnswer | string>();
    const cancel = this.#timers.start(budgetMs + PATIENCE_MS, () => resolve("it takes too long"));
    this.#waiting.set(id, resolve);
    send(id);
    const answer = await promise;
    cancel();
    this.#waiting.delete(id);
    if (typeof answer === "string") throw new HistoryError(`the history cannot be read: ${answer}`);
    return answer;
  }

  /** What is said to the question with this number; a text says why nothing is. */
  settle(id: number, answer: HistoryAnswer | string): void {
    this.#waiting.get(id)?.(answer);
  }

  /** Nothing more is said to any of them. */
  end(why: string): void {
    for (const settle of this.#waiting.values()) settle(why);
  }
}
