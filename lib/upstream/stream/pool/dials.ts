import { Alarm } from "../../../base/time/deadline_queue.ts";
import type { Runtime } from "../../../base/runtime.ts";
import type { Services } from "../../../observe/services.ts";
import type { Connect, Connected } from "../pooled_connection.ts";

/** SYNs go out after 0, 1 and 3 seconds: who has not answered any by now does not answer. */
const DIAL_MS = 5000;
/** Attempts at a time because those before are slow. */
const SLOW_MAX = 4;

/** What attempts to connect are made with. */
export interface DialsOptions extends Pick<Services, "deadlines"> {
  /** The world outside. */
  readonly runtime: Pick<Runtime, "clock">;
  /** Makes an attempt. */
  readonly connect: Connect;
  /** Who wants connections. */
  readonly dialler: Dialler;
}

/** Who wants connections. */
export interface Dialler {
  /** How long an attempt may take before another one is made beside it, in milliseconds; twice as long for each further. */
  readonly patienceMs: number;
  /** Whether a connection is still wanted. */
  readonly wantsConnection: boolean;
  /** There is a connection. */
  onConnected(connected: Connected): void;
  /** An attempt has failed. */
  onDialFailed(failure: DialFailure): void;
}

/** Why there is no connection. */
export interface DialFailure {
  /** What the operating system said. */
  readonly cause: unknown;
  /** Whether nobody has said no: it took too long. */
  readonly isTooLong: boolean;
}

/**
 * Attempts to connect to an upstream. One that is slow gets company: its SYN may be lost, and is sent again after a second
 * at the earliest, or have gone where nobody is any more, where the next ones of the same port would go as well. One that
 * is refused does not: the server has said no.
 */
export class Dials {
  readonly #options: DialsOptions;
  /** What ends them, in their order, each with when it does at the latest. */
  readonly #running = new Map<AbortController, Alarm>();
  readonly #slow = new Alarm(() => this.#onSlow());
  #isWatching = false;
  #lastAtMs = 0;

  /** See {@linkcode DialsOptions}. */
  constructor(options: DialsOptions) {
    this.#options = options;
  }

  /** Attempts that run. */
  get count(): number {
    return this.#running.size;
  }

  /** Begins an attempt. */
  start(): void {
    const { runtime: { clock }, deadlines, connect, dialler } = this.#options;
    const dial = new AbortController();
    const tooLong = new Alarm(() => dial.abort(new Error("It takes too long")));
    this.#lastAtMs = clock.nowMs();
    deadlines.schedule(tooLong, this.#lastAtMs + DIAL_MS);
    this.#running.set(dial, tooLong);
    connect(dial.signal).then((connected) => {
      if (this.#end(dial)) dialler.onConnected(connected);
      else connected.discard();
    }, (cause) => {
      if (this.#end(dial)) dialler.onDialFailed({ cause, isTooLong: dial.signal.aborted });
    });
  }

  /** An attempt is over. Returns `false` when it was dropped before. */
  #end(dial: AbortController): boolean {
    const tooLong = this.#running.get(dial);
    if (tooLong === undefined) return false;
    this.#options.deadlines.cancel(tooLong);
    this.#running.delete(dial);
    if (this.count === 0) this.#unwatch();
    return true;
  }

  #unwatch(): void {
    this.#options.deadlines.cancel(this.#slow);
    this.#isWatching = false;
  }

  /** Makes sure that an attempt that is slow gets company. To be called whenever a connection is wanted. */
  watch(): void {
    if (this.count === 0 || this.#isWatching) return;
    this.#isWatching = true;
    this.#options.deadlines.schedule(this.#slow, this.#slowAtMs);
  }

  /** Gives all attempts up. */
  drop(): void {
    const dials = [...this.#running];
    this.#running.clear();
    for (const [dial, tooLong] of dials) {
      this.#options.deadlines.cancel(tooLong);
      dial.abort(new Error("Dropped"));
    }
    this.#unwatch();
  }

  get #slowAtMs(): number {
    return this.#lastAtMs + this.#options.dialler.patienceMs * 2 ** (this.count - 1);
  }

  #onSlow(): void {
    this.#isWatching = false;
    const { runtime, dialler } = this.#options;
    if (this.count === 0 || this.count >= SLOW_MAX || !dialler.wantsConnection) return;
    if (this.#slowAtMs <= runtime.clock.nowMs()) this.start();
    this.watch();
  }
}
