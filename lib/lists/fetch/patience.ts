import type { Timers } from "../../base/runtime.ts";
import { FetchError } from "./fetch_error.ts";

/** How long things may take: each step, and all of them together. */
export class Patience {
  readonly #timers: Timers;
  readonly #controller = new AbortController();
  readonly #over = Promise.withResolvers<never>();
  readonly #cancelAll: () => void;
  readonly #giveUp = () => this.#end("the program stops");
  readonly #outer: AbortSignal;
  #cancelStep: () => void = () => {};

  /** All together take `totalMs` at most, and end with `outer`. */
  constructor(timers: Timers, totalMs: number, outer: AbortSignal) {
    this.#timers = timers;
    this.#outer = outer;
    outer.addEventListener("abort", this.#giveUp, { once: true });
    // Whether somebody waits or not.
    this.#over.promise.catch(() => {});
    this.#cancelAll = timers.start(totalMs, () => this.#end(`it takes longer than ${totalMs / 60_000} min`));
  }

  /** Aborts when one of them has taken too long; its reason is a `FetchError`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The next step: what does not come of it within `ms` is told as `complaint`. */
  begin(ms: number, complaint: string): void {
    this.#cancelStep();
    this.#cancelStep = this.#timers.start(ms, () => this.#end(complaint));
  }

  /** What `promise` brings, unless something takes too long meanwhile. */
  async until<T>(promise: Promise<T>): Promise<T> {
    return await Promise.race([promise, this.#over.promise]);
  }

  /** Nothing is waited for any more. */
  stop(): void {
    this.#outer.removeEventListener("abort", this.#giveUp);
    this.#cancelStep();
    this.#cancelAll();
  }

  #end(complaint: string): void {
    this.stop();
    const error = new FetchError(complaint);
    this.#controller.abort(error);
    this.#over.reject(error);
  }
}
