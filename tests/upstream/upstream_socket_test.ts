// The part of an upstream socket that a network without batches does not show.

import { assertEquals, assertRejects } from "@std/assert";
import { Counters } from "../../lib/observe/counters.ts";
import type { Pending } from "../../lib/upstream/correlator.ts";
import { UpstreamSocket } from "../../lib/upstream/upstream_socket.ts";
import { PEER, queryFor, replyTo } from "../support/correlator_rig.ts";
import { FakeBatchSocket } from "../support/fake_batch.ts";
import { scriptedRandom } from "../support/fake_random.ts";
import { udp } from "../support/fake_socket.ts";
import { fakeDeadlines, settled } from "../support/fake_time.ts";

const OTHER_PEER = udp("192.0.2.54", 53);

/** A socket with batches that draws the IDs 0, 1, 2 … */
function setUp() {
  const { time, deadlines } = fakeDeadlines();
  const network = new FakeBatchSocket();
  const counters = new Counters();
  const random = scriptedRandom(0, 1, 2, 3);
  const socket = new UpstreamSocket({
    socket: network,
    random,
    clock: time,
    deadlines,
    counters,
    ghostMs: 1000,
    openedAtMs: 0,
  });
  const register = (): Pending => {
    const expired = () => new Error("expired");
    return socket.correlator.register({ peer: PEER, query: queryFor("example.org"), deadlineMs: 2000, expired });
  };
  return { network, counters, socket, register };
}

Deno.test("UpstreamSocket gives what has come behind a reply to the correlator as well", async () => {
  const { network, counters, socket, register } = setUp();
  const pending = [register(), register(), register()];
  network.batch.portions.push([[replyTo(1), PEER], [replyTo(2), OTHER_PEER], [replyTo(9), PEER], [replyTo(2), PEER]]);
  network.deliver(replyTo(0), PEER);
  const replies = await Promise.all(pending.map(({ reply }) => reply));
  assertEquals(replies, [replyTo(0), replyTo(1), replyTo(2)]);
  assertEquals([counters.upstreamReplies, counters.upstreamWrongPeer, counters.upstreamUnsolicited], [3, 1, 1]);
  socket.close();
});

Deno.test("UpstreamSocket takes nothing more of a batch once a flood has closed it", async () => {
  const { network, counters, socket } = setUp();
  network.batch.portions.push(Array.from({ length: 150 }, () => [replyTo(9), PEER]));
  network.deliver(replyTo(9), PEER);
  await settled();
  assertEquals([socket.isClosed, counters.upstreamUnsolicited, counters.upstreamFloods], [true, 100, 1]);
});

Deno.test("UpstreamSocket.send() sends at once, and rejects when the operating system will not", async () => {
  const { network, counters, socket } = setUp();
  await socket.send(queryFor("example.org"), PEER);
  assertEquals(network.sent, [{ octets: queryFor("example.org"), to: PEER }]);
  network.batch.loseNext = 1;
  await assertRejects(() => socket.send(queryFor("example.org"), PEER), Error, "would not send");
  assertEquals([network.sent.length, counters.upstreamQueries], [1, 2]);
  socket.close();
});
