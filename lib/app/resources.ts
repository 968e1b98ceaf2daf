import { deriveKey } from "../base/random/derive_key.ts";
import type { Clock, Runtime } from "../base/runtime.ts";
import { AwakeClock } from "../base/time/awake_clock.ts";
import { DeadlineQueue } from "../base/time/deadline_queue.ts";
import { FairShare } from "../base/time/fair_share.ts";
import { MIB } from "../base/units.ts";
import { CacheStore } from "../cache/store/cache_store.ts";
import type { FullConfig } from "../config/config.ts";
import { Timetable } from "../lists/schedule/timetable.ts";
import { LocalFiles } from "../local/files/local_files.ts";
import { Neighbours } from "../local/neighbours.ts";
import { QuestionHash } from "../names/question_hash.ts";
import { Counters } from "../observe/counters.ts";
import { LineAMinute } from "../observe/line_a_minute.ts";
import { Tracing } from "../observe/tracing.ts";
import { UpstreamTaps } from "../observe/upstream_tap.ts";
import { Log } from "../observe/log.ts";
import { PrefetchBudget } from "../resolver/cache/prefetch_budget.ts";
import { ClientLoads } from "../resolver/sharing/client_loads.ts";
import { Designated } from "../server/listen/designated.ts";
import { RateLimit } from "../server/admission/rate_limit.ts";
import { ServerCookies } from "../server/admission/server_cookies.ts";
import { LoopDetector } from "../upstream/group/loop_detector.ts";
import { UpstreamRegistry } from "../upstream/registry.ts";
import { type InspectionNumbers, Inspections } from "../resolver/inspections.ts";
import { ListsNow } from "./lists_now.ts";
import { Views } from "./views.ts";

/** What pipelines are made on top of. */
export type PipelineResources = Omit<Resources, "use" | "close" | "inspections"> & {
  /** See `Resources`. */
  readonly inspections: InspectionNumbers;
};

/**
 * What the program keeps for as long as it runs, whichever configuration it follows: what it has learned and remembers, and
 * what counts for all pipelines together.
 */
export class Resources {
  /** The world outside. */
  readonly runtime: Runtime;
  /** What cookies and probes for loops are known again by. */
  readonly secret: Uint8Array;
  /** What has happened since the start. */
  readonly counters: Counters = new Counters();
  /** Where the operator reads. */
  readonly log: Log;
  /** What the age of answers is read from: it goes on while the machine sleeps. */
  readonly ageClock: AwakeClock;
  /** When the program was started, by that. */
  readonly startedAtMs: number;
  /** What all else goes by: it stands still meanwhile. */
  readonly clock: Clock;
  /** Where deadlines wait. */
  readonly deadlines: DeadlineQueue;
  /** Lets others have their turn. */
  readonly share: FairShare;
  /** Makes and knows our cookies. */
  readonly cookies: ServerCookies;
  /** The questions that wait, by client: limits hold for those of all pipelines. */
  readonly loads: ClientLoads = new ClientLoads();
  /** Whether what becomes of clients' questions is written down. */
  readonly tracing: Tracing;
  /** Who is shown what goes to upstreams and comes from them. */
  readonly taps: UpstreamTaps = new UpstreamTaps();
  /** The upstreams of all pipelines, and what is known of them. */
  readonly registry: UpstreamRegistry;
  /** Numbers of those who share answers. */
  readonly views: Views = new Views();
  /** Numbers of those who look through answers. */
  readonly inspections: Inspections;
  /** What lists say, and which rules count. */
  readonly listsNow: ListsNow = new ListsNow();
  /** Finds out which of them lead back here. */
  readonly detector: LoopDetector;
  /** What clients are told of how else they can ask. */
  readonly designated: Designated = new Designated();
  /** Which rules count as time passes. */
  readonly timetable: Timetable;
  /** Hosts files and leases of all pipelines. */
  readonly localFiles: LocalFiles;
  /** The machines around. */
  readonly neighbours: Neighbours;
  /** What questions are known by in memory. */
  readonly hash: QuestionHash;
  /** What is remembered; `null` without a cache. */
  readonly store: CacheStore | null;
  /** What networks have used of their rate, whenever there is one. */
  readonly rateLimit: RateLimit;
  /** Tells the operator of clients that may not ask. */
  readonly strangers: LineAMinute;
  /** Tells the operator that too many questions wait. */
  readonly overloads: LineAMinute;
  /** How often answers may be asked for before they expire. */
  readonly prefetches: PrefetchBudget = new PrefetchBudget();

  /** What a program needs that begins with `config`; of the rest, sockets towards clients are its own. */
  constructor(config: FullConfig, runtime: Runtime, secret: Uint8Array) {
    this.runtime = runtime;
    this.secret = secret;
    this.log = new Log({ level: config.logLevel, writeLine: (line) => runtime.writeLine(line) });
    this.ageClock = new AwakeClock({ ...runtime, onResume: (sleptMs) => this.#resume(sleptMs) });
    this.tracing = new Tracing(this.ageClock.waking);
    this.startedAtMs = this.ageClock.nowMs();
    this.inspections = new Inspections(this.ageClock);
    this.clock = this.ageClock.waking;
    this.deadlines = new DeadlineQueue({ clock: this.clock, timers: runtime.timers });
    this.share = new FairShare(runtime.timers);
    this.cookies = new ServerCookies({ ...runtime, keyOfDay: (day) => deriveKey(secret, "cookies", day) });
    this.registry = new UpstreamRegistry({
      // One more timeout: what comes later than this has lost its way.
      tombstoneMs: config.timeoutMs,
      runtime: { ...runtime, clock: this.clock },
      deadlines: this.deadlines,
      counters: this.counters,
      log: this.log,
      taps: this.taps,
    });
    this.neighbours = new Neighbours(runtime);
    this.localFiles = new LocalFiles({
      files: runtime.files,
      timers: runtime.timers,
      clock: this.clock,
      log: this.log,
    });
    this.detector = new LoopDetector({
      upstreams: () => this.registry.upstreams,
      random: runtime.random,
      key: deriveKey(secret, "loops", 0),
      clock: this.clock,
      wallClock: runtime.wallClock,
    });
    this.timetable = new Timetable({ ...runtime, changed: (inForce) => this.listsNow.useRules(inForce) });
    this.timetable.use(config.policy?.schedules ?? []);
    this.hash = new QuestionHash(runtime.random);
    this.rateLimit = new RateLimit({ questionsPerSecond: config.rateLimit, clock: this.clock });
    this.strangers = new LineAMinute(this.clock, (line) => this.log.warn(line));
    this.overloads = new LineAMinute(this.clock, (line) => this.log.warn(line));
    const budgetOctets = Math.floor(config.cacheSizeMib * MIB);
    this.store = budgetOctets === 0 ? null : new CacheStore({ budgetOctets, hash: this.hash });
  }

  /** Follows what another configuration says of what outlives it. */
  use({ rateLimit, logLevel, policy }: FullConfig): void {
    this.timetable.use(policy?.schedules ?? []);
    this.rateLimit.use(rateLimit);
    this.log.use(logLevel);
  }

  /** Closes what is open towards upstreams, and waits for nothing any more. */
  close(): void {
    this.timetable.close();
    this.localFiles.close();
    this.neighbours.close();
    this.registry.close();
    this.deadlines.clear();
    this.share.close();
  }

  /** While the machine slept, connections died and upstreams became reachable, or others. */
  #resume(sleptMs: number): void {
    this.log.info(`the machine has slept for ${Math.round(sleptMs / 1000)} s: starting over with the upstreams`);
    this.registry.reset();
    this.timetable.lookAgain();
  }
}
