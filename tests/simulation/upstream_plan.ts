import type { SocketAddress } from "../../lib/base/net/address.ts";
import { MODERN_HABITS, type UpstreamHabits } from "../support/scripted_upstream.ts";
import type { SeededRandom } from "../support/seeded_random.ts";
import type { SecurePlan } from "./secure_plan.ts";
import type { Link } from "../support/world_network.ts";

/** What becomes of the queries to an upstream. */
const TEMPERS = {
  /** They are answered, unless it is in a mood for something else; see `UnrulyUpstream`. */
  unruly: 6,
  /** They are lost, and so is every attempt to connect. */
  dead: 2,
  /** They are lost, and connections are refused. */
  closed: 1,
  /** They are answered in the end. */
  slow: 2,
  servfail: 2,
  refused: 1,
  /** They are answered at first and lost later. */
  dying: 2,
  /** They are lost at first and answered later. */
  recovering: 2,
};

/** See `TEMPERS`. */
export type Temper = keyof typeof TEMPERS;

/** An upstream over QUIC. */
export interface QuicPlan {
  /** Until then, after the start, somebody else is there, who must not get a single query. */
  readonly refusedUntilMs: number;
  /** Streams of a connection; then there is no further credit, and no word of it. */
  readonly streamsInAll: number;
}

/** One upstream of a simulation. */
export interface UpstreamPlan {
  /** Its transport is "tcp" where TCP is forced, or TLS. */
  readonly address: SocketAddress;
  /** How it is asked over TLS; `null` for one that is asked in the clear. */
  readonly secure: SecurePlan | null;
  readonly temper: Temper;
  readonly habits: UpstreamHabits;
  /** The way there, and the way back. */
  readonly link: Link;
  readonly hasTcp: boolean;
  /** When a dying one dies, and a recovering one recovers, after the start. */
  readonly turnMs: number;
  /** Replies on a connection; then it closes it, whatever else was asked there. Infinity for no limit. */
  readonly connectionRepliesMax: number;
  /** When the path forgets all connections, after the start: nothing arrives on them any more, and nobody is told. */
  readonly lossesMs: readonly number[];
  /** What becomes of it where it is asked over QUIC; `null` where it is not. */
  readonly quic: QuicPlan | null;
  /** How long a slow one takes. */
  readonly slowMs: { readonly min: number; readonly max: number };
}

const HOSTNAMES = ["203.0.113.53", "2001:db8:53::53", "203.0.113.54", "203.0.113.55"];

/** Upstreams of any kind. */
export function drawUpstreams(random: SeededRandom, { count, timeoutMs }: Wanted): UpstreamPlan[] {
  return HOSTNAMES.slice(0, count).map((hostname) => {
    const address = drawAddress(random, hostname);
    return {
      address,
      secure: null,
      temper: random.pickWeighted(TEMPERS),
      habits: drawHabits(random),
      link: drawLink(random, { loss: 0.2, delayMaxMs: timeoutMs / 10 }),
      hasTcp: address.transport === "tcp" || random.chance(0.7),
      connectionRepliesMax: Infinity,
      lossesMs: [],
      quic: null,
      turnMs: random.between(0, 3 * timeoutMs),
      slowMs: { min: 100, max: timeoutMs * 1.2 },
    };
  });
}

/**
 * Upstreams of which one, called the sound one, gets an answer to every client:
 *
 * - Alone it may have any habits. There and back is a tenth of the time, so that EDNS, letter case, cookies, truncation and
 *   TCP can be found out one after the other before half of the time is over and it is asked again.
 * - Among others it knows EDNS and echoes letter case, so that one send does, and is no further than 20 ms away. Before it
 *   at most two of the three sends are used up: by upstreams that take one each. They are silent, at most 600 ms before
 *   the next one's turn, or fail at once, or take 800 ms to answer, at most one of them, and not for want of time.
 */
export function drawFairUpstreams(random: SeededRandom, { count, timeoutMs }: Wanted): UpstreamPlan[] {
  const soundIndex = random.below(count);
  let slowLeft = 1;
  return HOSTNAMES.slice(0, count).map((hostname, i): UpstreamPlan => {
    const address = drawAddress(random, hostname);
    const isSound = i === soundIndex;
    let temper: Temper = isSound ? "unruly" : random.pick(["dead", "closed", "slow", "servfail", "refused"]);
    if (temper === "slow" && slowLeft-- === 0) temper = "dead";
    return {
      address,
      secure: null,
      temper,
      habits: count === 1 ? drawHabits(random) : drawModernHabits(random),
      link: { ...drawLink(random, { loss: 0, delayMaxMs: count === 1 ? timeoutMs / 20 : 20 }), loss: 0 },
      hasTcp: count > 1 || address.transport === "tcp" || random.chance(0.7),
      connectionRepliesMax: Infinity,
      lossesMs: [],
      quic: null,
      turnMs: 0,
      slowMs: { min: 400, max: 800 },
    };
  });
}

/**
 * The same upstreams, of which some are asked over QUIC; from a source of its own, so that the other lives stay as they are. Fair
 * ones show who they are from the beginning, and give credit.
 */
