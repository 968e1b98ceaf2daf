import { App } from "../../lib/app.ts";
import { isSameAddress, type SocketAddress } from "../../lib/base/address.ts";
import { FakeWorld } from "../support/fake_world.ts";
import { ScriptedUpstream, type Zone } from "../support/scripted_upstream.ts";
import { seededZone } from "../support/seeded_zone.ts";
import type { Host, Passage } from "../support/world_network.ts";
import { Checker } from "./checker.ts";
import { Oracle } from "./oracle.ts";
import { drawPlan, type Plan } from "./plan.ts";
import { Traffic } from "./traffic.ts";
import { UnrulyUpstream } from "./unruly_upstream.ts";
import { UpstreamBudget } from "./upstream_budget.ts";

/** How a simulation is run. */
export interface SimulationOptions {
  readonly isTraceKept?: boolean;
  /** Makes the upstream's zone out of the one that the checker believes in: for showing that lies are found. */
  readonly corruptZone?: (zone: Zone) => Zone;
  /** Changes what the network shows to the checker: for showing that it looks. */
  readonly corruptPassage?: (passage: Passage) => Passage;
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

/** Runs the whole program through the life that follows from `seed`. */
export async function simulate(seed: number, options: SimulationOptions = {}): Promise<SimulationResult> {
  try {
    return await new Simulation(drawPlan(seed), options).run();
  } catch (cause) {
    throw new Error(`Seed ${seed} broke off. Replay it: deno task simulate --seeds 1 --from ${seed}`, { cause });
  }
}

class Simulation {
  readonly #plan: Plan;
  readonly #world: FakeWorld;
  readonly #host: Host;
  readonly #clients: Host;
  readonly #checker: Checker;
  readonly #budget: UpstreamBudget;
  readonly #scripted: ScriptedUpstream;
  readonly #unruly: UnrulyUpstream;
  readonly #app: App;
  #stopped: Promise<void> | null = null;

