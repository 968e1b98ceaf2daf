import type { Counters } from "../observe/counters.ts";
import type { Services } from "../observe/services.ts";

/** What has been asked and has failed since the start. */
export interface Tally {
  /** Messages that were to be answered. */
  readonly questions: number;
  /** Of these, the ones that got SERVFAIL, or whose answer could not be sent. */
  readonly failures: number;
}

/** What the counters say of questions and failures. */
export function tallyOf({ received, ignored, failed, unsendable }: Counters): Tally {
  return { questions: received - ignored, failures: failed + unsendable };
}

/** How often it is looked. */
const LOOK_EVERY_MS = 5000;
/** What is compared with: the looks of the minute before. */
const LOOKS_BEFORE = 12;
/** Fewer questions say nothing; they are judged together with those that follow. */
const QUESTIONS_MIN = 50;
/** So many times the share of before, */
const TIMES_MAX = 3;
/** and more than this share, is harm. */
const SHARE_MAX = 0.05;

/** What a probation is made from. */
export interface ProbationOptions extends Pick<Services, "timers"> {
  /** What has happened so far. */
  readonly tally: () => Tally;
}

/**
 * Watches how many questions fail, so as to know whether a reload has done harm: it looks every five seconds at all times, for
 * what was before counts, too.
 */
export class Probation {
  readonly #options: ProbationOptions;
  /** The last looks, the oldest first. */
  #looks: Tally[];
  #judged: Tally | null = null;
  #shareBefore = 0;
  #leftMs = 0;
  #onHarm: (reason: string) => void = () => {};
  #cancel: () => void;

  /** Begins to look. See {@linkcode ProbationOptions}. */
  constructor(options: ProbationOptions) {
    this.#options = options;
    this.#looks = [options.tally()];
    this.#cancel = this.#arm();
  }

  /** Whether something is on probation. */
  get isOn(): boolean {
    return this.#judged !== null;
  }

  /**
   * Something has changed just now: it is watched for `durationMs`, and `onHarm` is called at most once if it does harm. What was
   * on probation before is not any more.
   */
  begin(durationMs: number, onHarm: (reason: string) => void): void {
    this.end();
    if (durationMs === 0) return;
    const now = this.#options.tally();
    this.#shareBefore = shareBetween(this.#looks[0]!, now);
    this.#judged = now;
    this.#leftMs = durationMs;
    this.#onHarm = onHarm;
    // In step with the change, so that each stretch of five seconds is one after it.
    this.#cancel();
    this.#cancel = this.#arm();
  }

  /** Harm that needs no counting: a process has died. */
  noteHarm(reason: string): void {
    if (this.#judged === null) return;
    const onHarm = this.#onHarm;
    this.end();
    onHarm(reason);
  }

  /** Watches no longer what was on probation. */
  end(): void {
    this.#judged = null;
    this.#onHarm = () => {};
  }

  /** Looks no more. */
  stop(): void {
    this.end();
    this.#cancel();
  }

  #arm(): () => void {
    return this.#options.timers.start(LOOK_EVERY_MS, () => {
      this.#cancel = this.#arm();
      this.#look();
    });
  }

  #look(): void {
    const now = this.#options.tally();
    this.#looks = [...this.#looks, now].slice(-LOOKS_BEFORE - 1);
    const judged = this.#judged;
    if (judged === null) return;
    const questions = now.questions - judged.questions;
    if (questions >= QUESTIONS_MIN) {
      const share = shareBetween(judged, now);
      if (share > SHARE_MAX && share > TIMES_MAX * this.#shareBefore) {
        return this.noteHarm(
          `${percent(share)} of ${questions} questions failed, ${percent(this.#shareBefore)} before`,
        );
      }
      this.#judged = now;
    }
    this.#leftMs -= LOOK_EVERY_MS;
    if (this.#leftMs <= 0) this.end();
  }
}

function shareBetween(from: Tally, to: Tally): number {
  const questions = to.questions - from.questions;
  return questions <= 0 ? 0 : (to.failures - from.failures) / questions;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}
