import { assert, assertEquals } from "@std/assert";
import { IDLE_TIMEOUT_MS, WAITING_OCTETS_MAX } from "../../../../lib/server/limits.ts";
import { StreamTotals } from "../../../../lib/server/listen/stream/stream_account.ts";
import { settled } from "../../../support/fake_time.ts";
import { eachWay, queryFor, repliedIds, sessionRig } from "../../../support/stream_rig.ts";

/** Makes replies of some 56 KB: two are more than may wait on a connection. */
const LARGE_RECORD_COUNT = 3500;
const LARGE_OCTETS = 16 * LARGE_RECORD_COUNT;
const IDS = Array.from({ length: 40 }, (_, i) => i + 1);
/** Deadlines are met up to a tick late. */
const TICK_MS = 20;

/** A session whose client asks for much, and reads nothing until `drain`. */
function greedyRig(totals: Partial<Record<"client" | "all", StreamTotals>> = {}) {
  const rig = sessionRig(totals);
  rig.server.recordCount = LARGE_RECORD_COUNT;
  rig.socket.writeOctetsMax = 0;
  rig.socket.deliverMessages(...IDS.map((id) => queryFor(id)));
  return rig;
}

/** Octets that others have waiting, so that nothing is left of the budget. */
function totalsOf(octets: number): StreamTotals {
  const totals = new StreamTotals();
  totals.octets = octets;
  return totals;
}

eachWay("[9210_02] StreamSession makes no more replies than may wait: who does not read is not read from", async () => {
  const { socket, server, session, ended, client, all, time } = greedyRig();
  await time.passAndSettle(1000);
  assertEquals([server.asked.length, socket.isReading], [2, false]);
  assert(all.octets < WAITING_OCTETS_MAX.connection + LARGE_OCTETS);
  assertEquals(client.octets, all.octets);
  socket.drain();
  // Every second one waits for a turn of the event loop.
  await time.passAndSettle(1000);
  assertEquals([repliedIds(socket), all.octets, socket.isReading], [IDS, 0, true]);
  session.close();
  await ended;
});

eachWay(
  "[9210_02] StreamSession closes the connection of who does not read for ten seconds, and gives back what it held",
  async () => {
    const { socket, time, ended, state, client, all, counters } = greedyRig();
    await time.passAndSettle(IDLE_TIMEOUT_MS - 1);
    assert(!state.hasEnded);
    await time.passAndSettle(TICK_MS);
    await ended;
    assertEquals([socket.isClosed, client.octets, all.octets, counters.unsendable], [true, 0, 0, 1]);
  },
);

eachWay("StreamSession postpones replies for which there is no room when they come, and loses none", async () => {
  const rig = sessionRig();
  const { socket, server, session, ended, all, counters, time } = rig;
  server.isWaiting = true;
  server.recordCount = LARGE_RECORD_COUNT;
  socket.writeOctetsMax = 0;
  socket.deliverMessages(...IDS.map((id) => queryFor(id)));
  await settled();
  for (const i of IDS.keys()) await server.answer(i);
  // One is being written. Of the others the queries are left.
  assertEquals([server.asked.length, counters.postponed], [IDS.length, IDS.length - 1]);
  assert(all.octets < WAITING_OCTETS_MAX.connection);
  // What comes meanwhile waits on the client's side.
  socket.deliverMessages(queryFor(100));
  server.isWaiting = false;
  socket.drain();
  await time.passAndSettle(1000);
  assertEquals([repliedIds(socket), all.octets], [[...IDS, 100], 0]);
  session.close();
  await ended;
});

eachWay("StreamSession asks again, one by one, what it has postponed, and keeps what comes then", async () => {
  const { socket, server, session, ended, counters, time } = sessionRig();
  server.isWaiting = true;
  server.recordCount = LARGE_RECORD_COUNT;
  socket.writeOctetsMax = 0;
  socket.deliverMessages(queryFor(1), queryFor(2), queryFor(3));
  await settled();
  for (const i of [0, 1, 2]) await server.answer(i);
  assertEquals(counters.postponed, 2);
  socket.drain();
  await time.passAndSettle(100);
  assertEquals(server.asked.slice(3), ["2 a.example. IN A"]);
  await server.answer(3);
  await time.passAndSettle(100);
  assertEquals(server.asked.slice(4), ["3 a.example. IN A"]);
  await server.answer(4);
  assertEquals([repliedIds(socket), counters.postponed, counters.replied], [[1, 2, 3], 2, 3]);
  session.close();
  await ended;
});

eachWay("StreamSession.stop() answers what was postponed, too", async () => {
  const { socket, server, session, ended, time } = sessionRig();
  server.isWaiting = true;
  server.recordCount = LARGE_RECORD_COUNT;
  socket.writeOctetsMax = 0;
  socket.deliverMessages(queryFor(1), queryFor(2), queryFor(3));
  await settled();
  for (const i of [0, 1, 2]) await server.answer(i);
  server.isWaiting = false;
  const stopped = session.stop();
  socket.drain();
  await time.passAndSettle(100);
  await stopped;
  await ended;
  assertEquals(repliedIds(socket), [1, 2, 3]);
});

for (const whose of ["client", "all"] as const) {
  const meaning = whose === "client" ? "the client's other connections" : "other clients";
  eachWay(`[9210_02] StreamSession keeps one reply and no more while ${meaning} use up the budget`, async () => {
    const totals = totalsOf(WAITING_OCTETS_MAX[whose]);
    const { socket, server, session, ended, time } = greedyRig({ [whose]: totals });
    await time.passAndSettle(1000);
    assertEquals(server.asked.length, 1);
    socket.drain();
    await time.passAndSettle(1000);
    assertEquals([repliedIds(socket), totals.octets], [IDS, WAITING_OCTETS_MAX[whose]]);
    session.close();
    await ended;
  });
}

eachWay(
  "StreamSession reads no more while long queries wait for their answers: 64 of them would be four mebibytes",
  async () => {
    const { socket, server, session, ended, all } = sessionRig();
    server.isWaiting = true;
    const long = queryFor(1, `${"a".repeat(60)}.example`);
    const padded = new Uint8Array(20_000);
    padded.set(long);
    socket.deliverMessages(padded, padded, padded, padded, padded, padded);
    await settled();
    assertEquals([server.asked.length, socket.isReading], [4, false]);
    assert(all.octets < WAITING_OCTETS_MAX.connection + padded.length);
    for (let i = 0; i < 6; i++) await server.answer(i);
    assertEquals([server.asked.length, all.octets], [6, 0]);
    session.close();
    await ended;
  },
);

eachWay("StreamSession counts a query that it asks again once", async () => {
  const { socket, server, session, ended, counters, time } = sessionRig();
  server.isWaiting = true;
  server.recordCount = LARGE_RECORD_COUNT;
  socket.writeOctetsMax = 0;
  socket.deliverMessages(queryFor(1), queryFor(2));
  await settled();
  for (const i of [0, 1]) await server.answer(i);
  server.isWaiting = false;
  socket.drain();
  await time.passAndSettle(100);
  // The server of this test counts nothing: what the session takes back for the second asking shows.
  assertEquals([repliedIds(socket), counters.received], [[1, 2], -1]);
  session.close();
  await ended;
});
