import type { QueryTrace } from "../observe/query_trace.ts";
import type { ProcessUsage } from "../base/runtime.ts";
import type { FullConfig } from "../config/config.ts";
import { ruleNames } from "../config/rule_names.ts";
import type { Pause } from "../lists/schedule/pause.ts";
import type { ObservationFeed } from "../observe/observation.ts";
import { formatCounters } from "../observe/counters.ts";
import { type ByHand, NOTHING_BY_HAND } from "../operator/by_hand.ts";
import type { ClientName } from "../operator/client_name.ts";
import type { RuleNames } from "../operator/admin/pausing.ts";
import type { ExplainRequest, FlushRequest } from "../operator/admin/requests.ts";
import type { Explanation } from "../operator/explain/explanation.ts";
import { formatStatus, type Status } from "../operator/status.ts";
import { sumSinks } from "../operator/sink_status.ts";
import { Drain } from "../telemetry/drain.ts";
import { sumStatus, sumUsages } from "../operator/sum_status.ts";
import { NO_TLS, type TlsMaterial } from "../server/certificates/tls_material.ts";
import { type Tally, tallyOf } from "../reload/probation.ts";
import type { Prepared } from "../reload/reload_target.ts";
import { Gathering } from "./gathering.ts";
import type { HeldSet, ObservedReport, TracesReport } from "./messages.ts";
import { PastCounts } from "./past_counts.ts";
import { shareConfig } from "./share_config.ts";
import type { SpawnWorker } from "./worker_process.ts";
import { WorkerSlot } from "./worker_slot.ts";
import type { Services } from "../observe/services.ts";

/** Beyond the time that a query may take, a worker that stops gets this. */
const STOP_MS = 5000;
/** A worker that takes longer to make ready for a change is in trouble: it takes milliseconds. */
const PREPARE_MS = 5000;

/** What a supervisor is made from. */
export interface SupervisorOptions extends Pick<Services, "clock" | "wallClock" | "timers" | "log"> {
  /** Workers. */
  readonly count: number;
  /** What they are to do together; what each may use of it is its share. */
  readonly config: FullConfig;
  /** What encrypted listeners show at first. */
  readonly material?: TlsMaterial;
  /** 16 octets that nobody else knows. */
  readonly secret: Uint8Array<ArrayBuffer>;
  /** The set of names of lists that they begin with; `null` for none. */
  readonly lists?: HeldSet | null;
  /** Blocking that is left off at first. */
  readonly pauses?: readonly Pause[];
  /** How processes are started. */
  readonly spawn: SpawnWorker;
  /** See `Runtime`. */
  readonly lostLineCount: () => number;
  /** See `Runtime`. */
  readonly usage: () => ProcessUsage;
  /** A worker has died, told how. */
  readonly onDeath?: (reason: string) => void;
  /** One of them tells what has become of a question. */
  readonly onTrace?: (trace: QueryTrace) => void;
}

