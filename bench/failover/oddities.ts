import { SeededRandom } from "../../tests/support/seeded_random.ts";
import type { LoopbackUpstream } from "../common/loopback_upstream.ts";
import { atRate, freshLabels, judge, NONE_LOST, noneLostWithin } from "./clients.ts";
import type { Finding, Situation, Stage } from "./stage.ts";
import { openPair, openSingle, type Pair, type Single } from "./upstreams.ts";

/** Queries that every forwarder's source ports are seen in. */
const WARM_UP_COUNT = 200;
const LOSSY_COUNT = 1000;
const LOSSY_PER_SECOND = 200;
/** Round trip of the path that loses datagrams. */
const PATH_MS = 20;

/** An upstream, or the path to it, has ways of its own. */
export const ODDITIES: readonly (Situation<Single> | Situation<Pair>)[] = [
  {
    name: "replayed-cookies",
    title: "half of the replies have somebody else's cookie, 40 queries at 20/s",
    isPatient: true,
    open: () => openSingle((a) => a.behaviour = { cookieFor: (name) => isEven(name) ? "foreign" : "own" }),
    play: async (stage: Stage<Single>) => judge(await atRate(stage, freshLabels(40), 20)),
    goal: NONE_LOST,
  },
  {
    name: "foreign-cookies",
    title: "every reply has somebody else's cookie, 40 queries at 20/s",
    isPatient: true,
    open: () => openSingle((a) => a.behaviour = { cookieFor: () => "foreign" }),
    play: async (stage: Stage<Single>) => judge(await atRate(stage, freshLabels(40), 20)),
    goal: NONE_LOST,
  },
  {
    name: "dead-ports",
    title: "a NAT sends the ports that it knows to a dead server, 40 queries at 20/s",
    isPatient: true,
    open: () => openSingle(),
    play: async (stage: Stage<Single>) => {
      await atRate({ ...stage, zone: `warm.${stage.zone}` }, freshLabels(WARM_UP_COUNT), WARM_UP_COUNT);
      const [a] = stage.upstreams.all;
      a.behaviour = { lostPorts: new Set(a.ports) };
      return judge(await atRate(stage, freshLabels(40), 20));
    },
    goal: noneLostWithin(1000),
  },
  ...[[0, 0], [5, 0], [15, 0.5], [30, 5]].flatMap(([percent, lostPercent]) => {
    return lossy(percent!, lostPercent!);
  }),
];

/** A path that loses as many datagrams each way, to one upstream and to two. */
function lossy(percent: number, lostPercent: number): [Situation<Single>, Situation<Pair>] {
  const lose = (...upstreams: LoopbackUpstream[]) => {
    for (const [i, upstream] of upstreams.entries()) {
      const random = new SeededRandom(`${percent} % ${i}`);
      upstream.behaviour = { delayMs: PATH_MS, loss: { share: percent / 100, random } };
    }
  };
  const title = percent === 0 ? "healthy path" : `${percent} % loss each way`;
  const common = {
    isPatient: true,
    play: losing,
    goal: percent === 0
      ? { text: "0 lost, ≤1.05 sends", isMet: ({ lost, sends }: Finding["numbers"]) => lost === 0 && sends! <= 1.05 }
      : {
        text: `≤${lostPercent} % lost`,
        isMet: ({ lost }: Finding["numbers"]) => lost! <= LOSSY_COUNT * lostPercent / 100,
      },
  };
  return [
    { ...common, name: `loss-${percent}`, title: `${title}, one upstream`, open: () => openSingle(lose) },
    { ...common, name: `loss-${percent}-two`, title: `${title}, two upstreams`, open: () => openPair(lose) },
  ];
}

async function losing(stage: Stage<Single> | Stage<Pair>): Promise<Finding> {
  const { numbers } = judge(await atRate(stage, freshLabels(LOSSY_COUNT), LOSSY_PER_SECOND));
  const sends = stage.upstreams.sendsFor(stage.zone) / LOSSY_COUNT;
  const share = `${(100 * numbers.lost! / LOSSY_COUNT).toFixed(1)} % lost`;
  const worst = `worst ${Math.round(numbers.worstMs!)} ms`;
  return {
    text: `${numbers.lost === 0 ? share : `**${share}**`}, ${sends.toFixed(2)} sends, ${worst}`,
    numbers: { ...numbers, sends },
  };
}

function isEven(name: string): boolean {
  return Number(/\d+/.exec(name)?.[0]) % 2 === 0;
}
