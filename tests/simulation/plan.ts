import type { Config } from "../../lib/config/config.ts";
import type { Question } from "../../lib/wire/message.ts";
import { foldCase } from "../../lib/wire/name.ts";
import { parseIp } from "../../lib/base/ip.ts";
import type { SocketAddress } from "../../lib/base/address.ts";
import type { UpstreamHabits } from "../support/scripted_upstream.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import type { Link } from "../support/world_network.ts";

/** Everything about one simulation that is decided before it begins. */
export interface Plan {
  readonly seed: number;
  readonly config: Config;
  /** Addresses of the forwarder's machine. */
  readonly hostAddresses: readonly string[];
  /** Where clients send their queries. */
  readonly serviceAddresses: readonly SocketAddress[];
  readonly upstream: SocketAddress;
  readonly habits: UpstreamHabits;
  readonly clientLink: Link;
  readonly upstreamLink: Link;
  /** Share of the forwarder's sends that its operating system refuses, 0–1. */
  readonly sendFailure: number;
  /** Share of the queries that are not calm to which the upstream misbehaves, 0–1. */
  readonly unruliness: number;
  readonly queryCount: number;
  /** Within this time after the start all queries are sent. */
  readonly durationMs: number;
  /** When the forwarder is told to stop; `null` for after everything has settled. */
  readonly stopAfterMs: number | null;
  /** Whether the upstream always answers this question honestly and at once, and all of the way is free of faults. */
  readonly isCalm: (question: Question) => boolean;
}

const UPSTREAMS = ["203.0.113.53", "2001:db8:53::53"];
const HOST = ["192.0.2.53", "192.0.2.54", "2001:db8::53"];

/** The plan of a seed. */
export function drawPlan(seed: number): Plan {
  const random = new SeededRandom(`plan ${seed}`);
  const isForwarding = !random.chance(0.12);
  const upstream = udpAddress(random.pick(UPSTREAMS), random.pick([53, 5353]));
  const timeoutMs = random.pick([100, 500, 1000, 2000, 2000, 5000]);
  const isFair = random.chance(0.4);
  const { listen, serviceAddresses } = drawListen(random);
  const calmSalt = `calm ${seed}`;
  return {
    seed,
    config: {
      listen,
      resolvers: isForwarding ? [upstream] : [],
      answerIpv4: parseIp("192.0.2.80")!,
      answerIpv6: random.chance(0.5) ? parseIp("2001:db8::80") : null,
      timeoutMs,
      upstreamSockets: random.pick([2, 2, 3, 16]),
      multiQuestion: random.chance(0.75) ? "split" : "formerr",
      logLevel: "debug",
    },
    hostAddresses: HOST,
    serviceAddresses,
    upstream,
    habits: drawHabits(random),
    clientLink: drawLink(random, { loss: 0.1, delayMaxMs: 50 }),
    // What is lost here, calm questions suffer too: then none of them is. There and back takes a fifth of the time at
    // most, so that even a question asked in two forms has its answer before either is repeated.
    upstreamLink: { ...drawLink(random, { loss: 0.2, delayMaxMs: timeoutMs / 10 }), ...(isFair ? { loss: 0 } : {}) },
    sendFailure: isFair ? 0 : random.pick([0, 0, 0.02, 0.2]),
    unruliness: random.pick([0, 0.3, 0.7, 1]),
    queryCount: random.between(30, 60),
    durationMs: random.pick([1, timeoutMs, 3 * timeoutMs, 130_000]),
    stopAfterMs: random.chance(0.15) ? random.between(0, 2 * timeoutMs) : null,
    isCalm: (question) => {
      return !isForwarding ||
        (isFair && new SeededRandom(`${calmSalt} ${foldCase(question.name).toHex()}`).chance(0.6));
    },
  };
}

function drawListen(random: SeededRandom): Pick<Plan, "serviceAddresses"> & { listen: SocketAddress[] } {
  const [first, second, third] = HOST.map((hostname) => udpAddress(hostname, 2053));
  switch (random.below(4)) {
    case 0:
      return { listen: [first!], serviceAddresses: [first!] };
    case 1:
      return { listen: [first!, second!, third!], serviceAddresses: [first!, second!, third!] };
    case 2:
      return { listen: [third!], serviceAddresses: [third!] };
    default:
      // A wildcard socket answers from the host's first address, whichever was asked: a known limit, so only that one is.
      return { listen: [udpAddress("0.0.0.0", 2053)], serviceAddresses: [first!] };
  }
}

function drawHabits(random: SeededRandom): UpstreamHabits {
  return {
    edns: random.pickWeighted({ knows: 6, ignores: 1, formerr: 1, notimp: 1 }),
    hasOptFirst: random.chance(0.3),
    overcompresses: random.chance(0.3),
    lowersCase: random.chance(0.2),
    recursionAvailable: random.chance(0.9),
  };
}

function drawLink(random: SeededRandom, { loss, delayMaxMs }: { loss: number; delayMaxMs: number }): Link {
  return {
    loss: random.chance(0.5) ? 0 : random.fraction() * loss,
    duplication: random.chance(0.5) ? 0 : 0.1,
    delayMinMs: 0.1,
    delayMaxMs: 0.1 + random.fraction() * delayMaxMs,
  };
}

function udpAddress(hostname: string, port: number): SocketAddress {
  return { transport: "udp", hostname, port };
}
