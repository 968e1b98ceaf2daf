import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { GroupOptions } from "../../lib/upstream/registry.ts";
import type { Strategy } from "../../lib/upstream/group/strategy.ts";
import { decode } from "../../lib/wire/message.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { udp } from "./fake_socket.ts";
import { type Habit, type Outcome, respond } from "./fake_transport.ts";
import { SeededRandom } from "./seeded_random.ts";
import { registryRig, requestFor } from "./upstream_rig.ts";
import { settled } from "./fake_time.ts";

/** A server on the fake network. */
export interface HabitualServer {
  readonly address: SocketAddress;
  /** What it does from now on; an error is as silent as silence. */
  habit: Habit;
  /** Share of datagrams that get lost, on the way there and on the way back, 0–1. */
  loss: number;
  /** Ports from which nothing reaches it. */
  readonly deadPorts: Set<number>;
  /** When it was asked over UDP, and from which port. */
  readonly asked: { readonly atMs: number; readonly port: number }[];
}

/** A group of upstreams on a fake network, opened as the program does, and the servers behind it with their habits. */
export function groupRig(
  habits: readonly Habit[],
  { strategy = "sequential", socketCount = 4, seed = "loss" }: {
    strategy?: Strategy;
    socketCount?: number;
    /** Which datagrams are lost follows from it. */
    seed?: number | string;
  } = {},
) {
  const { registry, time, deadlines, network, lines, counters } = registryRig();
  const servers: HabitualServer[] = habits.map((habit, i) => ({
    address: udp(`192.0.2.${i + 1}`, 53),
    habit,
    loss: 0,
    deadPorts: new Set(),
    asked: [],
  }));
  const chance = new SeededRandom(seed);
  const serverAt = ({ hostname }: SocketAddress) => servers.find(({ address }) => address.hostname === hostname)!;
  const answerLater = (outcome: Outcome, send: (fields: object) => void) => {
    if (outcome !== null && !(outcome instanceof Error)) time.start(outcome.afterMs, () => send(outcome.fields));
  };
  network.onOpen = (socket) => {
    socket.onSend = (octets, to) => {
      const server = serverAt(to);
      const query = decode(octets);
      const outcome = server.habit(query, server.asked.length);
      const { port } = socket.address;
      server.asked.push({ atMs: time.nowMs(), port });
      if (server.deadPorts.has(port) || chance.chance(server.loss)) return;
      answerLater(outcome, (fields) => {
        if (!socket.isClosed && !chance.chance(server.loss)) socket.deliver(respond(query, fields), to);
      });
    };
  };
  /** A group of the servers with these indexes, in that order, and of `options`. */
  const openGroupOf = (options: Partial<GroupOptions>, ...indexes: readonly number[]) => {
    return registry.openGroup({
      endpoints: indexes.map((i) => endpointAt(servers[i]!.address)),
      strategy,
      socketCount,
      ...options,
    });
  };
  const openGroup = (...indexes: readonly number[]) => openGroupOf({}, ...indexes);
  const upstreams = openGroup(...habits.keys());
  /** Asks, and tells who answered after how long; the error when nobody did. */
  const ask = async (text = "example.org", group = upstreams) => {
    const startMs = time.nowMs();
    return await group.exchange(requestFor(text, startMs)).then(
      ({ octets, upstream }) => ({ by: upstream!.name, rcode: decode(octets).rcode, tookMs: time.nowMs() - startMs }),
      (error: Error) => ({ by: null, error, tookMs: time.nowMs() - startMs }),
    );
  };
  /** Asks `count` questions, each in a zone of its own, one each `everyMs`, each of which may take as long as it wants. */
  const askMany = async (count: number, everyMs: number) => {
    const outcomes: ReturnType<typeof ask>[] = [];
    for (let i = 0; i < count; i++) {
      outcomes.push(ask(`n${i}.example`));
      await time.passAndSettle(everyMs);
    }
    await time.passAndSettle(3000);
    await settled();
    return await Promise.all(outcomes);
  };
  return {
    time,
    deadlines,
    network,
    lines,
    servers,
    counters,
    registry,
    upstreams,
    openGroup,
    openGroupOf,
    ask,
    askMany,
  };
}