export function withQuic(
  random: SeededRandom,
  upstreams: readonly UpstreamPlan[],
  { timeoutMs, isFair, share }: { timeoutMs: number; isFair: boolean; share: number },
): UpstreamPlan[] {
  return upstreams.map((upstream) => {
    const refusedUntilMs = random.chance(0.2) ? random.pick([timeoutMs, Infinity]) : 0;
    const streamsInAll = random.chance(0.2) ? random.between(1, 20) : Infinity;
    if (!random.chance(share)) return upstream;
    return {
      ...upstream,
      quic: isFair ? { refusedUntilMs: 0, streamsInAll: Infinity } : { refusedUntilMs, streamsInAll },
    };
  });
}

/** Datagrams of clients have up to eight questions each; see `Plan.queryCount`. */
const QUESTIONS_AT_ONCE = 8 * 35;

/**
 * The same upstreams, of which some limit the queries on a connection, or lose connections. Of fair ones as far as four
 * connections at a time, each of which takes two round trips, or another one after 250 ms, get every question answered in
 * good time.
 */
export function withConnectionFates(
  random: SeededRandom,
  upstreams: readonly UpstreamPlan[],
  { timeoutMs, isFair }: { timeoutMs: number; isFair: boolean },
): UpstreamPlan[] {
  return upstreams.map((upstream) => {
    const repliesMin = isFair ? Math.ceil(QUESTIONS_AT_ONCE * upstream.link.delayMaxMs / (timeoutMs / 4)) : 1;
    const connectionRepliesMax = random.chance(0.3) ? repliesMin + random.below(10) : Infinity;
    const losesConnections = random.chance(0.3) && (!isFair || timeoutMs >= 2000);
    const lossesMs = losesConnections ? Array.from({ length: 3 }, () => random.fraction() * 3 * timeoutMs) : [];
    return { ...upstream, connectionRepliesMax, lossesMs };
  });
}

interface Wanted {
  readonly count: number;
  readonly timeoutMs: number;
}

function drawAddress(random: SeededRandom, hostname: string): SocketAddress {
  return { transport: random.chance(0.1) ? "tcp" : "udp", hostname, port: random.pick([53, 5353]) };
}

function drawHabits(random: SeededRandom): UpstreamHabits {
  return {
    edns: random.pickWeighted({ knows: 6, ignores: 1, formerr: 1, notimp: 1 }),
    hasOptFirst: random.chance(0.3),
    overcompresses: random.chance(0.3),
    lowersCase: random.chance(0.2),
    recursionAvailable: random.chance(0.9),
    mindsCase: random.chance(0.1) && "withoutSoa",
    keepsSpelling: false,
    cookies: random.pickWeighted({ ignores: 3, knows: 2, demands: 1 }),
    truncates: random.chance(0.15),
    signs: random.chance(0.6),
    signsUnasked: random.chance(0.2),
    reorders: random.chance(0.3),
  };
}

function drawModernHabits(random: SeededRandom): UpstreamHabits {
  const { hasOptFirst, overcompresses, truncates, signs, signsUnasked, reorders } = drawHabits(random);
  return {
    ...MODERN_HABITS,
    hasOptFirst,
    overcompresses,
    truncates,
    signs,
    signsUnasked,
    reorders,
    cookies: random.pick(["ignores", "knows"]),
  };
}

/** A way between two hosts. */
export function drawLink(random: SeededRandom, { loss, delayMaxMs }: { loss: number; delayMaxMs: number }): Link {
  return {
    loss: random.chance(0.5) ? 0 : random.fraction() * loss,
    duplication: random.chance(0.5) ? 0 : 0.1,
    delayMinMs: 0.1,
    delayMaxMs: 0.1 + random.fraction() * delayMaxMs,
    choppiness: random.pick([0, 0.3]),
  };
}

/** What few upstreams do, and how often. */
const QUIRKS = {
  none: 12,
  passesOn: 2,
  replays: 2,
  replaysAndPassesOn: 1,
  mindsCaseWithSoa: 1,
  refusesCase: 1,
  failsCase: 1,
  keepsSpelling: 3,
};

/**
 * Upstreams of which some have a quirk more; drawn from a source of its own, so that the other lives stay as they are. Among
 * several fair ones that is none that takes a send more.
 */
export function withQuirks(random: SeededRandom, upstreams: readonly UpstreamPlan[], isFair: boolean): UpstreamPlan[] {
  return upstreams.map((upstream) => {
    const drawn = random.pickWeighted(QUIRKS);
    const quirk = isFair && upstreams.length > 1 && drawn !== "keepsSpelling" ? "none" : drawn;
    return { ...upstream, habits: { ...upstream.habits, ...HABITS_OF[quirk] } };
  });
}

/**
 * No more together, also with those of `drawHabits`, than can be found out in three sends: a server that does not echo letter
 * case, and mixes cookies up or demands them, does not pass on rejections as well.
 */
const HABITS_OF: Readonly<Record<keyof typeof QUIRKS, Partial<UpstreamHabits>>> = {
  none: {},
  passesOn: { edns: "passesOn", lowersCase: false },
  replays: { cookies: "replays" },
  replaysAndPassesOn: { cookies: "replays", edns: "passesOn", lowersCase: false },
  mindsCaseWithSoa: { mindsCase: "withSoa" },
  refusesCase: { mindsCase: "refused" },
  failsCase: { mindsCase: "servfail" },
  keepsSpelling: { keepsSpelling: true, lowersCase: false },
};
