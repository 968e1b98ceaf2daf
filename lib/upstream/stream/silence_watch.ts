import type { Services } from "../../observe/services.ts";
import { Alarm } from "../../base/time/deadline_queue.ts";
import type { CarriedQuery } from "./carried_query.ts";
import type { SentQueries } from "./sent_queries.ts";

/** What a watch is made from. */
export interface SilenceWatchOptions extends Pick<Services, "clock" | "deadlines"> {
  /** What waits on the connection. */
  readonly sent: SentQueries;
  /** How long a query may go without an octet from the server, in milliseconds. */
  readonly silenceMs: () => number;
  /** Told each time that silence has lasted for too long: first for so long, then for twice as long. */
  readonly onSilence: () => void;
}

/** Notices that nothing comes on a connection on which something is waited for. */
export class SilenceWatch {
  readonly #options: SilenceWatchOptions;
  readonly #quiet = new Alarm(() => this.#onQuiet());
  #isWatching = false;
  #heardAtMs = -Infinity;
  /** How often silence was told of since. */
  #silenceCount = 0;

  /** See {@linkcode SilenceWatchOptions}. */
  constructor(options: SilenceWatchOptions) {
    this.#options = options;
  }

  /** When something came last; -Infinity for never. */
  get heardAtMs(): number {
    return this.#heardAtMs;
  }

  /** Whether nothing has come for longer than it should take, and somebody waits. */
  get isSilent(): boolean {
    return this.#silenceCount > 0;
  }

  /** Something has come. */
  heard(): void {
    this.#heardAtMs = this.#options.clock.nowMs();
    this.#silenceCount = 0;
  }

  /** Makes sure that silence will be noticed. To be called when something is sent. */
  watch(): void {
    const oldest = this.#isWatching ? null : this.#options.sent.oldest;
    if (oldest === null) return;
    this.#isWatching = true;
    this.#options.deadlines.schedule(this.#quiet, this.#quietAtMs(oldest));
  }

  /** Nothing is noticed any more until something is sent. */
  close(): void {
    this.#options.deadlines.cancel(this.#quiet);
  }

  /**
   * When nothing has come for too long: counted from the oldest query that waits, for as long as some come through, the
   * connection is in order. Each further send is given twice the time of the one before, for the server may be slow.
   */
  #quietAtMs({ sentAtMs, query }: CarriedQuery): number {
    const doublings = Math.max(this.#silenceCount, query.sendCount - 1);
    return Math.max(sentAtMs, this.#heardAtMs) + this.#options.silenceMs() * 2 ** doublings;
  }

  #onQuiet(): void {
    this.#isWatching = false;
    const { sent, clock, onSilence } = this.#options;
    const { oldest } = sent;
    if (oldest === null) return;
    if (this.#quietAtMs(oldest) <= clock.nowMs()) {
      this.#silenceCount++;
      onSilence();
    }
    this.watch();
  }
}
