import { App } from "../../lib/app/app.ts";
import type { FullConfig } from "../../lib/config/config.ts";
import type { Policy } from "../../lib/config/policy.ts";
import { Log } from "../../lib/observe/log.ts";
import type { Outcome } from "../../lib/reload/outcome.ts";
import type { Prepared } from "../../lib/reload/reload_target.ts";
import { tallyOf } from "../../lib/reload/probation.ts";
import { Reloader } from "../../lib/reload/reloader.ts";
import { isSameAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { endpointText } from "../../lib/upstream/endpoint.ts";
import { encode, type Question } from "../../lib/wire/message.ts";
import { FakeWorld } from "../support/fake_world.ts";
import { message } from "../support/messages.ts";
import type { ScriptedUpstream, Zone } from "../support/scripted_upstream.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import { seededZone } from "../support/seeded_zone.ts";
import { EVERY_NETWORK } from "../support/serving.ts";
import type { Host, Passage } from "../support/world_network.ts";
import { TranslatedTraffic } from "./answers/translated_traffic.ts";
import { Checker } from "./checker.ts";
import { Crowd } from "./crowd.ts";
import { ednsFaults } from "./edns_check.ts";
import { leadsTo } from "./leads_to.ts";
import { drawErrands } from "./operator.ts";
import { Oracle } from "./oracle.ts";
import type { FileChange } from "./local/file_draw.ts";
import { FilesInForce } from "./local/files_in_force.ts";
import { KeptLists } from "./lists/kept_lists.ts";
import { ListsInForce } from "./lists/lists_in_force.ts";
import { nameSetOf } from "../support/list_sets.ts";
import { LocalTraffic } from "./local/local_traffic.ts";
import { drawPlan, type Plan, START_MS, STRANGER } from "./plan.ts";
import { Observed } from "./observed.ts";
import { PoliciesInForce } from "./policies_in_force.ts";
import type { ReloadPlan } from "./reload_plan.ts";
import { RouteWatch } from "./route_watch.ts";
import { endpointOf, isForbidden } from "./secure_plan.ts";
import { scriptedFor } from "./scripted_for.ts";
import { StreamClient } from "./stream_client.ts";
import { asStranger, type ClientDatagram, Traffic } from "./traffic.ts";
import { UnrulyUpstream } from "./unruly_upstream.ts";
import { ToldOutside } from "./told_outside.ts";
import type { UpstreamPlan } from "./upstream_plan.ts";
import { questionsIn, UpstreamBudget } from "./upstream_budget.ts";

/** How a simulation is run. */
export interface SimulationOptions {
  readonly isTraceKept?: boolean;
  /** Whether questions may go the usual way upstream; they do unless said otherwise. */
  readonly hasFastPath?: boolean;
  /** Makes the upstream's zone out of the one that the checker believes in: for showing that lies are found. */
  readonly corruptZone?: (zone: Zone) => Zone;
  /** Changes what the network shows to the checker: for showing that it looks. */
  readonly corruptPassage?: (passage: Passage) => Passage;
  /** Changes what the checker takes for the policy that is in force: for showing that it looks. */
  readonly corruptPolicy?: (policy: Policy) => Policy;
  /** Takes the place of what tells which upstreams must not be asked: for showing that it is looked. */
  readonly forbids?: typeof isForbidden;
}

/** What came of a simulation. */
export interface SimulationResult {
  readonly seed: number;
  /** What was wrong, a line each; none in a simulation that passed. */
  readonly faults: readonly string[];
  /** See `Trace`. */
  readonly traceHash: string;
  /** Empty unless kept. */
  readonly traceLines: readonly string[];
  /** How often what happened: kinds of datagrams, behaviours of the upstream, the program's own counters. */
  readonly counts: ReadonlyMap<string, number>;
}

/** How long datagrams lie in sockets with batches until the program is told. */
const WAKE_MAX_MS = 5;

/** Runs the whole program through the life that follows from `seed`. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationResult> {
  try {
    return await new Simulation(planOf(seed, options), options).run();
  } catch (cause) {
    throw new Error(`Seed ${seed} broke off. Replay it: deno task simulate --seeds 1 --from ${seed}`, { cause });
  }
}

function planOf(seed: number, { hasFastPath = true }: SimulationOptions): Plan {
  const plan = drawPlan(seed);
  const reloads = plan.reloads.map((reload) => {
    return { ...reload, config: reload.config === null ? null : { ...reload.config, hasFastPath } };
  });
  return { ...plan, config: { ...plan.config, hasFastPath }, reloads };
}

class Simulation {
  readonly #plan: Plan;
  readonly #world: FakeWorld;
  readonly #host: Host;
  readonly #clients: Host;
  readonly #checker: Checker;
  readonly #budget: UpstreamBudget;
  readonly #leadsTo: (question: Question) => readonly Question[];
  readonly #scripted: readonly ScriptedUpstream[];
  readonly #unruly: readonly UnrulyUpstream[];
  readonly #oracle: Oracle;
  readonly #policies: PoliciesInForce;
  readonly #kept: KeptLists;
  readonly #routes: RouteWatch;
  readonly #streamClients: StreamClient[] = [];
  #crowd: Crowd | null = null;
  readonly #app: App;
  readonly #observed: Observed;
  readonly #outside: ToldOutside;
  readonly #reloader: Reloader;
  /** What the configuration file says; `null` when it is wrong. */
  #file: FullConfig | null;
  /** What has come of reloads. */
  readonly #outcomes = new Map<Outcome["kind"], number>();
  /** What the operator has wanted. */
  readonly #errands = new Map<"explained" | "flushed", number>();
  #openErrands = 0;
  #stopped: Promise<void> | null = null;
  #stopMs = Infinity;
  #failedAccepts = 0;
  /** Datagrams that a NAT has sent to nobody. */
  #swallowedCount = 0;

  constructor(
    plan: Plan,
    { isTraceKept = false, corruptZone = same, corruptPassage = same, corruptPolicy = same, forbids = isForbidden }:
      SimulationOptions,
  ) {
    this.#plan = plan;
    const world = new FakeWorld({
      seed: plan.seed,
      isTraceKept,
      startMs: START_MS,
      epochStartSeconds: plan.lists.startSeconds,
      timerDelay: systemTimerDelay,
      watch: (passage) => this.#watch(corruptPassage(passage)),
    });
    this.#leadsTo = leadsTo([plan.config.policy, ...plan.reloads.map(({ config }) => config?.policy ?? null)]);
    this.#budget = new UpstreamBudget(plan, this.#leadsTo);
    this.#world = world;
    this.#host = world.network.addHost(...plan.hostAddresses);
    this.#clients = world.network.addHost(...CLIENT_ADDRESSES);
    const strangers = world.network.addHost("203.0.113.99");
    world.network.setLink(this.#clients, this.#host, plan.clientLink);
    world.network.setLink(this.#host, this.#clients, { choppiness: plan.clientLink.choppiness });
    const faultRandom = world.random.fork("send faults");
    this.#host.sendFault = () => faultRandom.chance(plan.sendFailure) ? new Error("No buffer space available") : null;
    this.#host.acceptFault = () => this.#acceptFault();
    const zone = seededZone(plan.seed);
    const altered: ConstructorParameters<typeof UnrulyUpstream>[0]["altered"] = [];
    this.#scripted = plan.upstreams.map((upstream) => scriptedFor(upstream, corruptZone(zone)));
    this.#unruly = plan.upstreams.map((upstream, i) => {
      const host = world.network.addHost(upstream.address.hostname);
      world.network.setLink(this.#host, host, upstream.link);
      world.network.setLink(host, this.#host, upstream.link);
      return new UnrulyUpstream({
        world,
        host,
        strangers,
        scripted: this.#scripted[i]!,
        plan,
        upstream,
        altered,
        forbids,
      });
    });
    for (const unruly of this.#unruly) unruly.start();
    const twins = plan.upstreams.map((upstream) => scriptedFor(upstream, zone));
    this.#oracle = new Oracle({ plan, twins, altered });
    const epochSeconds = (ms: number) => world.epochSecondsAt(ms);
    const files = new FilesInForce(plan.files.changes, START_MS, epochSeconds);
    this.#kept = new KeptLists({
      seed: plan.seed,
      world,
      plan: plan.lists,
      startMs: START_MS,
      useLists: ({ set }) => this.#app.useLists(set),
    });
    const sets = plan.lists.isKept ? this.#kept.swaps : plan.lists.sets;
    const lists = new ListsInForce({ sets, pauses: plan.lists.pauses }, START_MS, epochSeconds);
    this.#policies = new PoliciesInForce({
      oracle: this.#oracle,
      first: plan.config.policy,
      files,
      lists,
      read: corruptPolicy,
    });
    this.#routes = new RouteWatch({
      lists,
      policiesBetween: (fromMs, toMs) => this.#policies.policiesBetween(fromMs, toMs),
    });
    // Every second seed lives with batches, and every second one of the others is woken at once: a burst is a burst only
    // for who comes late.
    const hasBatches = plan.seed % 2 === 0;
    const wakesLate = hasBatches || plan.seed % 4 === 1;
    this.#checker = new Checker({
      clock: world.time,
      policies: this.#policies,
      listen: plan.config.listen!,
      serviceAddresses: plan.serviceAddresses,
      timeoutMs: plan.config.timeoutMs,
      questionsPerSecond: plan.config.rateLimit,
      heardAfterMs: wakesLate ? WAKE_MAX_MS : 0,
      isStranger: (hostname) => this.#isStranger(hostname),
    });
    const wakeRandom = world.random.fork("wakes");
    this.#host.hasBatches = hasBatches;
    this.#host.hasWatches = plan.seed % 4 === 2;
    if (wakesLate) this.#host.wakesLate = () => wakeRandom.between(0, WAKE_MAX_MS);
    for (const change of plan.files.changes) if (change.afterMs === 0) this.#change(change);
    this.#app = new App(plan.config, world.runtimeOn(this.#host));
    this.#observed = new Observed(this.#app, plan.seed);
    this.#outside = new ToldOutside({
      app: this.#app,
      world,
      seed: plan.seed,
      keepsUpstreams: plan.reloads.length === 0,
    });
    this.#file = plan.config;
    this.#reloader = this.#followReloads();
    if (plan.reloads.length === 0) this.#reloader.stop();
  }

  async run(): Promise<SimulationResult> {
    const { time } = this.#world;
    this.#planTraffic();
    const { natForgetsAfterMs } = this.#plan;
    if (natForgetsAfterMs !== null) time.after(natForgetsAfterMs, () => this.#forgetPorts());
    if (this.#plan.stopAfterMs !== null) time.after(this.#plan.stopAfterMs, () => this.#stop());
    this.#planFiles();
    this.#planLists();
    this.#planReloads();
    this.#planErrands();
    time.after(this.#plan.durationMs / 2, () => this.#observed.look());
    time.after(this.#plan.durationMs, () => this.#outside.end());
    await time.settle();
    this.#checkHeld();
    const elapsedMs = time.nowMs() - START_MS;
    if (this.#stopped === null) this.#stop();
    await time.settle();
    let isStopped = false;
    this.#stopped!.then(() => isStopped = true);
    await time.settle();
    this.#check(isStopped, "stop() did not resolve");
    this.#check(this.#openErrands === 0, `${this.#openErrands} errands of the operator have not ended`);
    this.#check(time.timerCount === 0, `${time.timerCount} timers are left`);
    this.#check(this.#host.openSockets.length === 0, `${this.#host.openSockets.length} sockets are left open`);
    this.#check(this.#host.openStreams.length === 0, "connections are left open");
    this.#check(this.#host.quic.openSockets.length === 0, "connections over QUIC are left open");
    this.#checkUpstream(elapsedMs);
    this.#checker.finish();
    for (const client of this.#streamClients) client.finish(this.#stopMs);
    const outside = this.#outside.finish();
    await time.settle();
    const miscounted = [...this.#observed.finish(), ...await outside];
    const { trace } = this.#world;
    return {
      seed: this.#plan.seed,
      faults: [
        this.#checker,
        this.#kept,
        this.#routes,
        ...this.#streamClients,
        ...(this.#crowd === null ? [] : [this.#crowd]),
      ]
        .flatMap(({ faults }) => faults).concat(miscounted),
      traceHash: trace.hash,
      traceLines: trace.lines,
      counts: this.#counts(),
    };
  }

  #watch(passage: Passage): void {
    this.#checker.watch(passage);
    const { serviceAddresses, upstreams } = this.#plan;
    const isIn = (address: SocketAddress) => serviceAddresses.some((service) => isSameAddress(service, address));
    if (passage.kind === "delivered" && isIn(passage.to)) this.#noteAsked(passage.octets);
    if (passage.kind === "sent" && upstreams.some(({ address }) => isSameAddress(passage.to, address))) {
      this.#budget.noteSent(passage.octets);
      this.#routes.noteSent(passage.octets, passage.to, this.#world.time.nowMs());
    }
  }

  #noteAsked(octets: Uint8Array): void {
    this.#budget.noteAsked(octets);
    for (const question of questionsIn(octets)) {
      this.#oracle.noteAsked(question);
      for (const other of this.#leadsTo(question)) this.#oracle.noteAsked(other);
    }
  }

  #planTraffic(): void {
    const { queryCount, durationMs, config, serviceAddresses } = this.#plan;
    const random = this.#world.random.fork("traffic");
    // Where answers are remembered, the same is asked again and again.
    const repeatShare = config.cacheSizeMib > 0 ? 0.8 : 0;
    const traffic = new Traffic({ random, isSplitting: config.multiQuestion === "split", repeatShare });
    for (let i = 0; i < queryCount; i++) {
      const to = random.pick(serviceAddresses);
      // Few addresses and ports, so that they repeat. IDs of one client do not: the low bits count.
      const from = clientAddress(to, random.pick([1024, 5353, 40_000, 65_535]), random.below(2));
      const drawn = traffic.next((random.below(4) << 8) | i);
      this.#world.time.after(random.fraction() * durationMs, () => {
        const completed = this.#withCookie(drawn, from);
        const datagram = this.#isStranger(from.hostname) ? asStranger(completed) : completed;
        this.#checker.announce(datagram, from);
        this.#world.network.carry(this.#clients, from, to, datagram.octets);
      });
    }
    this.#planConnections(traffic, random);
    this.#planLocalTraffic();
    if (this.#plan.crowd > 0) this.#planCrowd(random);
  }

  /** From a source of its own: the other lives stay as they are. */
  #planLocalTraffic(): void {
    const { seed, config, local: { queryCount, translatedCount } } = this.#plan;
    const random = new SeededRandom(`local traffic ${seed}`);
    const traffic = new LocalTraffic(random, seededZone(seed));
    // Others have lower bits.
    this.#planMore(random, queryCount, (i) => traffic.next(LOCAL_ID + i, config.multiQuestion === "split"));
    if (translatedCount === 0) return;
    const other = new SeededRandom(`translated traffic ${seed}`);
    const translated = new TranslatedTraffic(other, seededZone(seed));
    this.#planMore(other, translatedCount, (i) => translated.next(TRANSLATED_ID + i));
  }

  #planMore(random: SeededRandom, count: number, next: (i: number) => ClientDatagram | null): void {
    const { serviceAddresses, local: { spanMs } } = this.#plan;
    for (let i = 0; i < count; i++) {
      const to = random.pick(serviceAddresses);
      const from = clientAddress(to, random.pick([1024, 5353, 40_000, 65_535]), random.below(2));
      const drawn = next(i);
      if (drawn === null) return;
      const datagram = this.#isStranger(from.hostname) ? asStranger(drawn) : drawn;
      this.#world.time.after(random.fraction() * spanMs, () => {
        this.#checker.announce(datagram, from);
        this.#world.network.carry(this.#clients, from, to, datagram.octets);
      });
    }
  }

  #isStranger(hostname: string): boolean {
    return hostname === STRANGER && this.#plan.config.allow !== EVERY_NETWORK;
  }

  /** The datagram with the cookie that its sender was given, or, for a thief, that another client was. */
  #withCookie(datagram: ClientDatagram, { hostname }: SocketAddress): ClientDatagram {
    const isOwn = datagram.kind !== "stolenCookie";
    const owner = isOwn ? hostname : CLIENT_ADDRESSES.find((address) => address !== hostname)!;
    const cookie = this.#checker.cookieOf(owner);
    return cookie === undefined ? datagram : datagram.withCookie?.(cookie, isOwn) ?? datagram;
  }

  #planCrowd(random: SeededRandom): void {
    const { crowd: connectionCount, durationMs, serviceAddresses } = this.#plan;
    const world = this.#world;
    const host = world.network.addHost(...CROWD_ADDRESSES);
    const crowd = new Crowd({ world, host, service: random.pick(serviceAddresses), connectionCount });
    this.#crowd = crowd;
    world.time.after(random.fraction() * durationMs, () => crowd.start());
  }

  #acceptFault(): Error | null {
    const { fromMs, toMs } = this.#plan.acceptOutage;
    const sinceStartMs = this.#world.time.nowMs() - START_MS;
    if (sinceStartMs < fromMs || sinceStartMs >= toMs) return null;
    this.#failedAccepts++;
    return new Error("Too many open files");
  }

  #planErrands(): void {
    const { seed, durationMs } = this.#plan;
    for (const { afterMs, question, run } of drawErrands(seed, durationMs, CLIENT_ADDRESSES)) {
      this.#world.time.after(afterMs, async () => {
        if (this.#stopped !== null) return;
        const isExplaining = question !== null;
        if (isExplaining) this.#noteAsked(encode(message({ questions: [question] })));
        this.#openErrands++;
        this.#errands.set(isExplaining ? "explained" : "flushed", 1);
        const faults = await run(this.#app).catch((error) => [`an errand failed: ${error}`]);
        this.#openErrands--;
        for (const fault of faults) this.#check(false, fault);
      });
    }
  }

  #planFiles(): void {
    for (const change of this.#plan.files.changes) {
      if (change.afterMs > 0) this.#world.time.after(change.afterMs, () => this.#change(change));
    }
  }

  #planLists(): void {
    const { sets, pauses, isKept } = this.#plan.lists;
    const at = (afterMs: number, run: () => void) => {
      if (afterMs === 0) run();
      else this.#world.time.after(afterMs, () => this.#stopped === null && run());
    };
    if (isKept) {
      this.#kept.start();
      const stopMs = Math.max(...this.#plan.reloads.map(({ afterMs }) => afterMs));
      this.#world.time.after(stopMs, () => this.#kept.stop());
    } else {sets.forEach(({ afterMs, lines }, i) =>
        at(afterMs, () => this.#app.listsNow.useNames(nameSetOf(lines, i + 1)))
      );}
    for (const one of pauses) at(one.afterMs, () => this.#app.usePauses(one.pauses));
  }

  #change({ path, text }: FileChange): void {
    if (text === undefined) this.#world.files.remove(path);
    else this.#world.files.write(path, text);
  }

  #planReloads(): void {
    const { time } = this.#world;
    const { reloads } = this.#plan;
    if (reloads.length === 0) return;
    for (const { afterMs, config } of reloads) {
      time.after(afterMs, () => {
        this.#file = config;
        this.#reloader.reload();
      });
    }
    // Whoever watches all the time never comes to rest.
    time.after(Math.max(...reloads.map(({ afterMs }) => afterMs)) + AFTER_RELOADS_MS, () => this.#reloader.stop());
  }

  #prepare(config: FullConfig): Prepared {
    const prepared = this.#app.prepare(config);
    return {
      ...prepared,
      commit: () => {
        this.#observed.look();
        this.#policies.note(config.policy, this.#world.time.nowMs());
        return prepared.commit();
      },
    };
  }

  #followReloads(): Reloader {
    return new Reloader({
      config: this.#plan.config,
      load: () => Promise.resolve(this.#file === null ? WRONG_FILE : { config: this.#file, warnings: [] }),
      target: { prepare: (to) => this.#prepare(to), tally: () => tallyOf(this.#app.counters) },
      timers: this.#world.runtimeOn(this.#host).timers,
      log: new Log({ level: "error", writeLine: () => {} }),
      onEnd: ({ kind }) => this.#outcomes.set(kind, (this.#outcomes.get(kind) ?? 0) + 1),
    });
  }

  #planConnections(traffic: Traffic, random: SeededRandom): void {
    const { connectionCount, durationMs, serviceAddresses } = this.#plan;
    for (let i = 0; i < connectionCount; i++) {
      const messages = Array.from({ length: random.between(1, 8) }, (_, k) => traffic.next((random.below(4) << 8) | k));
      const client = new StreamClient({
        world: this.#world,
        host: this.#clients,
        service: random.pick(serviceAddresses),
        policies: this.#policies,
        plan: this.#plan,
        random: random.fork(`client ${i}`),
        acceptedFromMs: START_MS + this.#plan.acceptOutage.toMs,
        // A message without octets ends the connection, and one without an ID cannot be told apart.
        messages: messages.filter(({ octets }) => octets.length >= 2),
        largeMessages: this.#drawLarge(random.fork(`large ${i}`)),
        onAsked: (octets) => this.#noteAsked(octets),
      });
      this.#streamClients.push(client);
      this.#world.time.after(random.fraction() * durationMs, () => client.start());
    }
  }

  /** From now on what leaves from the ports that are in use leads nowhere. */
  #forgetPorts(): void {
    const { upstreams, serviceAddresses } = this.#plan;
    const isService = (address: SocketAddress) => serviceAddresses.some(({ port }) => port === address.port);
    const ports = this.#host.openSockets.map(({ address }) => address).filter((address) => !isService(address));
    const forgotten = new Set(ports.map(({ port }) => port));
    this.#world.network.swallows = (from, to) => {
      const isSwallowed = forgotten.has(from.port) && upstreams.some(({ address }) => isSameAddress(to, address));
      if (isSwallowed) this.#swallowedCount++;
      return isSwallowed;
    };
  }

  /** Queries with large answers, if some are found: for who asks more than it reads. */
  #drawLarge(random: SeededRandom): ClientDatagram[] {
    const traffic = new Traffic({ random, isSplitting: this.#plan.config.multiQuestion === "split" });
    const zone = seededZone(this.#plan.seed);
    const isLarge = ({ kind, expectation }: ClientDatagram) => {
      return kind === "ordinary" && expectation.kind === "answer" &&
        zone(expectation.questions[0]!).answers.length >= LARGE_RECORD_COUNT;
    };
    return Array.from({ length: LARGE_TRIES }, (_, id) => traffic.next(id)).filter(isLarge);
  }

  #stop(): void {
    this.#stopMs = this.#world.time.nowMs();
    this.#checker.noteStop();
    this.#reloader.stop();
    this.#stopped = this.#app.stop();
  }

  #checkHeld(): void {
    const { inFlight, deadlines, upstreamSockets, upstreamConnections, connections, connectionOctets } = this.#app.held;
    this.#check(inFlight === 0, `${inFlight} questions are held for ever`);
    this.#check(deadlines === 0, `${deadlines} deadlines are held for ever`);
    this.#check(connections === 0, `${connections} connections of clients are held for ever`);
    this.#check(connectionOctets === 0, `${connectionOctets} octets of queries and replies are held for ever`);
    this.#check(upstreamConnections === 0, `${upstreamConnections} connections to upstreams are held for ever`);
    // A pool for each address family.
    const size = 2 * this.#plan.config.upstreamSockets;
    this.#check(this.#host.openStreams.length === 0, "connections are kept although nobody uses them");
    this.#check(upstreamSockets <= size, `${upstreamSockets} upstream sockets are open, ${size} are in use`);
  }

  #checkUpstream(elapsedMs: number): void {
    for (const [i, scripted] of this.#scripted.entries()) {
      for (const octets of scripted.improper) {
        this.#check(false, `improper query upstream [9619_01]: ${octets.toHex()}`);
      }
      const upstream = this.#plan.upstreams[i]!;
      const isEncrypted = upstream.quic !== null || upstream.secure !== null;
      const asked = { lives: this.#livesOf(upstream), isEncrypted };
      for (const fault of ednsFaults(scripted.queries, asked)) this.#check(false, fault);
      const isNobody = upstream.quic?.refusedUntilMs === Infinity;
      this.#check(!isNobody || scripted.queries.length === 0, "whoever is not believed got a query [9250_06]");
    }
    for (const { breaches } of this.#unruly) for (const breach of breaches) this.#check(false, breach);
    const { broken, upstreamProbes: probeCount } = this.#app.counters;
    for (const fault of this.#budget.faults({ probeCount, elapsedMs })) this.#check(false, fault);
    this.#check(broken === 0, `the program failed: ${this.#world.lines.join("\n")}`);
  }

  /** An upstream that a configuration leaves out is closed, and one that comes back is new. */
  #livesOf(upstream: UpstreamPlan): number {
    const text = endpointText(endpointOf(upstream));
    const lacks = ({ config }: ReloadPlan) => config !== null && !askedBy(config).has(text);
    return 1 + this.#plan.reloads.filter(lacks).length + (this.#outcomes.get("taken back") ?? 0);
  }

  #check(isRight: boolean, fault: string): void {
    if (!isRight) this.#checker.faults.push(fault);
  }

  #counts(): Map<string, number> {
    const counts = new Map<string, number>([["replies", this.#checker.replyCount]]);
    for (const [kind, count] of this.#checker.arrived) counts.set(`client ${kind}`, count);
    for (const [fate, count] of this.#kept.server.counts) counts.set(`list server ${fate}`, count);
    if (this.#kept.swaps.length > 1) counts.set("lists swapped", this.#kept.swaps.length);
    for (const [kind, count] of this.#errands) counts.set(`operator ${kind}`, count);
    for (const [kind, count] of this.#outcomes) counts.set(`reload ${kind}`, count);
    if (this.#failedAccepts > 0) counts.set("accepts failed", this.#failedAccepts);
    if (this.#swallowedCount > 0) counts.set("datagrams swallowed", this.#swallowedCount);
    const add = (name: string, count: number) => counts.set(name, (counts.get(name) ?? 0) + count);
    for (const { behaved } of this.#unruly) for (const [name, count] of behaved) add(`upstream ${name}`, count);
    for (const { manner, replyCount } of this.#streamClients) {
      add(`connection ${manner}`, 1);
      add("replies", replyCount);
    }
    for (const [name, count] of Object.entries(this.#app.counters)) if (count > 0) counts.set(`counter ${name}`, count);
    return counts;
  }
}

/** Everybody who may be asked. */
function askedBy({ policy, upstreams }: FullConfig): Set<string> {
  const servers = policy === null ? upstreams : policy.upstreamGroups.flatMap(({ servers }) => servers);
  return new Set(servers.map(endpointText));
}

/** Where the IDs of local traffic begin. */
const LOCAL_ID = 0x4000;
const TRANSLATED_ID = 0x5000;
/** Long enough for some to be taken back. */
const AFTER_RELOADS_MS = 20_000;
const WRONG_FILE = { reason: "Cannot use config.toml: 1 problem", problems: [] };
/** Records of a large answer: dozens of such answers are more than may wait on a connection. */
const LARGE_RECORD_COUNT = 20;
const LARGE_TRIES = 100;
const CLIENT_ADDRESSES = ["198.51.100.7", STRANGER, "2001:db8:c::7", "2001:db8:c::8"];

const CROWD_ADDRESSES = ["198.51.100.9", "2001:db8:d::9"];

function clientAddress(to: SocketAddress, port: number, which: number): SocketAddress {
  const family = CLIENT_ADDRESSES.filter((address) => address.includes(":") === to.hostname.includes(":"));
  return { transport: "udp", hostname: family[which]!, port };
}

/** As `setTimeout` does it: in whole milliseconds, which may be a little early, and now and then late. */
function systemTimerDelay(delayMs: number, random: { chance(p: number): boolean; fraction(): number }): number {
  return Math.max(1, Math.floor(delayMs)) + (random.chance(0.2) ? 3 * random.fraction() : 0.05);
}

function same<T>(value: T): T {
  return value;
}
