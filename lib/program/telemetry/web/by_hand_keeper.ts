import type { WallClock } from "../../../base/runtime.ts";
import type { FullConfig } from "../../../config/config.ts";
import type { Log, LogLevel } from "../../../observe/log.ts";
import { type ByHand, NOTHING_BY_HAND } from "../../../operator/by_hand.ts";
import { stillLeftOut } from "../../../upstream/health/absence.ts";

/** What it takes to change something by hand. */
export interface ByHandKeeperOptions {
  /** Who follows it. */
  readonly program: { useByHand(byHand: ByHand): void };
  /** What ends are told by. */
  readonly wallClock: WallClock;
  /** Where the operator reads. */
  readonly log: Log;
  /** What is followed. */
  readonly config: () => FullConfig;
}

/** Keeps what the operator has changed by hand: all that serve are told the whole of it. */
export class ByHandKeeper {
  readonly #options: ByHandKeeperOptions;
  #byHand: ByHand = NOTHING_BY_HAND;

  /** See {@linkcode ByHandKeeperOptions}. */
  constructor(options: ByHandKeeperOptions) {
    this.#options = options;
  }

  /** How much is logged. */
  get logLevel(): LogLevel {
    return this.#byHand.logLevel ?? this.#options.config().logLevel;
  }

  /** Leaves an upstream out for so long; 0 for not at all. */
  leaveOut(upstream: string, seconds: number): void {
    const nowSeconds = this.#options.wallClock.epochSeconds();
    const others = stillLeftOut(this.#byHand.leftOut, nowSeconds).filter((one) => one.upstream !== upstream);
    const leftOut = seconds === 0 ? others : [...others, { upstream, untilSeconds: nowSeconds + seconds }];
    this.#use({ ...this.#byHand, leftOut });
  }

  /** Logs as much from now on, until the next reload. */
  useLogLevel(logLevel: LogLevel): void {
    this.#use({ ...this.#byHand, logLevel });
    this.#options.log.use(logLevel);
    this.#options.log.info(`logs ${logLevel} from now on, as it was said by hand`);
  }

  /** Another configuration is followed: it says how much is logged. */
  reloaded(): void {
    if (this.#byHand.logLevel !== null) this.#use({ ...this.#byHand, logLevel: null });
  }

  #use(byHand: ByHand): void {
    this.#byHand = byHand;
    this.#options.program.useByHand(byHand);
  }
}
