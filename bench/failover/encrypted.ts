import { sleep } from "../common/sleep.ts";
import { atRate, freshLabels, inTurn, judgeDelay, medianMs, noneLostWithin, SOON } from "./clients.ts";
import { certificates, type SecureKind, SecureServer } from "./secure_server.ts";
import type { Finding, Situation, Stage } from "./stage.ts";
import { Together } from "./upstreams.ts";

type Two = Together<readonly [SecureServer, SecureServer]>;

const WARM_UP_COUNT = 20;
const COUNT = 200;
const PER_SECOND = 100;
/** A query on a connection that has fallen silent waits so long at least before another one is made. */
const SILENCE_GOAL = noneLostWithin(450);
const KINDS: readonly { kind: SecureKind; over: string }[] = [
  { kind: "dot", over: "over TLS" },
  { kind: "doh", over: "over HTTPS" },
];

/** What happens to those that ask over TLS and HTTPS. */
export const ENCRYPTED: readonly (Situation<Two> | Situation<SecureServer>)[] = KINDS.flatMap(({ kind, over }) => {
  const queries = `${COUNT} queries at ${PER_SECOND}/s`;
  const single = (name: string, title: string, repliesPerConnection: number): Situation<SecureServer> => ({
    name: `${kind}-${name}`,
    title: `${over}, ${title}, ${queries}`,
    asking: kind,
    open: async () => {
      const server = await SecureServer.open(kind);
      server.repliesPerConnection = repliesPerConnection;
      return server;
    },
    play: (stage) => atRateAfter(stage, () => {}),
    goal: SOON,
  });
  const pair = (name: string, title: string, happens: (preferred: SecureServer) => void): Situation<Two> => ({
    name: `${kind}-${name}`,
    title: `${over}, ${title}, ${queries}`,
    asking: kind,
    open: async () => new Together(await SecureServer.open(kind), await SecureServer.open(kind, "127.0.0.3")),
    play: (stage) =>
      atRateAfter(stage, () => {
        const [a, b] = stage.upstreams.all;
        happens(b.queryCount > a.queryCount ? b : a);
      }),
    goal: SOON,
  });
  const alone: Situation<SecureServer> = {
    ...single("half-open-alone", "the connection of the only one goes half-open", Infinity),
    play: (stage) => atRateAfter(stage, () => stage.upstreams.muteOpen()),
    goal: SILENCE_GOAL,
  };
  return [
    pair("killed", "preferred is killed while warm", (preferred) => preferred.die()),
    pair("half-open", "preferred's connection goes half-open", (preferred) => preferred.muteOpen()),
    alone,
    {
      ...pair("expired", "preferred comes back with an expired certificate", () => {}),
      play: async (stage: Stage<Two>) => {
        const { expired } = await certificates();
        return await atRateAfter(stage, () => {
          const [a, b] = stage.upstreams.all;
          return (b.queryCount > a.queryCount ? b : a).restart(expired);
        });
      },
    },
    single("closes-1", "the server closes after each reply", 1),
    single("goaway-100", kind === "doh" ? "GOAWAY after 100" : "the server closes after 100", 100),
  ];
});

/** Asks until it is known how long that usually takes, lets something happen, and goes on asking. */
async function atRateAfter(stage: Stage, happens: () => unknown): Promise<Finding> {
  const warm = { ...stage, zone: `warm.${stage.zone}` };
  const usualMs = medianMs(await inTurn(warm, freshLabels(WARM_UP_COUNT)));
  // What is not there yet is no loss of what happens now.
  await sleep(0);
  await happens();
  return judgeDelay(await atRate(stage, freshLabels(COUNT), PER_SECOND), usualMs);
}
