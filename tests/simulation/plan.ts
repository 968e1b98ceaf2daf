import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { FullConfig } from "../../lib/config/config.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import type { StorageRules } from "../../lib/response/storable.ts";
import { STRATEGIES } from "../../lib/upstream/group/strategy.ts";
import type { Question } from "../../lib/wire/message.ts";
import { foldCase } from "../../lib/wire/name.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import { EVERY_NETWORK } from "../support/serving.ts";
import type { Link } from "../support/world_network.ts";
import { endpointOf, withHttps, withTls } from "./secure_plan.ts";
import { NO_LISTS } from "./lists/list_draw.ts";
import { drawPolicies, type PolicyPlan } from "./reload_plan.ts";
import {
  drawFairUpstreams,
  drawLink,
  drawUpstreams,
  type UpstreamPlan,
  withConnectionFates,
  withQuic,
  withQuirks,
} from "./upstream_plan.ts";
import { type Listen, plainListen } from "../../lib/server/listen/listen.ts";

/** Everything about one simulation that is decided before it begins. */
export interface Plan extends Omit<PolicyPlan, "policy"> {
  readonly seed: number;
  readonly config: FullConfig;
  /** Addresses of the forwarder's machine. */
  readonly hostAddresses: readonly string[];
  /** Where clients send their queries. */
  readonly serviceAddresses: readonly SocketAddress[];
  readonly upstreams: readonly UpstreamPlan[];
  readonly clientLink: Link;
  /** Share of the forwarder's sends that its operating system refuses, 0–1. */
  readonly sendFailure: number;
  /** Share of the queries that are not calm to which an unruly upstream misbehaves, 0–1. */
  readonly unruliness: number;
  /** Whether nobody breaks connections, floods, or dies, so that calm questions can be told what will be answered. */
  readonly isFair: boolean;
  /** Datagrams of clients. */
  readonly queryCount: number;
  /** TCP connections of clients. */
  readonly connectionCount: number;
  /** Connections of one client that asks nothing on them; 0 for no such client. */
  readonly crowd: number;
  /** While this lasts, in milliseconds after the start, the system is out of file descriptors for connections. */
  readonly acceptOutage: { readonly fromMs: number; readonly toMs: number };
  /** Within this time after the start all queries are sent. */
  readonly durationMs: number;
  /** When the forwarder is told to stop; `null` for after everything has settled. */
  readonly stopAfterMs: number | null;
  /**
   * When a NAT in front of the upstreams comes to send the ports that are in use to nobody, in milliseconds after the start;
   * `null` for never.
   */
  readonly natForgetsAfterMs: number | null;
  /**
   * Whether the question must get its answer, and not SERVFAIL. So it is in a fair plan (see `drawFairUpstreams`) for the
   * names to which every upstream that answers is honest: there is a sound upstream within reach, what the others use up
   * leaves it one of the three sends and half of the time, and the system sends whatever it is given. A NAT that forgets is
   * fair to one upstream that is asked over UDP, always answers, and needs no second send for anything else.
   */
  readonly isCalm: (question: Question) => boolean;
}

/** When each life begins, on the program's clock. */
export const START_MS = 1234.567;

/** Where nobody asks. */
const UNASKED = { other: udpAddress("192.0.2.53", 2054), impossible: udpAddress("192.0.2.99", 53) };

const HOST = ["192.0.2.53", "192.0.2.54", "2001:db8::53"];
/** The address of a client that may not ask, in those plans where not everybody may. */
export const STRANGER = "198.51.100.8";
const ALL_BUT_STRANGER = ["198.51.100.0/29", "198.51.100.9", "2001:db8::/32"];

/** The plan of a seed. */
export function drawPlan(seed: number): Plan {
  const random = new SeededRandom(`plan ${seed}`);
  const isForwarding = !random.chance(0.1);
  const isFair = random.chance(0.45);
  const count = random.pick([1, 1, 2, 3, 4]);
  // The fair plans of several upstreams take their time: the others may be silent first.
  const timeoutMs = isFair && count > 1 ? random.pick([2000, 5000]) : random.pick([100, 500, 1000, 2000, 2000, 5000]);
  const usual = !isForwarding
    ? []
    : isFair
    ? drawFairUpstreams(random, { count: Math.min(count, 3), timeoutMs })
    : drawUpstreams(random, { count, timeoutMs });
  const quirky = withQuirks(new SeededRandom(`quirks ${seed}`), usual, isFair);
  const fated = withConnectionFates(new SeededRandom(`connections ${seed}`), quirky, { timeoutMs, isFair });
  const plain = withQuic(new SeededRandom(`quic ${seed}`), fated, { timeoutMs, isFair, share: quicShare(seed) });
  const { listen, serviceAddresses } = drawListen(random);
  const durationMs = random.pick([1, timeoutMs, 3 * timeoutMs, 130_000]);
  const secure = withTls(new SeededRandom(`tls ${seed}`), plain, { isFair, durationMs });
  const upstreams = withHttps(new SeededRandom(`https ${seed}`), secure);
  const acceptOutage = random.chance(0.2) ? drawOutage(random, durationMs) : NO_OUTAGE;
  const stopAfterMs = random.chance(0.15) ? random.between(0, 2 * timeoutMs) : null;
  const calmSalt = `calm ${seed}`;
  const plan: Plan = {
    seed,
    config: {
      ...DEFAULTS,
      listen,
      upstreams: upstreams.map(endpointOf),
      answer: { ipv4: "192.0.2.80", ipv6: random.chance(0.5) ? "2001:db8::80" : null },
      timeoutMs,
      strategy: random.pick(STRATEGIES),
      upstreamSockets: random.pick([2, 2, 3, 16]),
      allow: random.chance(0.8) ? EVERY_NETWORK : ALL_BUT_STRANGER,
      rateLimit: random.chance(0.15) ? random.pick([1, 5, 20]) : 0,
      maxInFlight: isFair || random.chance(0.8) ? 10_000 : random.between(2, 8),
      ...drawCache(seed, isForwarding),
      answersSpecialNames: false,
      multiQuestion: random.chance(0.75) ? "split" : "formerr",
      io: "plain",
      logLevel: "debug",
    },
    hostAddresses: HOST,
    serviceAddresses,
    upstreams,
    clientLink: drawLink(random, { loss: 0.1, delayMaxMs: 50 }),
    sendFailure: isFair ? 0 : random.pick([0, 0, 0.02, 0.2]),
    unruliness: random.pick([0, 0.3, 0.7, 1]),
    isFair,
    queryCount: random.between(15, 35),
    connectionCount: random.between(0, 3),
    durationMs,
    crowd: acceptOutage === NO_OUTAGE && stopAfterMs === null && random.chance(0.05) ? random.between(95, 110) : 0,
    acceptOutage,
    stopAfterMs,
    natForgetsAfterMs: null,
    reloads: [],
    files: { hostsFiles: [], leases: [], changes: [] },
    lists: NO_LISTS,
    local: { queryCount: 0, translatedCount: 0, spanMs: 0 },
    isCalm: (question) => {
      return !isForwarding ||
        (isFair && new SeededRandom(`${calmSalt} ${foldCase(question.name).toHex()}`).chance(0.6));
    },
  };
  const { policy, ...drawn } = drawPolicies({ ...plan, listen: UNASKED });
  return { ...plan, ...drawPathFaults(plan), ...drawn, config: { ...plan.config, policy } };
}

