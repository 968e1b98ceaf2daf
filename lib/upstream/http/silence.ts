import { Alarm } from "../../base/time/deadline_queue.ts";
import type { Services } from "../../observe/services.ts";
import type { CarriedQuery } from "../stream/carried_query.ts";

/** What silence is watched with. */
export interface SilenceOptions extends Pick<Services, "clock" | "deadlines"> {
  /** The oldest query that waits; `null` for none. */
  readonly oldest: () => CarriedQuery | null;
  /** How long it may go without an octet from the server, in milliseconds. */
  readonly silenceMs: () => number;
  /** It has gone without for so long; told again after twice as long. */
  readonly onSilence: () => void;
}

/** Notices that nothing comes on a connection on which somebody waits; see `PooledConnection`. */
export class Silence {
  readonly #options: SilenceOptions;
  readonly #alarm = new Alarm(() => this.#onAlarm());
  #isWatching = false;
  #isClosed = false;
  /** How often it was told of since something came. */
  #count = 0;
  /** When octets came last. */
  heardAtMs: number = -Infinity;

  /** See {@linkcode SilenceOptions}. */
  constructor(options: SilenceOptions) {
    this.#options = options;
  }

  /** Whether nothing has come for too long. */
  get isNow(): boolean {
    return this.#count > 0;
  }

  /** Something has come. */
  heard(): void {
    this.heardAtMs = this.#options.clock.nowMs();
    this.#count = 0;
  }

  /** Makes sure that it will be noticed. To be called whenever something is sent. */
  watch(): void {
    const oldest = this.#isWatching || this.#isClosed ? null : this.#options.oldest();
    if (oldest === null) return;
    this.#isWatching = true;
    this.#options.deadlines.schedule(this.#alarm, this.#dueMs(oldest));
  }

  /** Nobody waits any more. */
  close(): void {
    this.#isClosed = true;
    this.#options.deadlines.cancel(this.#alarm);
  }

  /** Each further send is given twice the time of the one before, for the server may be slow. */
  #dueMs({ sentAtMs, query }: CarriedQuery): number {
    const doublings = Math.max(this.#count, query.sendCount - 1);
    return Math.max(sentAtMs, this.heardAtMs) + this.#options.silenceMs() * 2 ** doublings;
  }

  #onAlarm(): void {
    this.#isWatching = false;
    const { clock, oldest, onSilence } = this.#options;
    const waiting = oldest();
    if (waiting === null) return;
    if (this.#dueMs(waiting) <= clock.nowMs()) {
      this.#count++;
      onSilence();
    }
    this.watch();
  }
}
