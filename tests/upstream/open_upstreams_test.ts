import { assertEquals } from "@std/assert";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { Counters } from "../../lib/observe/counters.ts";
import { Log } from "../../lib/observe/log.ts";
import { openUpstreams } from "../../lib/upstream/open_upstreams.ts";
import { decode } from "../../lib/wire/message.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { tcp, udp } from "../support/fake_socket.ts";
import { settled } from "../support/fake_time.ts";
import { record } from "../support/messages.ts";
import { fakeRuntime, requestFor, responseTo, streamResponseTo } from "../support/upstream_rig.ts";

const ANSWERS = [record("example.org 9 IN A 192.0.2.1")];

function open(...addresses: readonly SocketAddress[]) {
  const { runtime, deadlines, network, time } = fakeRuntime();
  const upstreams = openUpstreams({
    endpoints: addresses.map(endpointAt),
    strategy: "parallel",
    socketCount: 2,
    ghostMs: 1000,
    runtime,
    deadlines,
    counters: new Counters(),
    log: new Log({ level: "info", writeLine: runtime.writeLine }),
  });
  return { upstreams, network, time, deadlines };
}

Deno.test("openUpstreams() opens nothing before it is needed", () => {
  const { upstreams, network } = open(udp("192.0.2.1", 53), udp("2001:db8::1", 53));
  assertEquals([network.sockets.length, upstreams.openSockets], [0, 0]);
  assertEquals(upstreams.members.map(({ name }) => name), ["192.0.2.1:53", "[2001:db8::1]:53"]);
});

Deno.test("openUpstreams() asks each upstream from a socket of its own address family", async () => {
  const { upstreams, network } = open(udp("192.0.2.1", 53), udp("2001:db8::1", 5353));
  const reply = upstreams.exchange(requestFor("example.org"));
  await settled();
  assertEquals(network.sockets.map(({ address, sent }) => [address.hostname, sent[0]!.to.hostname]), [
    ["0.0.0.0", "192.0.2.1"],
    ["::", "2001:db8::1"],
  ]);
  const socket = network.sockets[1]!;
  socket.deliver(responseTo(socket, { answers: ANSWERS }), udp("2001:db8::1", 5353));
  assertEquals((await reply).upstream?.name, "[2001:db8::1]:5353");
  assertEquals(upstreams.openSockets, 2);
  upstreams.close();
});

Deno.test("[7766_08] openUpstreams() asks a tcp:// upstream over TCP alone, over one connection", async () => {
  const { upstreams, network } = open(tcp("192.0.2.1", 53));
  for (let i = 0; i < 3; i++) {
    const reply = upstreams.exchange(requestFor("example.org"));
    await settled();
    const stream = network.streams[0]!;
    stream.deliverMessages(streamResponseTo(stream, { answers: ANSWERS }));
    assertEquals(decode((await reply).octets).answers, ANSWERS);
  }
  assertEquals([network.sockets.length, network.streams.length], [0, 1]);
  upstreams.close();
});
