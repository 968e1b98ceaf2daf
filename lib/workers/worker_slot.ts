import type {} from "../base/runtime.ts";
import type { Status } from "../operator/status.ts";
import { Errands } from "./errands.ts";
import type { NowOrder, ObservedReport, Report, StartOrder, TracesReport } from "./messages.ts";
import type { SpawnWorker, WorkerEvents, WorkerProcess } from "./worker_process.ts";
import type { WorkerStatus } from "../operator/worker_status.ts";
import { ToldStatus } from "./told_status.ts";
import { Watchdog } from "./watchdog.ts";
import type { Services } from "../observe/services.ts";

/** Whoever dies is replaced after this pause, twice as long after each further death, up to the longest. */
const PAUSE_MS = { first: 100, longest: 30_000 };
/** Who has served for so long has done well: the pause is the first again. */
const WELL_MS = 60_000;
/** How long is waited for the word that a change is followed. */
const FOLLOW_MS = 1000;

/** Signals that mean something else to the program, and end a process that has only just been started. */
const STRAY_SIGNALS: readonly string[] = ["SIGHUP", "SIGUSR1", "SIGUSR2"];

/** What a worker follows. */
export type Share = Pick<StartOrder, "config" | "material">;

/** What a slot is made from. */
export interface WorkerSlotOptions extends Pick<Services, "clock" | "timers" | "log"> {
  /** How processes are started. */
  readonly spawn: SpawnWorker;
  /** What the first worker in this slot is told first; those that follow it do not announce, and follow what is followed then. */
  readonly order: StartOrder;
  /** Its worker tells what has left for clients, or what has become of questions. */
  readonly onObserved: (report: ObservedReport | TracesReport) => void;
  /** A worker has died whose last status was this, as far as there was one. `how` is for the operator. */
  readonly onDeath: (last: Status | null, how: string) => void;
}

/** A change that the worker makes ready for. */
interface Preparing {
  readonly change: number;
  resolve(): void;
  reject(error: Error): void;
}

/** The place of a worker: the one that has it, and whoever follows when that dies. Who hangs is killed. */
export class WorkerSlot {
  readonly #options: WorkerSlotOptions;
  readonly #firstServes = Promise.withResolvers<number>();
  /** What its worker does for the operator. */
  readonly errands: Errands;
  readonly #left = Promise.withResolvers<void>();
  #worker: WorkerProcess | null = null;
  #watchdog: Watchdog | null = null;
  #isServing = false;
  #hasServed = false;
  #isLeaving = false;
  #servingSinceMs = 0;
  /** Deaths one soon after the other, and all. */
  #deaths = 0;
  #restartCount = 0;
  readonly #told: ToldStatus;
  #cancelPause = () => {};
  #order: StartOrder;
  #preparing: Preparing | null = null;
  #followed = () => {};
  /** The change that its worker is ready for. */
  #readyFor = 0;
  /** The last change that all were told to follow since its worker has started. */
  #mustFollow = 0;