/** Several processes that serve the same clients, each a complete program: starts them, replaces them, adds them up. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #slots: readonly WorkerSlot[];
  readonly #startedAtMs: number;
  readonly #past = new PastCounts();
  readonly #gathering: Gathering;
  #change = 0;
  #pauses: readonly Pause[];
  #config: FullConfig;

  /** See {@linkcode SupervisorOptions}. */
  constructor(options: SupervisorOptions) {
    const { count, spawn, clock, wallClock, timers, log, lists = null, pauses = [], material = NO_TLS } = options;
    const secret = options.secret.toHex();
    const config = shareConfig(options.config, count);
    this.#options = options;
    this.#config = options.config;
    this.#pauses = pauses;
    this.#startedAtMs = clock.nowMs();
    const follow = (round: number) => this.#slots.forEach((slot) => slot.use({ kind: "follow", round }, { round }));
    this.#gathering = new Gathering({ clock, wallClock, follow });
    this.drain = new Drain({ feed: this.observations, clock, timers });
    this.#slots = Array.from({ length: count }, (_, i) => {
      const share = { config, material, secret, pauses, lists, byHand: NOTHING_BY_HAND } as const;
      const order = { kind: "start", ...share, number: i + 1, round: 0, announces: i === 0 } as const;
      const onDeath = (last: Status | null, how: string) => this.#bury(i + 1, last, how);
      const onObserved = (report: ObservedReport | TracesReport) => {
        if (report.kind === "observed") this.#gather(i + 1, report);
        else if (options.onTrace !== undefined) report.traces.forEach(options.onTrace);
      };
      return new WorkerSlot({ spawn, order, clock, timers, log, onDeath, onObserved });
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
    const { clock, lostLineCount, usage } = this.#options;
    return {
      ...this.#past.addedTo({
        ...sum,
        usage: sumUsages([sum.usage, usage()]),
        sinks: sumSinks([sum.sinks, this.drain.sinks]),
      }),
      runningMs: clock.nowMs() - this.#startedAtMs,
      workers: this.#slots.map((slot) => slot.state),
      lostLines: sum.lostLines + lostLineCount(),
    };
  }

  /** What leaves for clients, of all workers. */
  get observations(): ObservationFeed {
    return this.#gathering.feed;
  }

  /** Hands it to whoever takes it down or shows it. */
  readonly drain: Drain;

  /** Asks all workers how they are doing. */
  async refresh(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.refresh()));
  }

  /** How the workers are doing together now, for the operator; a line each. */
  async status(): Promise<string[]> {
    await this.refresh();
    return formatStatus(this.state);
  }

  /**
   * Lets all workers make ready for another configuration, which they then follow together or not at all.
   *
   * @throws {Error} when one of them cannot, dies, or takes too long.
   */
  async prepare(config: FullConfig, material: TlsMaterial = NO_TLS): Promise<Prepared> {
    const change = ++this.#change;
    const share = { config: shareConfig(config, this.#slots.length), material };
    const abort = () => this.#slots.forEach((slot) => slot.abort(change));
    const late = Promise.withResolvers<never>();
    const cancel = this.#options.timers.start(PREPARE_MS, () => {
      late.reject(new Error(`not all workers are ready within ${PREPARE_MS / 1000} s`));
    });
    try {
      await Promise.race([Promise.all(this.#slots.map((slot) => slot.prepare(change, share))), late.promise]);
    } catch (error) {
      abort();
      throw error;
    } finally {
      cancel();
    }
    const commit = () => {
      this.#config = config;
      return Promise.all(this.#slots.map((slot) => slot.commit(change, share))).then(() => {});
    };
    return { commit, abort };
  }

  /** See `PausedProgram`. */
  get pauses(): readonly Pause[] {
    return this.#pauses;
  }

  /** See `PausedProgram`. */
  usePauses(pauses: readonly Pause[]): void {
    this.#pauses = pauses;
    for (const slot of this.#slots) slot.use({ kind: "pauses", pauses }, { pauses });
  }

  /** See `PausedProgram`. */
  get ruleNames(): RuleNames {
    return ruleNames(this.#config.policy);
  }

  /** What the workers, those that have died included, have told of questions and failures. */
  tally(): Tally {
    return tallyOf(this.state.counters);
  }

  /** Lets all workers forget what they remember. Resolves to how much that was together. */
  async flush(request: FlushRequest): Promise<number> {
    const serving = this.#slots.filter(({ isServing }) => isServing);
    const counts = await Promise.all(serving.map((slot) => slot.errands.ask(request)));
    return counts.reduce((sum: number, count) => sum + Number(count), 0);
  }

  /** What becomes of a question, by the first worker that serves: each remembers for itself. */
  async explain(request: ExplainRequest): Promise<Explanation> {
    const slot = this.#slots.find(({ isServing }) => isServing) ?? this.#slots[0]!;
    return await slot.errands.ask(request) as Explanation;
  }

  /** See `App.findAddresses`: by the first worker that serves. */
  async findAddresses(name: string, via: string | null): Promise<string[]> {
    const slot = this.#slots.find(({ isServing }) => isServing) ?? this.#slots[0]!;
    return await slot.errands.ask({ command: "find addresses", name, via }) as string[];
  }

  /** See `App.nameClients`: by the first worker that serves. */
  async nameClients(addresses: readonly string[]): Promise<ClientName[]> {
    const slot = this.#slots.find(({ isServing }) => isServing) ?? this.#slots[0]!;
    return await slot.errands.ask({ command: "name clients", addresses }) as ClientName[];
  }

  /** See `App.useByHand`: all workers, and those that take their places. */
  useByHand(byHand: ByHand): void {
    for (const slot of this.#slots) slot.use({ kind: "by hand", byHand }, { byHand });
  }

  /** All workers use that set of names of lists from now on. */
  useLists(lists: HeldSet): void {
    for (const slot of this.#slots) slot.use({ kind: "lists", lists: lists.path }, { lists });
  }

  /** All workers show these certificates from now on. */
  show(material: TlsMaterial): void {
    for (const slot of this.#slots) slot.use({ kind: "show", material }, { material });
  }

  /** Lets all workers finish their work. Resolves when they are gone. */
  async stop(): Promise<void> {
    const { log } = this.#options;
    await Promise.all(this.#slots.map((slot) => slot.leave(this.#config.timeoutMs + STOP_MS)));
    log.info(`stopped: ${formatCounters(this.state.counters)}`);
  }

  #gather(number: number, report: ObservedReport): void {
    if (!this.#gathering.take(number, report)) return;
    this.#slots[number - 1]!.use({ kind: "taken", round: report.round }, {});
  }

  #bury(number: number, last: Status | null, how: string): void {
    this.#options.onDeath?.(`worker ${number} has died (${how})`);
    if (last !== null) this.#past.bury(last);
  }
}
