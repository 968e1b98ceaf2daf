import { assertEquals, assertMatch } from "@std/assert";
import { QUIC_CONNECTIONS_MAX } from "../../../../lib/server/limits.ts";
import { DOQ_CODE } from "../../../../lib/wire/quic/doq.ts";
import { udp } from "../../../support/fake_socket.ts";
import { settled } from "../../../support/fake_time.ts";
import { askOverQuic, quicListenerRig, replyOverQuic } from "../../../support/quic_rig.ts";

Deno.test("QuicListener serves each connection, and says who asks over what", async () => {
  const { socket, listener, server, counters, ended } = quicListenerRig();
  const [first, second] = [socket.connect(), socket.connect(udp("2001:db8::7", 40_000))];
  for (const connection of [first, second]) await replyOverQuic(await askOverQuic(connection));
  assertEquals(server.clients.map(({ hostname, channel, listener }) => [hostname, channel, listener]), [
    ["198.51.100.7", "quic", "quic://192.0.2.53:853"],
    ["2001:db8::7", "quic", "quic://192.0.2.53:853"],
  ]);
  assertEquals([listener.sessionCount, counters.connections], [2, 2]);
  first.close(0);
  await settled();
  assertEquals(listener.sessionCount, 1);
  listener.close();
  await ended;
  assertEquals([second.isClosed, socket.isClosed], [true, true]);
});

Deno.test("[9250_03] QuicListener turns a connection away when there are too many", async () => {
  const { socket, listener, ended } = quicListenerRig();
  const connections = [];
  for (let i = 0; i <= QUIC_CONNECTIONS_MAX; i++) {
    connections.push(socket.connect(udp(`198.51.100.${i}`, 40_000)));
    await settled();
  }
  assertEquals(connections.filter(({ isClosed }) => isClosed).length, 1);
  assertEquals((await connections.at(-1)!.closed).code, DOQ_CODE.EXCESSIVE_LOAD);
  listener.close();
  await ended;
});

Deno.test("QuicListener.stop() answers what was taken before it closes its socket", async () => {
  const { socket, listener, server, time, ended } = quicListenerRig();
  server.isWaiting = true;
  const connection = socket.connect();
  const stream = await askOverQuic(connection);
  await settled();
  const stopped = listener.stop();
  await settled();
  assertEquals([socket.isLeft, socket.isClosed], [true, false]);
  await server.answer(0);
  await replyOverQuic(stream);
  await settled();
  await time.passAndSettle(1000);
  await stopped;
  await ended;
  assertEquals(socket.isClosed, true);
});

Deno.test("QuicListener goes on after an accept that fails, and tells it", async () => {
  const { socket, listener, time, lines, ended } = quicListenerRig();
  socket.fail(new Error("Out of something"));
  await settled();
  assertMatch(
    lines[0]!,
    /Cannot accept connections on quic:\/\/192\.0\.2\.53:853: Error: Out of something; trying on/,
  );
  await time.passAndSettle(100);
  await replyOverQuic(await askOverQuic(socket.connect()));
  listener.close();
  await ended;
});
