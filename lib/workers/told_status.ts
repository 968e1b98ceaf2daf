import { RecentPeak } from "../base/time/recent_peak.ts";
import type { Services } from "../observe/services.ts";
import type { Status } from "../operator/status.ts";

/** How long an answer is waited for. A worker that is so busy is told of by its last one. */
const TELL_MS = 1000;
/** Whoever looks once a minute misses nothing. */
const DELAY_SPAN_MS = 30_000;

/** How a worker is doing, by what it tells when it is asked. */
export class ToldStatus {
  readonly #services: Pick<Services, "clock" | "timers">;
  readonly #send: () => void;
  readonly #delay = new RecentPeak(DELAY_SPAN_MS);
  #last: Status | null = null;
  #heardAtMs: number;
  /** When it was asked for what it has not told yet. */
  #askedAtMs: number | null = null;
  #waiting: (() => void)[] = [];

  /** `send` asks the worker. */
  constructor(services: Pick<Services, "clock" | "timers">, send: () => void) {
    this.#services = services;
    this.#send = send;
    this.#heardAtMs = services.clock.nowMs();
  }

  /** What it has told last; `null` when there is nobody. */
  get last(): Status | null {
    return this.#last;
  }

  /** See `WorkerStatus`. */
  get silentMs(): number {
    return this.#services.clock.nowMs() - this.#heardAtMs;
  }

  /** See `WorkerStatus`. */
  get delayMs(): number {
    const nowMs = this.#services.clock.nowMs();
    return Math.max(this.#delay.peak(nowMs), this.#askedAtMs === null ? 0 : nowMs - this.#askedAtMs);
  }

  /** Asks, and does not wait. */
  ask(): void {
    this.#askedAtMs ??= this.#services.clock.nowMs();
    this.#send();
  }

  /** Asks. `last` is as new as can be had when this resolves. */
  async refresh(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#services.timers.start(TELL_MS, resolve);
    this.#waiting.push(resolve);
    this.ask();
    await promise;
    cancel();
  }

  /** It has told something, whatever that is. */
  heard(): void {
    this.#heardAtMs = this.#services.clock.nowMs();
  }

  /** It has told how it is doing. */
  told(status: Status): void {
    this.#last = status;
    const nowMs = this.#services.clock.nowMs();
    if (this.#askedAtMs !== null) this.#delay.note(nowMs - this.#askedAtMs, nowMs);
    this.settle();
  }

  /** It has died, and another one takes its place. Returns what it had told last. */
  forget(): Status | null {
    const last = this.#last;
    this.#last = null;
    this.heard();
    return last;
  }

  /** It tells nothing more: nobody is to wait for it. */
  settle(): void {
    this.#askedAtMs = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
