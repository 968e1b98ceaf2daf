import type { SocketAddress } from "../base/net/address.ts";
import type { Listen } from "../server/listen/listen.ts";
import { drawSecret } from "../base/random/derive_key.ts";
import type { Runtime } from "../base/runtime.ts";
import { inSteps } from "../base/time/in_steps.ts";
import type { FullConfig } from "../config/config.ts";
import type { NameSet } from "../lists/set/name_set.ts";
import type { RingFeed } from "../observe/ring/ring_feed.ts";
import { type Counters, formatCounters } from "../observe/counters.ts";
import { formatStatus, type Status } from "../operator/status.ts";
import type { Prepared } from "../reload/reload_target.ts";
import { NO_TLS, type TlsMaterial } from "../server/certificates/tls_material.ts";
import { StreamLimit } from "../server/listen/stream/stream_limit.ts";
import { observationsOf } from "../server/observation_writer.ts";
import { Server } from "../server/server.ts";
import type { ExplainRequest, FlushRequest } from "../operator/admin/requests.ts";
import type { ByHand } from "../operator/by_hand.ts";
import type { ClientName } from "../operator/client_name.ts";
import type { RuleNames } from "../operator/admin/pausing.ts";
import type { Pause } from "../lists/schedule/pause.ts";
import type { Explanation } from "../operator/explain/explanation.ts";
import { Drain } from "../telemetry/drain.ts";
import { announce } from "./announce.ts";
import { appState } from "./app_state.ts";
import { buildPipeline, type BuiltPipeline, pipelineInSteps } from "./build_pipeline.ts";
import { explain } from "./explain/explain.ts";
import { findAddresses } from "./asking/find_addresses.ts";
import { nameClients } from "./asking/name_clients.ts";
import { flush } from "./flush.ts";
import { ruleNames } from "../config/rule_names.ts";
import { Listeners, type OpenedSockets } from "./listeners.ts";
import type { ListsNow } from "./lists_now.ts";
import { MessageTaps } from "./message_taps.ts";
import { readLocalFiles } from "./policy/local.ts";
import { Resources } from "./resources.ts";
import { type ResourceUsage, resourceUsage } from "./resource_usage.ts";

/** The running program: listeners, and the pipeline between them and the upstreams, put together from a configuration. */
export class App {
  readonly #resources: Resources;
  readonly #server: Server;
  readonly #listeners: Listeners;
  readonly #streamLimit: StreamLimit;
  /** Who is shown messages. */
  readonly taps: MessageTaps;
  #config: FullConfig;
  #built: BuiltPipeline;
  #isStopping = false;

  /**
   * Starts serving.
   *
   * @param secret What cookies and probes for loops are known again by: 16 octets, the same for all that serve together.
   * @param material What encrypted listeners show.
   * @throws {ListenError} when an address cannot be bound; nothing is left open then.
   */
  constructor(
    config: FullConfig,
    runtime: Runtime,
    secret: Uint8Array = drawSecret(runtime.random),
    material: TlsMaterial = NO_TLS,
  ) {
    this.#config = config;
    const resources = this.#resources = new Resources(config, runtime, secret);
    const { pipeline, access } = this.#built = buildPipeline(config, resources);
    const server = this.#server = new Server({ ...resources, pipeline });
    this.observations = observationsOf(server, resources);
    this.drain = new Drain({ feed: this.observations, clock: resources.clock, timers: runtime.timers });
    this.taps = new MessageTaps(server, resources);
    const { maxConnections: connectionsMax } = config;
    const limit = this.#streamLimit = new StreamLimit({ ...resources, access, connectionsMax });
    this.#listeners = new Listeners({ server, limit, resources });
    try {
      this.#listeners.use(this.#listeners.open(config, material));
    } catch (error) {
      resources.close();
      throw error;
    }
    announce(config, this.served, resources.log);
  }

  /**
   * Makes ready to follow another configuration from one message to the next: queries under way end as they began. What was learned
   * of upstreams that are in both, asked in the same way, stays, and so do the cache, what clients have used of their shares, and the
   * listeners and connections at addresses that are in both. What a restart alone can set stays as it was; one that stops, too.
   *
   * @param material What encrypted listeners show then; by default what they show now.
   * @throws {ListenError} when an address cannot be bound; nothing has changed then.
   */
  prepare(config: FullConfig, material?: TlsMaterial): Prepared {
    const opened = this.#listeners.open(config, material);
    try {
      return this.#prepared(config, buildPipeline(config, this.#resources), opened);
    } catch (error) {
      this.#listeners.discard(opened);
      throw error;
    }
  }

