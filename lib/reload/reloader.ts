import type { FullConfig } from "../config/config.ts";
import { warningsOfUnauthenticated } from "../config/unauthenticated.ts";
import type { Services } from "../observe/services.ts";
import { changesBetween } from "./changes/changes.ts";
import { listText, type Outcome, outcomeText } from "./outcome.ts";
import { Probation } from "./probation.ts";
import type { ReloadTarget } from "./reload_target.ts";

/** A configuration that was read and checked. */
export interface Loaded {
  /** What is to be followed. */
  readonly config: FullConfig;
  /** What is allowed and probably not meant, a line each. */
  readonly warnings: readonly string[];
}

/** One that is wrong. */
export interface Unusable {
  /** What is wrong with it, a problem each, which may have several lines. */
  readonly problems: readonly string[];
  /** The same on one line. */
  readonly reason: string;
}

/** What a reloader is made from. */
export interface ReloaderOptions extends Pick<Services, "timers" | "log"> {
  /** What is followed at first. */
  readonly config: FullConfig;
  /** Reads and checks the configuration as at the start. */
  readonly load: () => Promise<Loaded | Unusable>;
  /** What is to follow it. */
  readonly target: ReloadTarget;
  /** Told that a reload begins that somebody has asked for, or that changes something. */
  readonly onBegin?: () => void;
  /** Told that one has ended, whatever has come of it. */
  readonly onEnd?: (outcome: Outcome) => void;
}

/**
 * Lets the program follow its configuration as that is now. What cannot be read or followed changes nothing; what is followed is on
 * probation for a while, and taken back when it does harm.
 */
export class Reloader {
  readonly #options: ReloaderOptions;
  readonly #probation: Probation;
  #config: FullConfig;
  #running: Promise<Outcome> | null = null;
  /** What is asked for while one is under way: all of it is one more. */
  #next: Promise<Outcome> | null = null;
  #isStopped = false;
  /** What was followed and did harm; "" when the last reload did none. */
  #takenBack = "";
  /** Why the last reload was rejected; "" when it was not. */
  #rejection = "";
  /** What needs a restart, as it was told last; "" for nothing. */
  #restart = "";
  /** Whether nobody has asked for the reload that comes next. */
  #isQuiet = true;

  /** See {@linkcode ReloaderOptions}. */
  constructor(options: ReloaderOptions) {
    const { target, timers, config } = options;
    this.#options = options;
    this.#config = config;
    this.#probation = new Probation({ timers, tally: () => target.tally() });
  }

  /** What is followed. */
  get config(): FullConfig {
    return this.#config;
  }

  /**
   * Reads the configuration again, and follows it. Never fails. While a reload is under way, all further calls together are one
   * more afterwards: what is read then is newer than any of them.
   *
   * @param isQuiet Whether nobody has asked for it, and something near the files has changed: then it is not told that there is
   * nothing new, and what was taken back is not followed once more.
   */
  reload({ isQuiet = false }: { isQuiet?: boolean } = {}): Promise<Outcome> {
    if (!isQuiet) this.#isQuiet = false;
    if (this.#running === null) return this.#begin();
    return this.#next ??= this.#running.then(() => this.#begin());
  }

  /** A process that follows the configuration has died. */
  noteDeath(reason: string): void {
    this.#probation.noteHarm(reason);
  }

  /** Takes nothing back any more, and begins no reload. */
  stop(): void {
    this.#isStopped = true;
    this.#probation.stop();
  }

  #begin(): Promise<Outcome> {
    const isQuiet = this.#isQuiet;
    this.#isQuiet = true;
    this.#next = null;
    const { onBegin, onEnd } = this.#options;
    if (!isQuiet) onBegin?.();
    return this.#running = this.#reload(isQuiet).then((outcome) => {
      this.#running = null;
      this.#tell(outcome, isQuiet);
      onEnd?.(outcome);
      return outcome;
    });
  }

  async #reload(isQuiet: boolean): Promise<Outcome> {
    const { load } = this.#options;
    const loaded = await load();
    if ("reason" in loaded) return { kind: "rejected", ...loaded };
    const { config, followed, needsRestart, isNone } = changesBetween(this.#config, loaded.config);
    if (isNone) return { kind: "unchanged", needsRestart };
    // Something else has changed beside it. Who wants it all the same says so.
    const text = JSON.stringify(config);
    if (isQuiet && text === this.#takenBack) return { kind: "unchanged", needsRestart };
    if (isQuiet) this.#options.onBegin?.();
    const known = warningsOfUnauthenticated(this.#config);
    const unauthenticated = warningsOfUnauthenticated(config).filter((warning) => !known.includes(warning));
    const reason = isLeftWithNobody(this.#config, config)
      ? "no upstream is left, and all answers would be made up; if that is meant, restart"
      : await this.#follow(config, (former) => {
        this.#takenBack = "";
        this.#probation.begin(config.rollbackAfterMs, (harm) => this.#takeBack(former, harm));
      });
    if (reason !== null) return { kind: "rejected", reason, problems: [] };
    return { kind: "applied", changes: followed, needsRestart, warnings: [...loaded.warnings, ...unauthenticated] };
  }

  /**
   * Returns why it cannot be followed; `null` when it is.
   *
   * @param onFollowed Told at once when it is, and what was followed before.
   */
  async #follow(config: FullConfig, onFollowed: (former: FullConfig) => void): Promise<string | null> {
    try {
      const prepared = await this.#options.target.prepare(config);
      if (this.#isStopped) {
        prepared.abort();
        return "the program stops";
      }
      const former = this.#config;
      const committed = prepared.commit();
      this.#config = config;
      onFollowed(former);
      await committed;
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** One step back, and none further: what was followed before has been well. */
  async #takeBack(former: FullConfig, harm: string): Promise<void> {
    const { log, onBegin, onEnd } = this.#options;
    const harmful = this.#config;
    // A reload that is under way may have another configuration to follow.
    while (this.#running !== null) await this.#running;
    if (this.#config !== harmful || this.#isStopped) return;
    onBegin?.();
    const outcome: Outcome = { kind: "taken back", reason: harm };
    const takenBack = JSON.stringify(harmful);
    this.#running = this.#follow(former, () => void (this.#takenBack = takenBack)).then((reason) => {
      this.#running = null;
      log.error(reason === null ? outcomeText(outcome) : `Cannot take the reload back (${harm}): ${reason}`);
      onEnd?.(outcome);
      return outcome;
    });
    await this.#running;
  }

  #tell(outcome: Outcome, isQuiet: boolean): void {
    const { log } = this.#options;
    const rejection = outcome.kind === "rejected" ? [...outcome.problems, outcome.reason].join("\n") : "";
    const isNew = outcome.kind === "applied" || rejection !== this.#rejection;
    this.#rejection = rejection;
    const isTold = !isQuiet || isNew;
    if (isTold && outcome.kind === "rejected") log.error(outcomeText(outcome));
    else if (isTold) log.info(outcomeText(outcome));
    if (outcome.kind === "applied") { for (const warning of outcome.warnings) log.warn(warning); }
    if (!("needsRestart" in outcome)) return;
    const restart = listText(outcome.needsRestart, "");
    // Who has changed that alone has to know that it is not followed.
    if (restart !== "" && (isTold || restart !== this.#restart)) {
      log.warn(`needs a restart, and stays as it is until then: ${restart}`);
    }
    this.#restart = restart;
  }
}

/** A file that is empty for a moment, while somebody writes it, says so, too. */
function isLeftWithNobody(from: FullConfig, to: FullConfig): boolean {
  return from.upstreams.length > 0 && to.upstreams.length === 0;
}