  /** See {@linkcode WorkerSlotOptions}. */
  constructor(options: WorkerSlotOptions) {
    this.#options = options;
    this.#order = options.order;
    this.#told = new ToldStatus(options, () => this.#worker?.send({ kind: "tell" }));
    this.errands = new Errands(options.timers, () => this.#isServing ? this.#worker : null);
  }

  /** What its worker has told last; `null` when there is none. */
  get status(): Status | null {
    return this.#told.last;
  }

  /** How that is doing itself. */
  get state(): WorkerStatus {
    const { silentMs, delayMs } = this.#told;
    const { number } = this.#order;
    return { number, isServing: this.#isServing, silentMs, delayMs, restartCount: this.#restartCount };
  }

  /** Whether its worker serves. */
  get isServing(): boolean {
    return this.#isServing;
  }

  /** Starts the first worker. Resolves to 0 when it serves, and to its exit code when it ends before that. */
  start(): Promise<number> {
    if (this.#isLeaving) return Promise.resolve(0);
    this.#spawn();
    return this.#firstServes.promise;
  }

  /** Asks the worker how it is doing; `status` is as new as can be had when this resolves. */
  async refresh(): Promise<void> {
    if (this.#worker !== null && this.#isServing) await this.#told.refresh();
  }

  /** What an order says counts from now on for whoever serves; whoever follows begins with that. */
  use(order: NowOrder, begin: Partial<StartOrder>): void {
    this.#order = { ...this.#order, ...begin };
    this.#worker?.send(order);
  }

  /**
   * Lets the worker make ready for a change. Resolves at once where nobody serves: whoever does next begins with what is followed
   * then.
   *
   * @throws {Error} when it cannot follow the change, or dies.
   */
  prepare(change: number, share: Share): Promise<void> {
    if (this.#worker === null || !this.#isServing) return Promise.resolve();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#preparing = { change, resolve, reject };
    this.#worker.send({ kind: "prepare", change, ...share });
    return promise;
  }

  /** The change is followed from now on, by whoever is in this place. Resolves when its worker says so, or soon in any case. */
  async commit(change: number, share: Share): Promise<void> {
    this.#order = { ...this.#order, ...share };
    if (this.#worker === null) return;
    // It was started meanwhile, with the former configuration. If it cannot follow the other one it is killed, see `#reported`.
    if (this.#readyFor !== change) this.#worker.send({ kind: "prepare", change, ...share });
    this.#mustFollow = change;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#followed = resolve;
    this.#worker.send({ kind: "commit", change });
    // One that starts answers nobody before it follows the change.
    if (!this.#isServing) return;
    const cancel = this.#options.timers.start(FOLLOW_MS, resolve);
    await promise;
    cancel();
  }

  /** The change is not followed after all. */
  abort(change: number): void {
    this.#preparing = null;
    this.#worker?.send({ kind: "abort", change });
  }

  /** Lets the worker finish its work, and takes no other. Resolves when it is gone. */
  leave(patienceMs: number): Promise<void> {
    this.#isLeaving = true;
    this.#watchdog?.stop();
    this.#cancelPause();
    const worker = this.#worker;
    if (worker === null) return Promise.resolve();
    worker.send({ kind: "stop" });
    this.#cancelPause = this.#options.timers.start(patienceMs, () => worker.kill());
    return this.#left.promise;
  }

  #spawn(): void {
    const order = { ...this.#order, announces: this.#order.announces && !this.#hasServed };
    const events: WorkerEvents = {
      reported: (report) => this.#reported(report),
      ended: (how, exitCode) => this.#ended(how, exitCode),
    };
    const { spawn, clock, timers, log } = this.#options;
    let worker: WorkerProcess;
    try {
      worker = this.#worker = spawn(events);
    } catch (error) {
      // Out of memory, or of processes: there may be some again.
      log.error(`Cannot start worker ${order.number}: ${error instanceof Error ? error.message : error}`);
      return this.#ended("it could not be started", 1);
    }
    worker.send(order);
    this.#watchdog = new Watchdog({
      clock,
      timers,
      // What it has counted is known from time to time, too, so that little is lost when it dies.
      ask: () => this.#told.ask(),
      onHung: (silentMs) => {
        log.error(`worker ${order.number} hangs: no sign of life for ${silentMs / 1000} s; it is killed`);
        worker.kill();
      },
    });
  }

  #reported(report: Report): void {
    this.#watchdog?.heard();
    this.#told.heard();
    if (report.kind === "serving") {
      const { order, log } = this.#options;
      if (this.#hasServed) log.info(`worker ${order.number}: serves in the place of the one that died`);
      this.#isServing = this.#hasServed = true;
      this.#servingSinceMs = this.#options.clock.nowMs();
      this.#firstServes.resolve(0);
      return;
    }
    if (report.kind === "observed" || report.kind === "traces") return this.#options.onObserved(report);
    if (report.kind === "done") return this.errands.done(report);
    if (report.kind === "following") return this.#followed();
    if (report.kind === "ready" || report.kind === "unable") return this.#answered(report);
    this.#told.told(report.status);
  }

  #answered(report: Report & { readonly kind: "ready" | "unable" }): void {
    const { change } = report;
    if (report.kind === "ready") this.#readyFor = change;
    if (this.#preparing?.change === change) {
      const { resolve, reject } = this.#preparing;
      this.#preparing = null;
      if (report.kind === "ready") resolve();
      else reject(new Error(report.reason));
    } else if (report.kind === "unable" && this.#mustFollow === change) {
      this.#options.log.error(
        `worker ${this.#order.number} cannot follow the configuration (${report.reason}); it is killed`,
      );
      this.#worker?.kill();
    }
  }

  #ended(how: string, exitCode: number): void {
    const { clock, log, timers, onDeath } = this.#options;
    const { number } = this.#order;
    const wasWell = this.#isServing && clock.nowMs() - this.#servingSinceMs >= WELL_MS;
    this.#worker = null;
    this.#watchdog?.stop();
    this.#watchdog = null;
    this.#isServing = false;
    this.#cancelPause();
    this.#told.settle();
    this.#readyFor = this.#mustFollow = 0;
    this.#followed();
    this.#preparing?.reject(new Error(`worker ${number} has died (${how})`));
    this.#preparing = null;
    this.errands.abandon();
    if (this.#isLeaving) return this.#left.resolve();
    // The first one fails for reasons that its successors would have, too. It has said which.
    if (!this.#hasServed && !STRAY_SIGNALS.includes(how)) return this.#firstServes.resolve(exitCode);
    const last = this.#told.forget();
    this.#restartCount++;
    this.#deaths = wasWell ? 1 : this.#deaths + 1;
    const pauseMs = Math.min(PAUSE_MS.longest, PAUSE_MS.first * 2 ** (this.#deaths - 1));
    log.error(`worker ${number} has died (${how}): another one starts in ${pauseMs / 1000} s`);
    this.#cancelPause = timers.start(pauseMs, () => this.#spawn());
    onDeath(last, how);
  }
}