/** Upstreams that are asked over QUIC, of all: a few, and most of them in a hundred thousand lives. */
function quicShare(seed: number): number {
  return seed >= 7_200_000 && seed < 7_300_000 ? 0.7 : 0.1;
}

/** What is wrong with the way to the upstreams. From a source of its own: the other lives stay as they are. */
function drawPathFaults({ seed, isFair, upstreams, unruliness, config, durationMs }: Plan): Partial<Plan> {
  const random = new SeededRandom(`path ${seed}`);
  const isLossy = !isFair && random.chance(0.2);
  const isTooSlow = !isFair && random.chance(0.15);
  const slowMs = { min: 1.1 * config.timeoutMs, max: 3 * config.timeoutMs };
  const [first, ...others] = upstreams;
  const mayForget = first !== undefined && (!isFair ||
    (others.length === 0 && first.address.transport === "udp" && needsOneSend(first) && unruliness === 0 &&
      config.timeoutMs >= 500));
  return {
    upstreams: upstreams.map((one) => ({
      ...one,
      ...(isLossy ? { link: { ...one.link, loss: LOSS } } : {}),
      // Every answer comes when the client has been told that there is none.
      ...(isTooSlow && one.temper === "slow" ? { slowMs } : {}),
    })),
    natForgetsAfterMs: mayForget && random.chance(isFair ? 0.8 : 0.15) ? random.fraction() * durationMs : null,
  };
}

/** Each way. */
const LOSS = 0.15;

function needsOneSend({ habits }: UpstreamPlan): boolean {
  return habits.edns === "knows" && !habits.lowersCase && !habits.mindsCase && habits.cookies !== "demands";
}

/** From a source of its own: the other lives stay as they are. */
function drawCache(seed: number, isForwarding: boolean): CacheConfig {
  const random = new SeededRandom(`cache ${seed}`);
  return {
    cacheSizeMib: isForwarding && random.chance(0.5) ? 1 : 0,
    minTtlSeconds: random.pick([0, 0, 10, 30]),
    maxTtlSeconds: random.pick([86_400, 86_400, 100]),
    negativeMaxTtlSeconds: random.pick([3600, 3600, 20]),
    servesStale: random.chance(0.8),
    prefetches: random.chance(0.8),
  };
}

type CacheConfig = StorageRules & Pick<FullConfig, "cacheSizeMib" | "servesStale" | "prefetches">;

const NO_OUTAGE = { fromMs: Infinity, toMs: -Infinity };

function drawOutage(random: SeededRandom, durationMs: number): Plan["acceptOutage"] {
  const fromMs = random.fraction() * durationMs;
  return { fromMs, toMs: fromMs + random.between(10, 2000) };
}

function drawListen(random: SeededRandom): Pick<Plan, "serviceAddresses"> & { listen: Listen[] } {
  const [first, second, third] = HOST.map((hostname) => udpAddress(hostname, 2053));
  switch (random.below(5)) {
    case 0:
      return { listen: [first!].map(plainListen), serviceAddresses: [first!] };
    case 1:
      return { listen: [first!, second!, third!].map(plainListen), serviceAddresses: [first!, second!, third!] };
    case 2:
      return { listen: [third!].map(plainListen), serviceAddresses: [third!] };
    case 3:
      // IPv4 clients come as ::ffff:198.51.100.7. A wildcard socket answers from the host's first address of a family.
      return { listen: [udpAddress("::", 2053)].map(plainListen), serviceAddresses: [first!, third!] };
    default:
      // A wildcard socket answers from the host's first address, whichever was asked: a known limit, so only that one is.
      return { listen: [udpAddress("0.0.0.0", 2053)].map(plainListen), serviceAddresses: [first!] };
  }
}

function udpAddress(hostname: string, port: number): SocketAddress {
  return { transport: "udp", hostname, port };
}