  /** The same, with what takes long done in steps, between which queries are answered. */
  async prepareInSteps(config: FullConfig, material?: TlsMaterial): Promise<Prepared> {
    const resources = this.#resources;
    const leaveFiles = config.policy === null ? () => {} : await readLocalFiles(config.policy, resources);
    const opened = this.#listeners.open(config, material);
    try {
      const built = await inSteps(pipelineInSteps(config, resources), resources.runtime.timers);
      return this.#prepared(config, built!, opened);
    } catch (error) {
      this.#listeners.discard(opened);
      throw error;
    } finally {
      leaveFiles();
    }
  }

  #prepared(config: FullConfig, built: BuiltPipeline, opened: OpenedSockets): Prepared {
    const abort = () => {
      this.#listeners.discard(opened);
      built.close();
    };
    return { commit: () => this.#isStopping ? abort() : this.#use(config, built, opened), abort };
  }

  /** Follows another configuration from now on; see `prepare`, also for what it throws. */
  use(config: FullConfig): void | Promise<void> {
    return this.prepare(config).commit();
  }

  #use(config: FullConfig, built: BuiltPipeline, opened: OpenedSockets): void {
    const former = this.#built;
    this.#built = built;
    this.#config = config;
    former.settle();
    this.#resources.use(config);
    this.#server.use(built.pipeline);
    this.#streamLimit.use(built.access, config.maxConnections);
    this.#listeners.use(opened);
    former.pipeline.retire(() => former.close());
  }

  /** Shows these certificates to those who come from now on. */
  show(material: TlsMaterial): void {
    this.#listeners.show(material);
  }

  /** See `PausedProgram`. */
  get pauses(): readonly Pause[] {
    return this.#resources.timetable.pauses;
  }

  /** See `PausedProgram`. */
  usePauses = (pauses: readonly Pause[]): void => this.#resources.timetable.usePauses(pauses);

  /** What the operator has changed by hand counts from now on, and nothing of it that is not said here. */
  useByHand({ leftOut, logLevel }: ByHand): void {
    this.#resources.registry.useLeftOut(leftOut);
    this.#resources.log.use(logLevel ?? this.#config.logLevel);
  }

  /** See `PausedProgram`. */
  get ruleNames(): RuleNames {
    return ruleNames(this.#config.policy);
  }

  /** What lists say, and which rules count: told by whoever keeps them. */
  get listsNow(): ListsNow {
    return this.#resources.listsNow;
  }

  /** What has happened since the start. */
  get counters(): Counters {
    return this.#resources.counters;
  }

  /** The addresses of these. */
  get addresses(): readonly SocketAddress[] {
    return this.served.map(({ address }) => address);
  }

  /** Where clients are served, and how, with the ports that the sockets really got. */
  get served(): readonly Listen[] {
    return this.#listeners.served;
  }

  /** What is still held for queries; zeros some time after the last one. For tests and for watching. */
  get held(): ResourceUsage {
    return resourceUsage(this.#resources, this.#listeners, this.#streamLimit);
  }

  /** See `WatchedProgram`. */
  readonly observations: RingFeed;
  /** See `WatchedProgram`. */
  readonly drain: Drain;

  /** See `appState`. */
  get state(): Status {
    const told = { resources: this.#resources, listeners: this.#listeners, server: this.#server, built: this.#built };
    return appState({ ...this.held, ...told, sinks: [...this.drain.sinks, ...this.taps.sinks] });
  }

  /** The same for its operator; a line each. */
  status(): string[] {
    return formatStatus(this.state);
  }

  /** What becomes of a question now, and why. It is asked as a client would. */
  explain(request: ExplainRequest): Promise<Explanation> {
    return explain(request, { built: this.#built, config: this.#config, resources: this.#resources });
  }

  /** Forgets what is remembered. Resolves to how many answers and failures that was. */
  flush(request: FlushRequest): Promise<number> {
    return flush(request, { store: this.#resources.store, timers: this.#resources.runtime.timers });
  }

  /** Uses another set of names of lists from now on. The former one is closed: nobody else may use it. */
  useLists(set: NameSet): void {
    this.#resources.listsNow.own(set);
  }

  /** See `findAddresses`. */
  findAddresses(name: string, via: string | null): Promise<string[]> {
    return findAddresses(name, via, this.#built, this.#resources);
  }

  /** See `nameClients`. */
  nameClients(addresses: readonly string[]): Promise<ClientName[]> {
    return nameClients(addresses, this.#built, this.#resources);
  }

  /** Takes no more queries, answers those in flight within their deadlines, and closes everything. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#resources.log.info(`stopping, ${this.held.inFlight} questions in flight`);
    await this.#listeners.stop();
    this.#close();
  }

  /** Closes everything at once. */
  abort(): void {
    this.#isStopping = true;
    this.#listeners.close();
    this.#close();
  }

  #close(): void {
    this.#resources.close();
    this.#resources.log.info(`stopped: ${formatCounters(this.counters)}`);
  }
}
