import { EDE, RCODE, rcodeToText } from "../../lib/wire/iana.ts";
import { addressQuery, ask, extendedErrors, type Outcome } from "../common/asking.ts";
import { sleep } from "../common/sleep.ts";
import { askFor, atRate, freshLabels, inTurn, judge, judgeDelay, medianMs, NONE_LOST, SOON } from "./clients.ts";
import type { Finding, Situation, Stage } from "./stage.ts";
import { openPair, type Pair } from "./upstreams.ts";

/** Longer than any forwarder takes to say that it has given up. */
const LAST_PATIENCE_MS = 12_000;
const WARM_UP_COUNT = 20;
/** Queries that are sent without a pause. */
const BURST = 10;
const SLOW_MS = 500;
const silent = { isSilent: true } as const;

/** One of two upstreams, or both, does not do what it should. */
export const OUTAGES: readonly Situation<Pair>[] = [
  {
    name: "silent-at-start",
    title: "preferred silent from the start, first query",
    open: () => openPair((a) => a.behaviour = silent),
    play: async (stage) => judge(await inTurn(stage, freshLabels(1))),
    goal: NONE_LOST,
  },
  {
    name: "dies-while-warm",
    title: "preferred dies while warm, 8 queries",
    open: () => openPair(),
    play: async (stage) => {
      await warmUpAndKill(stage);
      return judge(await inTurn(stage, freshLabels(8)));
    },
    goal: NONE_LOST,
  },
  {
    name: "dies-at-rate",
    title: "the same, 200 queries at 100/s",
    open: () => openPair(),
    play: diesAtRate,
    goal: SOON,
  },
  {
    name: "port-closed",
    title: "preferred's port closed, 8 queries",
    open: () => openPair((a) => a[Symbol.dispose]()),
    play: async (stage) => judge(await inTurn(stage, freshLabels(8))),
    goal: NONE_LOST,
  },
  {
    name: "servfail",
    title: "preferred answers SERVFAIL, 8 queries",
    open: () => openPair((a) => a.behaviour = { rcode: RCODE.SERVFAIL }),
    play: async (stage) => judge(await inTurn(stage, freshLabels(8))),
    goal: NONE_LOST,
  },
  {
    name: "refused",
    title: "preferred answers REFUSED, 8 queries",
    open: () => openPair((a) => a.behaviour = { rcode: RCODE.REFUSED }),
    play: async (stage) => judge(await inTurn(stage, freshLabels(8))),
    goal: NONE_LOST,
  },
  {
    name: "identical-at-once",
    title: "30 identical at once, upstreams take 0.5 s",
    open: () => openPair((a, b) => a.behaviour = b.behaviour = { delayMs: SLOW_MS }),
    play: (stage) => atOnce(stage, Array<string>(30).fill("same")),
    goal: {
      text: "1 upstream query, 30 answers",
      isMet: ({ sends, answered }) => sends === 1 && answered === 30,
    },
  },
  {
    name: "distinct-at-once",
    title: "400 distinct at once, upstreams take 0.5 s",
    open: () => openPair((a, b) => a.behaviour = b.behaviour = { delayMs: SLOW_MS }),
    play: (stage) => atOnce(stage, freshLabels(400)),
    goal: {
      text: "400 answers, ≤1.05 upstream queries each",
      isMet: ({ sends, answered }) => sends! <= 420 && answered === 400,
    },
  },
  {
    name: "all-silent",
    title: "all silent",
    open: () => openPair((a, b) => a.behaviour = b.behaviour = silent),
    play: allSilent,
    goal: {
      text: "SERVFAIL with EDE 22 within 2.1 s",
      isMet: ({ ms, rcode, hasEde22 }) => ms! <= 2100 && rcode === RCODE.SERVFAIL && hasEde22 === 1,
    },
  },
];

async function warmUpAndKill({ forwarder, upstreams, zone }: Stage<Pair>): Promise<number> {
  const warm = { forwarder, upstreams, zone: `warm.${zone}` };
  const usualMs = medianMs(await inTurn(warm, freshLabels(WARM_UP_COUNT)));
  // Not every forwarder follows the order of its upstreams. The one that it has come to prefer is the one to lose.
  const [a, b] = upstreams.all;
  const preferred = b.sendsFor(`warm.${zone}`) > a.sendsFor(`warm.${zone}`) ? b : a;
  preferred.behaviour = silent;
  return usualMs;
}

async function diesAtRate(stage: Stage<Pair>): Promise<Finding> {
  const usualMs = await warmUpAndKill(stage);
  const outcomes = await atRate(stage, freshLabels(200), 100);
  return judgeDelay(outcomes, usualMs);
}

async function atOnce(stage: Stage<Pair>, labels: readonly string[]): Promise<Finding> {
  const pending: Promise<Outcome>[] = [];
  for (const [i, label] of labels.entries()) {
    pending.push(askFor(stage, label));
    // A kernel queue holds some 256 datagrams, and the upstreams live in this process: their turn comes now and then.
    if (i % BURST === BURST - 1) await sleep(0);
  }
  const outcomes = await Promise.all(pending);
  const { numbers } = judge(outcomes);
  const sends = stage.upstreams.sendsFor(stage.zone);
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
