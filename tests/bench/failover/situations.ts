import { EDE, RCODE, rcodeToText } from "../../../lib/wire/iana.ts";
import { addressQuery, ask, extendedErrors, type Outcome } from "../common/asking.ts";
import type { LoopbackUpstream } from "../common/loopback_upstream.ts";
import { sleep } from "../common/sleep.ts";
import type { SocketAddress } from "../../../lib/base/address.ts";

/** Two upstreams, the forwarder in front of them, and a zone below which every name is new to all caches. */
export interface Stage {
  readonly forwarder: SocketAddress;
  /** The one that is preferred where the forwarder has preferences, and the other one. */
  readonly upstreams: readonly [LoopbackUpstream, LoopbackUpstream];
  /** Without a dot at its end. */
  readonly zone: string;
}

/** What was seen of one forwarder in one situation. */
export interface Finding {
  /** For the table. */
  readonly text: string;
  /** The numbers behind it. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** A situation that every forwarder is put into. */
export interface Situation {
  readonly title: string;
  /** Prepares the upstreams before the forwarder starts. */
  readonly prepare: (upstreams: Stage["upstreams"]) => void;
  readonly play: (stage: Stage) => Promise<Finding>;
  /** What is expected of ours. */
  readonly goal: { readonly text: string; readonly isMet: (numbers: Finding["numbers"]) => boolean };
}

/** As long as a patient client waits for one answer. */
const PATIENCE_MS = 6000;
/** Longer than any forwarder takes to say that it has given up. */
const LAST_PATIENCE_MS = 12_000;
const WARM_UP_COUNT = 20;
/** Queries that are sent without a pause. */
const BURST = 10;
const SLOW_MS = 500;
const NONE_LOST = { text: "0 lost", isMet: ({ lost }: Finding["numbers"]) => lost === 0 };
const silent = { isSilent: true } as const;
const slow = ([a, b]: Stage["upstreams"]) => void (a.behaviour = b.behaviour = { delayMs: SLOW_MS });

/** The situations in the order of the table's rows. */
export const SITUATIONS: readonly Situation[] = [
  {
    title: "preferred silent from the start, first query",
    prepare: ([a]) => void (a.behaviour = silent),
    play: (stage) => inTurn(stage, 1),
    goal: NONE_LOST,
  },
  {
    title: "preferred dies while warm, 8 queries",
    prepare: () => {},
    play: async (stage) => {
      await warmUpAndKill(stage);
      return inTurn(stage, 8);
    },
    goal: NONE_LOST,
  },
  {
    title: "the same, 200 queries at 100/s",
    prepare: () => {},
    play: atRate,
    goal: {
      text: "0 lost, p99 of extra delay ≤150 ms",
      isMet: ({ lost, extraP99Ms }) => lost === 0 && extraP99Ms! <= 150,
    },
  },
  {
    title: "preferred's port closed, 8 queries",
    prepare: ([a]) => a[Symbol.dispose](),
    play: (stage) => inTurn(stage, 8),
    goal: NONE_LOST,
  },
  {
    title: "preferred answers SERVFAIL, 8 queries",
    prepare: ([a]) => void (a.behaviour = { rcode: RCODE.SERVFAIL }),
    play: (stage) => inTurn(stage, 8),
    goal: NONE_LOST,
  },
  {
    title: "preferred answers REFUSED, 8 queries",
    prepare: ([a]) => void (a.behaviour = { rcode: RCODE.REFUSED }),
    play: (stage) => inTurn(stage, 8),
    goal: NONE_LOST,
  },
  {
    title: "30 identical at once, upstreams take 0.5 s",
    prepare: slow,
    play: (stage) => atOnce(stage, Array<string>(30).fill("same")),
    goal: {
      text: "1 upstream query, 30 answers",
      isMet: ({ sends, answered }) => sends === 1 && answered === 30,
    },
  },
  {
    title: "400 distinct at once, upstreams take 0.5 s",
    prepare: slow,
    play: (stage) => atOnce(stage, freshLabels(400)),
    goal: {
      text: "400 answers, ≤1.05 upstream queries each",
      isMet: ({ sends, answered }) => sends! <= 420 && answered === 400,
    },
  },
  {
    title: "all silent",
    prepare: ([a, b]) => void (a.behaviour = b.behaviour = silent),
    play: allSilent,
    goal: {
      text: "SERVFAIL with EDE 22 within 2.1 s",
      isMet: ({ ms, rcode, hasEde22 }) => ms! <= 2100 && rcode === RCODE.SERVFAIL && hasEde22 === 1,
    },
  },
];

/** One query after the other, each for a name of its own. */
async function inTurn({ forwarder, zone }: Stage, count: number): Promise<Finding> {
  const outcomes: Outcome[] = [];
  for (const label of freshLabels(count)) {
    outcomes.push(await ask(forwarder, addressQuery(`${label}.${zone}`), PATIENCE_MS));
  }
  return judge(outcomes);
}

async function warmUpAndKill({ forwarder, upstreams, zone }: Stage): Promise<number> {
  const latencies: number[] = [];
  for (const label of freshLabels(WARM_UP_COUNT)) {
    latencies.push((await ask(forwarder, addressQuery(`${label}.warm.${zone}`), PATIENCE_MS)).ms);
  }
  // Not every forwarder follows the order of its upstreams. The one that it has come to prefer is the one to lose.
  const [a, b] = upstreams;
  const preferred = b.sendsFor(`warm.${zone}`) > a.sendsFor(`warm.${zone}`) ? b : a;
  preferred.behaviour = silent;
  return latencies.toSorted((x, y) => x - y)[WARM_UP_COUNT >> 1]!;
}

async function atRate(stage: Stage): Promise<Finding> {
  const usualMs = await warmUpAndKill(stage);
  const beganMs = performance.now();
  const pending: Promise<Outcome>[] = [];
  for (const [i, label] of freshLabels(200).entries()) {
    await sleep(Math.max(0, beganMs + 10 * i - performance.now()));
    pending.push(ask(stage.forwarder, addressQuery(`${label}.${stage.zone}`), PATIENCE_MS));
  }
  const outcomes = await Promise.all(pending);
  const { numbers } = judge(outcomes);
  const extra = outcomes.map((outcome) => isAnswer(outcome) ? outcome.ms - usualMs : Infinity).sort((x, y) => x - y);
  const [extraP50Ms, extraP99Ms, extraMaxMs] = [extra[99]!, extra[197]!, extra[199]!];
  const delay = [["p50", extraP50Ms], ["p99", extraP99Ms], ["max", extraMaxMs]] as const;
  const delays = delay.map(([name, ms]) =>
    `${name} ${Number.isFinite(ms) ? `+${Math.max(0, Math.round(ms))} ms` : "lost"}`
  );
  return {
    text: `${lostText(numbers)}, ${delays.join(", ")}`,
    numbers: { ...numbers, extraP50Ms, extraP99Ms, extraMaxMs },
  };
}

async function atOnce({ forwarder, upstreams, zone }: Stage, labels: readonly string[]): Promise<Finding> {
  const pending: Promise<Outcome>[] = [];
  for (const [i, label] of labels.entries()) {
    pending.push(ask(forwarder, addressQuery(`${label}.${zone}`), PATIENCE_MS));
    // A kernel queue holds some 256 datagrams, and the upstreams live in this process: their turn comes now and then.
    if (i % BURST === BURST - 1) await sleep(0);
  }
  const outcomes = await Promise.all(pending);
  const { numbers } = judge(outcomes);
  const sends = upstreams[0].sendsFor(zone) + upstreams[1].sendsFor(zone);
  const answered = labels.length - numbers.lost!;
  const worst = answered === 0 ? "" : `, worst ${Math.round(numbers.worstMs!)} ms`;
  return { text: `${sends} sent, ${answered} answered${worst}`, numbers: { ...numbers, sends, answered } };
}

async function allSilent({ forwarder, zone }: Stage): Promise<Finding> {
  const outcome = await ask(forwarder, addressQuery(`silent.${zone}`), LAST_PATIENCE_MS);
  const { response, ms } = outcome;
  if (response === null) return { text: `silence for ${LAST_PATIENCE_MS / 1000} s`, numbers: { ms } };
  const codes = extendedErrors(response).map((error) => error.infoCode);
  const numbers = { ms, rcode: response.rcode, hasEde22: codes.includes(EDE.NO_REACHABLE_AUTHORITY) ? 1 : 0 };
  const ede = codes.length === 0 ? "" : ` + EDE ${codes.join(", ")}`;
  return { text: `${rcodeToText(response.rcode)}${ede} after ${Math.round(ms)} ms`, numbers };
}

/** What is no answer with a record is lost to the client, whatever the reason. */
function judge(outcomes: readonly Outcome[]): Finding {
  const good = outcomes.filter(isAnswer);
  const silent = outcomes.filter((outcome) => outcome.response === null).length;
  const worstMs = Math.max(0, ...good.map((outcome) => outcome.ms));
  const numbers = { lost: outcomes.length - good.length, silent, worstMs };
  const worst = good.length === 0 ? "" : `, ${good.length === 1 ? "" : "worst "}${Math.round(worstMs)} ms`;
  return { text: `${lostText(numbers)}${worst}`, numbers };
}

function lostText({ lost, silent }: Finding["numbers"]): string {
  if (lost === 0) return "0 lost";
  return silent === lost ? `**${lost} lost**` : `**${lost} lost** (${lost! - silent!} by an error)`;
}

function isAnswer({ response }: Outcome): boolean {
  return response !== null && response.rcode === RCODE.NOERROR && response.answers.length > 0;
}

function freshLabels(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `q${i}`);
}
