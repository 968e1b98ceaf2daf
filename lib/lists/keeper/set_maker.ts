import type { Timers } from "../../base/runtime.ts";
import type { Log } from "../../observe/log.ts";
import type { CompiledSet, CompileOrder, ListWork } from "./list_work.ts";

/** Texts come one after another when a program starts for the first time: some are waited for, and not all. */
const GATHER_MS = 10_000;
/** What could not be made is tried again, and less often each time. */
const RETRY_MS = 60_000;
const RETRY_MS_MAX = 60 * 60_000;

/** What sets are made with. */
export interface SetMakerOptions {
  /** Who makes them. */
  readonly work: Pick<ListWork, "compile" | "hasSet">;
  /** What is wanted now. */
  readonly order: () => CompileOrder;
  /** What was made last, before the program started; `null` for nothing. */
  readonly made: Pick<CompiledSet, "digests"> | null;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Has a set made whenever what is wanted is not what there is. One at a time. */
export class SetMaker {
  readonly #options: SetMakerOptions;
  /** What there is. */
  #madeKey: string;
  /** What is done with the texts that are kept, one after another. */
  #last: Promise<unknown> = Promise.resolve();
  #cancelTimer: (() => void) | null = null;
  #failureCount = 0;
  #complaint: string | null = null;
  #isStopped = false;

  /** See {@linkcode SetMakerOptions}. */
  constructor(options: SetMakerOptions) {
    this.#options = options;
    this.#madeKey = keyOf(options.made?.digests ?? {});
  }

  /** Why the last one could not be made; `null` when it could. */
  get complaint(): string | null {
    return this.#complaint;
  }

  /** What is wanted may be another one, and more may follow soon. */
  noteChange(): void {
    // What was being fetched ends behind the stop.
    if (!this.#isStopped && this.#cancelTimer === null && this.#isNeeded) this.#makeIn(GATHER_MS);
  }

  /** What is wanted is complete for now. Resolves when it is there, or could not be made. */
  async make(): Promise<void> {
    await this.whileUnread(async () => {
      if (this.#isStopped || !(this.#isNeeded || !await this.#options.work.hasSet())) return;
      this.#cancel();
      await this.#make();
    });
  }

  /** Does something while nobody reads the texts that are kept. */
  whileUnread<T>(change: () => Promise<T>): Promise<T> {
    const changing = this.#last.then(change);
    this.#last = changing.catch(() => {});
    return changing;
  }

  /** Makes no more. */
  stop(): void {
    this.#isStopped = true;
    this.#cancel();
  }

  get #isNeeded(): boolean {
    return keyOfOrder(this.#options.order()) !== this.#madeKey;
  }

  async #make(): Promise<void> {
    const { work, order, log } = this.#options;
    const wanted = order();
    try {
      await work.compile(wanted);
      this.#madeKey = keyOfOrder(wanted);
      this.#failureCount = 0;
      this.#complaint = null;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (this.#isStopped) return;
      if (error.message !== this.#complaint) {
        log.warn(`lists cannot be made ready, those that are in force stay: ${error.message}`);
      }
      this.#complaint = error.message;
      this.#makeIn(Math.min(RETRY_MS * 2 ** this.#failureCount++, RETRY_MS_MAX));
    }
  }

  #makeIn(ms: number): void {
    this.#cancel();
    this.#cancelTimer = this.#options.timers.start(ms, () => {
      this.#cancelTimer = null;
      void this.make();
    });
  }

  #cancel(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}

function keyOfOrder({ lists }: CompileOrder): string {
  return keyOf(Object.fromEntries(lists.map(({ name, digest }) => [name, digest])));
}

/** The order of lists says nothing. */
function keyOf(digests: CompiledSet["digests"]): string {
  return JSON.stringify(Object.entries(digests).toSorted(([a], [b]) => a < b ? -1 : 1));
}
