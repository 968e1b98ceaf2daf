// The part of an upstream socket that a network without batches does not show.

import { assertEquals, assertRejects } from "@std/assert";
import { Counters } from "../../../lib/observe/counters.ts";
import { UpstreamSocket } from "../../../lib/upstream/udp/upstream_socket.ts";
import { HEADER_OCTETS } from "../../../lib/wire/header.ts";
import { notSent, PEER, queryFor, replyTo } from "../../support/correlator_rig.ts";
import { CheckedTurns } from "../../support/checked_turns.ts";
import { FakeBatchSocket, FakeWatchedSocket } from "../../support/fake_batch.ts";
import { scriptedRandom } from "../../support/fake_random.ts";
import { udp } from "../../support/fake_socket.ts";
import { fakeDeadlines, settled } from "../../support/fake_time.ts";
import { PromisedQuery } from "../../support/promised_query.ts";

const OTHER_PEER = udp("192.0.2.54", 53);

/** A socket with batches that draws the IDs 0, 1, 2 … */
function setUp<Network extends FakeBatchSocket = FakeBatchSocket>(network = new FakeBatchSocket() as Network) {
  const { time, deadlines } = fakeDeadlines();
  const counters = new Counters();
  const random = scriptedRandom(...Array.from({ length: 40 }, (_, i) => i));
  const socket = new UpstreamSocket({
    socket: network,
    random,
    clock: time,
    turns: new CheckedTurns(),
    deadlines,
    counters,
    tombstoneMs: 1000,
    openedAtMs: 0,
  });
  const register = (): PromisedQuery => {
    const expired = () => new Error("expired");
    const question = queryFor("example.org").slice(HEADER_OCTETS);
    const query = new PromisedQuery(question);
    socket.correlator.register(query, { address: PEER, expired, notSent }, 2000);
    return query;
  };
  return { network, counters, socket, register };
}

Deno.test("UpstreamSocket gives what has come behind a reply to the correlator as well", async () => {
  const { network, counters, socket, register } = setUp();
  const pending = [register(), register(), register()];
  network.batch.portions.push([[replyTo(1), PEER], [replyTo(2), OTHER_PEER], [replyTo(9), PEER], [replyTo(2), PEER]]);
  network.deliver(replyTo(0), PEER);
  const replies = await Promise.all(pending.map(({ reply }) => reply));
  assertEquals(replies.map(({ octets }) => octets), [replyTo(0), replyTo(1), replyTo(2)]);
  assertEquals([counters.upstreamReplies, counters.upstreamWrongPeer, counters.upstreamUnsolicited], [3, 1, 1]);
  socket.close();
});

Deno.test("UpstreamSocket takes full batches when it is told that there is something, and no more than one that is not full", () => {
  const { network, counters, socket } = setUp(new FakeWatchedSocket());
  const full = () => Array.from({ length: network.batch.size }, () => [replyTo(9), PEER] as const);
  const portions = [full(), full(), full().slice(1), full()];
  network.batch.portions.push(
    ...portions.map((portion) => portion.map(([octets, peer]) => [octets, peer] as [typeof octets, typeof peer])),
  );
  network.watcher!.onReadable();
  assertEquals([network.batch.portions.length, counters.upstreamUnsolicited], [1, 3 * network.batch.size - 1]);
  socket.close();
});

Deno.test("UpstreamSocket closes when the socket that it watches fails, and its queries fail", async () => {
  const { network, socket, register } = setUp(new FakeWatchedSocket());
  const { reply } = register();
  network.watcher!.onFailed(new Error("no such device"));
  await assertRejects(() => reply, Error, "Upstream socket was closed");
  assertEquals([socket.isClosed, network.isClosed], [true, true]);
});

Deno.test("UpstreamSocket takes nothing more of a batch once a flood has closed it", async () => {
  const { network, counters, socket } = setUp();
  network.batch.portions.push(Array.from({ length: 150 }, () => [replyTo(9), PEER]));
  network.deliver(replyTo(9), PEER);
  await settled();
  assertEquals([socket.isClosed, counters.upstreamUnsolicited, counters.upstreamFloods], [true, 100, 1]);
});

Deno.test("UpstreamSocket.send() sends what is queued in one turn together, and tells which queries were not sent", async () => {
  const { network, counters, socket, register } = setUp();
  const query = queryFor("example.org");
  const pending = [register(), register(), register()];
  for (const each of pending) socket.send(query, each);
  assertEquals([network.sent.length, socket.hasQueued], [0, true]);
  network.batch.loseNext = 1;
  const lost = assertRejects(() => Promise.resolve(pending[0]!.reply), Error, "not sent");
  await settled();
  await lost;
  assertEquals([network.sent, socket.hasQueued], [[{ octets: query, to: PEER }, { octets: query, to: PEER }], false]);
  assertEquals([network.batch.flushes, counters.upstreamQueries], [[3], 3]);
  // Those that were sent get their replies all the same.
  network.deliver(replyTo(1), PEER);
  assertEquals((await pending[1]!.reply).octets, replyTo(1));
  socket.close();
});

Deno.test("UpstreamSocket.send() does not let more than a burst wait", () => {
  const { network, socket, register } = setUp();
  for (let i = 0; i < 40; i++) socket.send(queryFor("example.org"), register());
  assertEquals([network.batch.flushes, socket.hasQueued], [[32], true]);
  socket.close();
});
