import { Alarm } from "../../../base/time/deadline_queue.ts";
import type { Services } from "../../../observe/services.ts";

/** What a watch is made from. */
export interface IdleWatchOptions extends Pick<Services, "clock" | "deadlines"> {
  /** For how long nothing may happen. */
  readonly timeoutMs: number;
  /** Whether something waits: then nothing need happen. */
  readonly isBusy: () => boolean;
  /** Told once when nothing has happened for too long. */
  readonly onIdle: () => void;
}

/** Sees to it that a connection on which nothing happens does not stay for ever. */
export class IdleWatch {
  readonly #options: IdleWatchOptions;
  /** Looks when it is due whether it really is: to plan it anew with each message would be dearer. */
  readonly #alarm = new Alarm((nowMs) => this.#look(nowMs));
  #sinceMs: number;

  /** See {@linkcode IdleWatchOptions}. */
  constructor(options: IdleWatchOptions) {
    this.#options = options;
    this.#sinceMs = options.clock.nowMs();
  }

  /** When something has happened last. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  /** Begins to watch. */
  start(): void {
    const { deadlines, timeoutMs } = this.#options;
    deadlines.schedule(this.#alarm, this.#sinceMs + timeoutMs);
  }

  /** Something happens. */
  alive(): void {
    // hot path
    this.#sinceMs = this.#options.clock.nowMs();
  }

  /** Tells nothing any more. */
  stop(): void {
    this.#options.deadlines.cancel(this.#alarm);
  }

  #look(nowMs: number): void {
    const { deadlines, timeoutMs, isBusy, onIdle } = this.#options;
    const dueMs = timeoutMs + (isBusy() ? nowMs : this.#sinceMs);
    if (dueMs <= nowMs) onIdle();
    else deadlines.schedule(this.#alarm, dueMs);
  }
}
