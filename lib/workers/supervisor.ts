import type {} from "../base/runtime.ts";
import type { Config } from "../config/config.ts";
import { Counters, formatCounters } from "../observe/counters.ts";
import { formatStatus, type Status } from "../operator/status.ts";
import { sumCounters, sumStatus } from "../operator/sum_status.ts";
import { shareConfig } from "./share_config.ts";
import { type SpawnWorker, WorkerSlot } from "./worker_slot.ts";
import type { Services } from "../observe/services.ts";

/** Beyond the time that a query may take, a worker that stops gets this. */
const STOP_MS = 5000;

/** What a supervisor is made from. */
export interface SupervisorOptions extends Pick<Services, "clock" | "timers" | "log"> {
  /** Workers. */
  readonly count: number;
  /** What they are to do together; what each may use of it is its share. */
  readonly config: Config;
  /** 16 octets that nobody else knows. */
  readonly secret: Uint8Array<ArrayBuffer>;
  /** How processes are started. */
  readonly spawn: SpawnWorker;
  /** See `Runtime`. */
  readonly lostLineCount: () => number;
}

/** Several processes that serve the same clients, each a complete program: starts them, replaces them, adds them up. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #slots: readonly WorkerSlot[];
  readonly #startedAtMs: number;
  /** What those have counted that have died. */
  #pastCounters = new Counters();
  #deaths = 0;

  /** See {@linkcode SupervisorOptions}. */
  constructor(options: SupervisorOptions) {
    const { count, spawn, clock, timers, log } = options;
    const secret = options.secret.toHex();
    const config = shareConfig(options.config, count);
    this.#options = options;
    this.#startedAtMs = clock.nowMs();
    this.#slots = Array.from({ length: count }, (_, i) => {
      const order = { kind: "start", config, number: i + 1, secret, announces: i === 0 } as const;
      return new WorkerSlot({ spawn, order, clock, timers, log, onDeath: (counters) => this.#bury(counters) });
    });
  }

  /**
   * Starts the workers: one, and when that serves, the others. So what hinders all is told once.
   *
   * @returns 0 when all serve; the exit code of the first that ended before it served. Then `stop` is still to be called.
   */
  async start(): Promise<number> {
    const [first, ...others] = this.#slots;
    const firstCode = await first!.start();
    if (firstCode !== 0) return firstCode;
    const codes = await Promise.all(others.map((slot) => slot.start()));
    return codes.find((code) => code !== 0) ?? 0;
  }

  /** How the workers are doing together, by what they have told last. */
  get state(): Status {
    const sum = sumStatus(this.#slots.map(({ status }) => status).filter((status) => status !== null));
    return {
      ...sum,
      runningMs: this.#options.clock.nowMs() - this.#startedAtMs,
      lostLines: sum.lostLines + this.#options.lostLineCount(),
      counters: sumCounters([this.#pastCounters, sum.counters]),
    };
  }

  /** How the workers are doing together now, for the operator; a line each. */
  async status(): Promise<string[]> {
    await Promise.all(this.#slots.map((slot) => slot.refresh()));
    const serving = this.#slots.filter(({ isServing }) => isServing).length;
    const workers = `workers: ${serving} of ${this.#slots.length} serve, ${this.#deaths} have died`;
    const [first, ...others] = formatStatus(this.state);
    return [first!, workers, ...others];
  }

  /** Lets all workers finish their work. Resolves when they are gone. */
  async stop(): Promise<void> {
    const { config, log } = this.#options;
    await Promise.all(this.#slots.map((slot) => slot.leave(config.timeoutMs + STOP_MS)));
    log.info(`stopped: ${formatCounters(this.state.counters)}`);
  }

  #bury(counters: Counters | null): void {
    this.#deaths++;
    if (counters !== null) this.#pastCounters = sumCounters([this.#pastCounters, counters]);
  }
}
