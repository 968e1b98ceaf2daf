import type { SocketAddress } from "../../lib/base/net/address.ts";
import { startAuthority } from "../common/authority.ts";
import { findExecutable, notInstalled } from "../common/installed.ts";
import type { RunningServer } from "../common/running_server.ts";
import { ZONE } from "../common/zone.ts";
import { atRate, freshLabels, inFlight, inTurn, judge, NONE_LOST, noneLostWithin } from "./clients.ts";
import type { Finding, Situation, Stage, Upstreams } from "./stage.ts";
import { BothWays, Together } from "./upstreams.ts";

const HALF_OPEN_GOAL = noneLostWithin(300);
const truncated = { isTruncated: true } as const;
type Two = Together<readonly [BothWays, BothWays]>;

/** What happens to those that ask over TCP. */
export const STREAMS: readonly (Situation<BothWays> | Situation<Two> | Situation<Limited>)[] = [
  {
    name: "half-open",
    title: "over TCP, the connection goes half-open, 40 queries at 20/s",
    overTcp: true,
    isPatient: true,
    open: () => new BothWays("127.0.0.2"),
    play: goesHalfOpen,
    goal: HALF_OPEN_GOAL,
  },
  {
    name: "half-open-truncated",
    title: "the same, TC over UDP",
    isPatient: true,
    open: () => truncating("127.0.0.2"),
    play: goesHalfOpen,
    goal: HALF_OPEN_GOAL,
  },
  ...[10, 1].map((queriesPerConnection): Situation<Limited> => ({
    name: `limit-${queriesPerConnection}`,
    title: `over TCP, the server closes after ${queriesPerConnection}, 200 queries, 50 in flight`,
    overTcp: true,
    open: () => Limited.open(queriesPerConnection),
    play: (stage) => manyInFlight(stage),
    goal: NONE_LOST,
  })),
  {
    name: "tc-refused",
    title: "TC, then TCP refused; another upstream, 20 queries at 10/s",
    isPatient: true,
    open: () => {
      const [a, b] = [truncating("127.0.0.2"), truncating("127.0.0.3")];
      a.streams[Symbol.dispose]();
      return new Together(a, b);
    },
    play: async (stage: Stage<Two>) => judge(await atRate(stage, freshLabels(20), 10)),
    goal: NONE_LOST,
  },
  {
    name: "tc-closed",
    title: "TC, then TCP closed at once; another upstream, 20 queries at 10/s",
    isPatient: true,
    open: () => {
      const [a, b] = [truncating("127.0.0.2"), truncating("127.0.0.3")];
      a.streams.closesAtOnce = true;
      return new Together(a, b);
    },
    play: async (stage: Stage<Two>) => judge(await atRate(stage, freshLabels(20), 10)),
    goal: NONE_LOST,
  },
];

function truncating(hostname: string): BothWays {
  const upstream = new BothWays(hostname);
  upstream.datagrams.behaviour = truncated;
  return upstream;
}

async function goesHalfOpen(stage: Stage<BothWays>): Promise<Finding> {
  await inTurn({ ...stage, zone: `warm.${stage.zone}` }, freshLabels(10));
  stage.upstreams.streams.muteOpen();
  return judge(await atRate(stage, freshLabels(40), 20));
}

async function manyInFlight(stage: Stage): Promise<Finding> {
  // Names that the server has, by a wildcard.
  const inZone = { ...stage, zone: `fresh.${ZONE}` };
  return judge(await inFlight(inZone, freshLabels(200, `${stage.zone.slice(0, 8)}-`), 50));
}

/** An nsd that limits the number of queries on a connection. */
class Limited implements Upstreams {
  readonly #server: RunningServer;

  private constructor(server: RunningServer) {
    this.#server = server;
  }

  static async open(queriesPerConnection: number): Promise<Limited> {
    const nsd = findExecutable("nsd");
    if (nsd === null) throw new Error(notInstalled("nsd", "nsd"));
    return new Limited(await startAuthority(nsd, { nameCount: 1, queriesPerConnection }));
  }

  get addresses(): readonly SocketAddress[] {
    return [this.#server.address];
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]();
  }
}