  constructor(plan: Plan, { isTraceKept = false, corruptZone = same, corruptPassage = same }: SimulationOptions) {
    this.#plan = plan;
    const world = new FakeWorld({
      seed: plan.seed,
      isTraceKept,
      startMs: 1234.567,
      timerDelay: systemTimerDelay,
      watch: (passage) => this.#watch(corruptPassage(passage)),
    });
    this.#budget = new UpstreamBudget(plan);
    this.#world = world;
    const zone = seededZone(plan.seed);
    this.#scripted = new ScriptedUpstream(corruptZone(zone), plan.habits);
    this.#host = world.network.addHost(...plan.hostAddresses);
    this.#clients = world.network.addHost(...CLIENT_ADDRESSES);
    const upstreamHost = world.network.addHost(plan.upstream.hostname);
    const strangers = world.network.addHost("203.0.113.99");
    world.network.setLink(this.#clients, this.#host, plan.clientLink);
    for (const [from, to] of [[this.#host, upstreamHost], [upstreamHost, this.#host]] as const) {
      world.network.setLink(from, to, plan.upstreamLink);
    }
    const faultRandom = world.random.fork("send faults");
    this.#host.sendFault = () => faultRandom.chance(plan.sendFailure) ? new Error("No buffer space available") : null;
    this.#unruly = new UnrulyUpstream({ world, host: upstreamHost, strangers, scripted: this.#scripted, plan });
    this.#unruly.start();
    const twin = new ScriptedUpstream(zone, plan.habits);
    this.#checker = new Checker({
      clock: world.time,
      oracle: new Oracle({ plan, twin, altered: this.#unruly.altered }),
      serviceAddresses: plan.serviceAddresses,
      timeoutMs: plan.config.timeoutMs,
    });
    this.#app = new App(plan.config, world.runtimeOn(this.#host));
  }

  async run(): Promise<SimulationResult> {
    const { time } = this.#world;
    this.#planTraffic();
    if (this.#plan.stopAfterMs !== null) time.after(this.#plan.stopAfterMs, () => this.#stop());
    await time.settle();
    this.#checkHeld();
    if (this.#stopped === null) this.#stop();
    await time.settle();
    let isStopped = false;
    this.#stopped!.then(() => isStopped = true);
    await time.settle();
    this.#check(isStopped, "stop() did not resolve");
    this.#check(time.timerCount === 0, `${time.timerCount} timers are left`);
    this.#check(this.#host.openSockets.length === 0, `${this.#host.openSockets.length} sockets are left open`);
    this.#checkUpstream();
    this.#checker.finish();
    const { trace } = this.#world;
    return {
      seed: this.#plan.seed,
      faults: this.#checker.faults,
      traceHash: trace.hash,
      traceLines: trace.lines,
      counts: this.#counts(),
    };
  }

  #watch(passage: Passage): void {
    this.#checker.watch(passage);
    const { serviceAddresses, upstream } = this.#plan;
    const isIn = (address: SocketAddress) => serviceAddresses.some((service) => isSameAddress(service, address));
    if (passage.kind === "delivered" && isIn(passage.to)) this.#budget.noteAsked(passage.octets);
    if (passage.kind === "sent" && isSameAddress(passage.to, upstream)) this.#budget.noteSent(passage.octets);
  }

  #planTraffic(): void {
    const { queryCount, durationMs, config, serviceAddresses } = this.#plan;
    const random = this.#world.random.fork("traffic");
    const traffic = new Traffic({ random, isSplitting: config.multiQuestion === "split" });
    for (let i = 0; i < queryCount; i++) {
      const to = random.pick(serviceAddresses);
      // Few addresses and ports, so that they repeat. IDs of one client do not: the low bits count.
      const from = clientAddress(to, random.pick([1024, 5353, 40_000, 65_535]), random.below(2));
      const datagram = traffic.next((random.below(4) << 8) | i);
      this.#checker.announce(datagram, from);
      this.#world.time.after(random.fraction() * durationMs, () => {
        this.#world.network.carry(this.#clients, from, to, datagram.octets);
      });
    }
  }

  #stop(): void {
    this.#checker.noteStop();
    this.#stopped = this.#app.stop();
  }

  #checkHeld(): void {
    const { inFlight, deadlines, upstreamSockets } = this.#app.held;
    this.#check(inFlight === 0, `${inFlight} questions are held for ever`);
    this.#check(deadlines === 0, `${deadlines} deadlines are held for ever`);
    const { upstreamSockets: size } = this.#plan.config;
    this.#check(upstreamSockets <= size, `${upstreamSockets} upstream sockets are open, ${size} are in use`);
  }

  #checkUpstream(): void {
    for (const octets of this.#scripted.improper) {
      this.#check(false, `improper query upstream [9619_01]: ${octets.toHex()}`);
    }
    for (const query of this.#scripted.queries) {
      const isPlain = query.additionals.every((record) => record.rdata.length === 0) && query.additionals.length <= 1;
      this.#check(isPlain, "a client's options went upstream [6891_06]");
    }
    for (const fault of this.#budget.faults()) this.#check(false, fault);
    this.#check(this.#app.counters.broken === 0, `the program failed: ${this.#world.lines.join("\n")}`);
  }

  #check(isRight: boolean, fault: string): void {
    if (!isRight) this.#checker.faults.push(fault);
  }

  #counts(): Map<string, number> {
    const counts = new Map<string, number>([["replies", this.#checker.replyCount]]);
    for (const [kind, count] of this.#checker.arrived) counts.set(`client ${kind}`, count);
    for (const [behaviour, count] of this.#unruly.behaved) counts.set(`upstream ${behaviour}`, count);
    for (const [name, count] of Object.entries(this.#app.counters)) if (count > 0) counts.set(`counter ${name}`, count);
    return counts;
  }
}

const CLIENT_ADDRESSES = ["198.51.100.7", "198.51.100.8", "2001:db8:c::7", "2001:db8:c::8"];

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
