import type { HttpContent } from "../../base/http/http_client.ts";
import type { Clock, Timers, WallClock } from "../../base/runtime.ts";
import type { Log } from "../../observe/log.ts";
import { AlertBook, type Notice } from "./alert_book.ts";
import { ALERT_KINDS } from "./alert_kinds.ts";
import { Conditions, type Watched } from "./conditions.ts";

/** How often it is looked whether something is wrong. */
export const LOOK_MS = 5_000;

/** What alerts are made from. */
export interface AlertsOptions {
  /** What is looked at. */
  readonly look: () => Watched;
  /** What is sent of what there is to be told. */
  readonly bodies: (notices: readonly Notice[]) => readonly HttpContent[];
  /** Who sends it. */
  readonly outbox: { add(contents: readonly HttpContent[]): void };
  /** What the time is read from. */
  readonly clock: Clock;
  /** What others read goes by this one. */
  readonly wallClock: WallClock;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where the operator reads: whatever is sent stands there as well. */
  readonly log: Log;
}

/** Looks whether something is wrong, and tells it: once when it is, each hour while it is, and once when it is over. */
export class Alerts {
  readonly #options: AlertsOptions;
  readonly #conditions = new Conditions();
  readonly #book = new AlertBook();
  #cancel: () => void;

  /** Begins to look. */
  constructor(options: AlertsOptions) {
    this.#options = options;
    this.#cancel = options.timers.start(LOOK_MS, () => this.#look());
  }

  /** What was told and is not over, a text each. */
  get told(): string[] {
    return this.#book.told.map(({ text }) => text);
  }

  /** Looks no more. */
  stop(): void {
    this.#cancel();
  }

  #look(): void {
    const { look, bodies, outbox, clock, wallClock, timers, log } = this.#options;
    this.#cancel = timers.start(LOOK_MS, () => this.#look());
    const nowMs = clock.nowMs();
    const findings = this.#conditions.look(look(), nowMs, (key) => this.#book.isTold(key));
    // Moments as others read them: the clock on the wall may be set meanwhile, spans go by the other one.
    const offsetMs = wallClock.epochSeconds() * 1000 - nowMs;
    const notices = this.#book.update(findings, nowMs).map((notice) => {
      return { ...notice, beganAtMs: notice.beganAtMs + offsetMs, atMs: notice.atMs + offsetMs };
    });
    for (const { finding: { kind, text }, isOver, isRepeat } of notices) {
      if (isOver) log.info(`alert is over: ${text}`);
      else if (ALERT_KINDS[kind].severity === "critical") log.error(`alert: ${isRepeat ? "still: " : ""}${text}`);
      else log.warn(`alert: ${isRepeat ? "still: " : ""}${text}`);
    }
    outbox.add(bodies(notices));
  }
}
