import { assert, assertEquals } from "@std/assert";
import { IDLE_TIMEOUT_MS } from "../../../../lib/server/limits.ts";
import { toFrame } from "../../../../lib/wire/stream_frames.ts";
import { settled } from "../../../support/fake_time.ts";
import { eachWay, queryFor, repliedIds, sessionRig } from "../../../support/stream_rig.ts";

/** Deadlines are met up to a tick late. */
const TICK_MS = 20;

eachWay("[7766_05] StreamSession closes a connection on which nothing was asked for ten seconds", async () => {
  const { socket, time, ended, state, deadlines } = sessionRig();
  await time.passAndSettle(IDLE_TIMEOUT_MS - 1);
  assert(!state.hasEnded);
  await time.passAndSettle(TICK_MS);
  await ended;
  assertEquals([IDLE_TIMEOUT_MS, socket.isClosed, deadlines.size, time.armedCount], [10_000, true, 0, 0]);
});

eachWay("[7766_05] StreamSession counts the ten seconds from the last query, and from the last reply", async () => {
  const { socket, server, time, ended, state } = sessionRig();
  await time.passAndSettle(9000);
  server.isWaiting = true;
  socket.deliverMessages(queryFor(1));
  await time.passAndSettle(9000);
  await server.answer(0);
  await time.passAndSettle(IDLE_TIMEOUT_MS - 1);
  assertEquals([state.hasEnded, repliedIds(socket)], [false, [1]]);
  await time.passAndSettle(TICK_MS);
  await ended;
});

eachWay("StreamSession does not close a connection whose client waits for a reply", async () => {
  const { socket, server, time, session, ended, state } = sessionRig();
  server.isWaiting = true;
  socket.deliverMessages(queryFor(1));
  await time.passAndSettle(3 * IDLE_TIMEOUT_MS);
  assert(!state.hasEnded);
  await server.answer(0);
  assertEquals(repliedIds(socket), [1]);
  session.close();
  await ended;
});

eachWay(
  "StreamSession cuts a client that sends an octet now and then: only whole queries are a sign of life",
  async () => {
    const { socket, time, ended, server } = sessionRig();
    const frame = toFrame(queryFor(1));
    for (const octet of frame.subarray(0, 11)) {
      if (socket.isClosed) break;
      socket.deliver(Uint8Array.of(octet));
      await time.passAndSettle(1000);
    }
    await ended;
    assertEquals([socket.isClosed, server.asked, time.nowMs() < IDLE_TIMEOUT_MS + 1001], [true, [], true]);
  },
);

eachWay("StreamSession cuts a client that does not read its reply within ten seconds", async () => {
  const { socket, time, ended, counters, deadlines, state } = sessionRig();
  socket.writeOctetsMax = 0;
  socket.deliverMessages(queryFor(1), queryFor(2));
  await time.passAndSettle(IDLE_TIMEOUT_MS - 1);
  assert(!state.hasEnded);
  await time.passAndSettle(TICK_MS);
  await ended;
  assertEquals([socket.isClosed, counters.unsendable, counters.replied, deadlines.size], [true, 1, 0, 0]);
});

eachWay(
  "StreamSession cuts a client that reads its reply an octet at a time: ten seconds are for all of it",
  async () => {
    const { socket, time, ended } = sessionRig();
    socket.writeOctetsMax = 0;
    socket.deliverMessages(queryFor(1));
    for (let i = 0; i < 11 && !socket.isClosed; i++) {
      await time.passAndSettle(1000);
      if (socket.isClosed) break;
      socket.drain(1);
      socket.writeOctetsMax = 0;
    }
    await ended;
    assertEquals([socket.isClosed, time.nowMs() <= IDLE_TIMEOUT_MS + 1000], [true, true]);
  },
);

eachWay("StreamSession serves on when a slow client has read its reply in time", async () => {
  const { socket, time, session, ended, state, counters } = sessionRig();
  socket.writeOctetsMax = 0;
  socket.deliverMessages(queryFor(1), queryFor(2));
  await time.passAndSettle(9000);
  socket.drain();
  await time.passAndSettle(IDLE_TIMEOUT_MS - 1);
  assertEquals([state.hasEnded, repliedIds(socket), counters.replied], [false, [1, 2], 2]);
  session.close();
  await ended;
});

eachWay("StreamSession.stop() does not wait for ever for a client that does not read", async () => {
  const { socket, time, session, ended, deadlines } = sessionRig();
  socket.writeOctetsMax = 0;
  socket.deliverMessages(queryFor(1));
  await settled();
  const stopped = session.stop();
  await time.passAndSettle(IDLE_TIMEOUT_MS + TICK_MS);
  await stopped;
  await ended;
  assertEquals([socket.isClosed, deadlines.size], [true, 0]);
});
