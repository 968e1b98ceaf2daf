import { assertEquals, assertThrows } from "@std/assert";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { tcp, udp } from "../support/fake_socket.ts";
import { settled } from "../support/fake_time.ts";
import { answering, type Habit, inTurn, saying, SILENT } from "../support/fake_transport.ts";
import { groupRig } from "../support/group_rig.ts";
import { record } from "../support/messages.ts";
import { registryRig, requestFor, responseTo, streamResponseTo } from "../support/upstream_rig.ts";

const ANSWERS = [record("example.org 9 IN A 192.0.2.1")];
/** A server that answers no query with OPT. */
const WITHOUT_EDNS: Habit = (query, count) => {
  return (query.additionals.length > 0 ? saying(RCODE.FORMERR) : answering())(query, count);
};

function open(...addresses: readonly Parameters<typeof endpointAt>[0][]) {
  const rig = registryRig();
  return {
    ...rig,
    upstreams: rig.registry.openGroup({ endpoints: addresses.map(endpointAt), strategy: "parallel", socketCount: 2 }),
  };
}

Deno.test("UpstreamRegistry.openGroup() opens no socket before it is needed", () => {
  const { upstreams, registry, network } = open(udp("192.0.2.1", 53), udp("2001:db8::1", 53));
  assertEquals([network.sockets.length, registry.openSockets], [0, 0]);
  assertEquals(upstreams.members.map(({ name }) => name), ["192.0.2.1:53", "[2001:db8::1]:53"]);
});

Deno.test("UpstreamRegistry asks each upstream from a socket of its own address family", async () => {
  const { upstreams, registry, network } = open(udp("192.0.2.1", 53), udp("2001:db8::1", 5353));
  const reply = upstreams.exchange(requestFor("example.org"));
  await settled();
  assertEquals(network.sockets.map(({ address, sent }) => [address.hostname, sent[0]!.to.hostname]), [
    ["0.0.0.0", "192.0.2.1"],
    ["::", "2001:db8::1"],
  ]);
  const socket = network.sockets[1]!;
  socket.deliver(responseTo(socket, { answers: ANSWERS }), udp("2001:db8::1", 5353));
  assertEquals((await reply).upstream!.name, "[2001:db8::1]:5353");
  assertEquals(registry.openSockets, 2);
  registry.close();
});

Deno.test("[7766_08] UpstreamRegistry asks a tcp:// upstream over TCP alone, over one connection", async () => {
  const { upstreams, registry, network } = open(tcp("192.0.2.1", 53));
  for (let i = 0; i < 3; i++) {
    const reply = upstreams.exchange(requestFor("example.org"));
    await settled();
    const stream = network.streams[0]!;
    stream.deliverMessages(streamResponseTo(stream, { answers: ANSWERS }));
    assertEquals(decode((await reply).octets).answers, ANSWERS);
  }
  assertEquals([network.sockets.length, network.streams.length], [0, 1]);
  registry.close();
});

Deno.test("UpstreamRegistry.openGroup() takes an upstream that is given twice for one, and refuses what there is no transport for", () => {
  const { upstreams, registry } = open(udp("192.0.2.1", 53), tcp("192.0.2.1", 53), udp("192.0.2.1", 53));
  assertEquals(upstreams.members.map(({ name }) => name), ["192.0.2.1:53", "tcp://192.0.2.1:53"]);
  const endpoints = [parseEndpoint("quic://192.0.2.1", 853)];
  assertThrows(() => registry.openGroup({ endpoints, strategy: "sequential", socketCount: 2 }), RangeError);
});

Deno.test("UpstreamRegistry lets groups with a server in common know its round trips, and that it does not know EDNS", async () => {
  const rig = groupRig([WITHOUT_EDNS, answering()]);
  const other = rig.openGroup(1, 0);
  for (const name of ["example.org", "example.net"]) {
    const asked = rig.ask(name);
    await rig.time.passAndSettle(100);
    await asked;
  }
  assertEquals(other.members, rig.upstreams.members.toReversed());
  const { isAskedWithoutEdns, smoothedMs, queryCount } = other.members[1]!.state;
  assertEquals([isAskedWithoutEdns, smoothedMs, queryCount], [true, 10, 4]);
  assertEquals(rig.registry.states().map(({ name }) => name), ["192.0.2.1:53", "192.0.2.2:53"]);
  rig.registry.close();
});

Deno.test("UpstreamRegistry lets groups with a server in common know how it takes letter case", async () => {
  const caseful = inTurn(answering(5, { answers: [] }), answering(), answering(5, { answers: [] }), answering());
  const rig = groupRig([caseful]);
  const other = rig.openGroup(0);
  for (const [name, group] of [["example.org", rig.upstreams], ["example.net", other]] as const) {
    const asked = rig.ask(name, group);
    await rig.time.passAndSettle(100);
    await asked;
  }
  assertEquals(rig.registry.states().map(({ isAskedInPlainCase }) => isAskedInPlainCase), [true]);
  rig.registry.close();
});

Deno.test("UpstreamRegistry lets groups with a server in common know that it is down, and that it is back", async () => {
  const rig = groupRig([SILENT, answering()]);
  const other = rig.openGroup(0, 1);
  await rig.askMany(8, 200);
  assertEquals([other.members[0]!.isUp, other.areKnownBad, rig.openGroup(0).areKnownBad], [false, false, true]);
  // The other group does not wait for the one that is down.
  const asked = rig.ask("example.org", other);
  await rig.time.passAndSettle(100);
  assertEquals(await asked, { by: "192.0.2.2:53", rcode: RCODE.NOERROR, tookMs: 10 });
  rig.servers[0]!.habit = answering();
  await rig.askMany(8, 1000);
  assertEquals([other.members[0]!.isUp, other.recoveredAtMs > 0], [true, true]);
  rig.registry.close();
});

Deno.test("[5452_03] UpstreamRegistry asks for all groups from the same sockets", async () => {
  const rig = groupRig([answering()], { socketCount: 4 });
  const groups = [rig.upstreams, rig.openGroup(0), rig.openGroup(0)];
  const asked = Array.from({ length: 60 }, (_, i) => rig.ask(`n${i}.example`, groups[i % 3]));
  await rig.time.passAndSettle(100);
  await Promise.all(asked);
  assertEquals([rig.registry.openSockets, rig.network.sockets.length], [4, 4]);
  rig.registry.close();
});

Deno.test("UpstreamRegistry keeps what is known of an upstream that is in the groups before and after", async () => {
  const rig = groupRig([answering(), answering(), answering()]);
  await rig.askMany(3, 100);
  const [first, second] = rig.upstreams.members;
  const after = rig.openGroup(2, 0);
  rig.upstreams.close();
  assertEquals([after.members[1] === first, first!.smoothedMs], [true, 10]);
  assertEquals(rig.registry.upstreams.map(({ name }) => name), ["192.0.2.1:53", "192.0.2.3:53"]);
  // What comes back later is another one.
  assertEquals(rig.openGroup(1).members[0] === second, false);
  rig.registry.close();
});

Deno.test("UpstreamRegistry closes an upstream that is in no group any more when its last exchange has ended", async () => {
  const { upstreams, registry, network, time } = open(tcp("192.0.2.1", 53), udp("2001:db8::1", 53));
  const pending = upstreams.exchange(requestFor("example.org"));
  await settled();
  const after = registry.openGroup({
    endpoints: [endpointAt(udp("192.0.2.3", 53))],
    strategy: "sequential",
    socketCount: 2,
  });
  upstreams.close();
  const [stream] = network.streams;
  assertEquals([registry.upstreams.length, registry.openStreams, registry.openSockets], [3, 1, 1]);
  stream!.deliverMessages(streamResponseTo(stream!, { answers: ANSWERS }));
  assertEquals((await pending).upstream!.name, "tcp://192.0.2.1:53");
  await settled();
  assertEquals([stream!.isClosed, network.sockets.map(({ isClosed }) => isClosed)], [true, [true]]);
  assertEquals(registry.upstreams, after.members);
  // Those that stay are asked on.
  const next = after.exchange(requestFor("example.org", time.nowMs()));
  await settled();
  const socket = network.sockets.at(-1)!;
  socket.deliver(responseTo(socket, { answers: ANSWERS }), udp("192.0.2.3", 53));
  assertEquals((await next).upstream!.name, "192.0.2.3:53");
  registry.close();
});

Deno.test("UpstreamRegistry waits for what is listened to behind its deadline before it closes an upstream", async () => {
  const rig = groupRig([SILENT]);
  const late = Promise.withResolvers<string>();
  const pending = rig.upstreams.exchange(requestFor("example.org", rig.time.nowMs()), {
    listens: (answer) => void answer.then(({ upstream }) => late.resolve(upstream!.name), late.reject),
  }).then(() => "answered", () => "failed");
  await settled();
  rig.servers[0]!.habit = answering(2500);
  await rig.time.passAndSettle(700);
  rig.upstreams.close();
  await rig.time.passAndSettle(1400);
  assertEquals([await pending, rig.registry.upstreams.length], ["failed", 1]);
  await rig.time.passAndSettle(2000);
  assertEquals([await late.promise, rig.registry.upstreams.length, rig.registry.openSockets], ["192.0.2.1:53", 0, 0]);
});

Deno.test("UpstreamGroup gives its upstreams back once: what is asked of it afterwards fails, and others ask them on", async () => {
  const rig = groupRig([answering()]);
  const other = rig.openGroup(0);
  const asked = rig.ask();
  rig.upstreams.close();
  rig.upstreams.close();
  await rig.time.passAndSettle(100);
  await asked;
  assertEquals([(await rig.ask("example.net")).by, rig.counters.upstreamQuestions], [null, 1]);
  assertEquals(rig.registry.upstreams, other.members);
  const next = rig.ask("example.net", other);
  await rig.time.passAndSettle(100);
  assertEquals((await next).by, "192.0.2.1:53");
  rig.registry.close();
});

Deno.test("UpstreamRegistry.openGroup() that cannot ask one of its endpoints leaves the others as they were", () => {
  const { registry } = registryRig();
  const [known, unknown] = [udp("192.0.2.1", 53), udp("192.0.2.2", 53)].map(endpointAt);
  const group = registry.openGroup({ endpoints: [known!], strategy: "sequential", socketCount: 2 });
  const endpoints = [unknown!, known!, parseEndpoint("quic://192.0.2.1", 853)];
  assertThrows(() => registry.openGroup({ endpoints, strategy: "sequential", socketCount: 2 }), RangeError);
  assertEquals(registry.upstreams, group.members);
  group.close();
  assertEquals(registry.upstreams, []);
});

Deno.test("UpstreamRegistry says nothing more of an upstream that is in no group any more", async () => {
  const rig = groupRig([SILENT, answering()]);
  const [server] = rig.servers;
  const after = rig.openGroup(1);
  await rig.askMany(8, 200);
  server!.habit = answering();
  await rig.askMany(8, 1000);
  assertEquals(rig.lines.map((line) => / is (down|back)/.exec(line)?.[1]), ["down", "back"]);
  // The third change within a minute is told when that is over.
  server!.habit = SILENT;
  await rig.askMany(8, 200);
  assertEquals(rig.upstreams.members[0]!.isUp, false);
  rig.upstreams.close();
  await rig.time.passAndSettle(120_000);
  assertEquals([rig.registry.upstreams, rig.lines.length, rig.deadlines.size], [after.members, 2, 0]);
  rig.registry.close();
});

Deno.test("UpstreamRegistry asks from the address that a group says, over UDP and TCP, and from any where it says none of that family", async () => {
  const { registry, network } = registryRig();
  const group = registry.openGroup({
    endpoints: [udp("192.0.2.1", 53), tcp("192.0.2.2", 53), udp("2001:db8::1", 53), udp("fe80::1%eth0", 53)].map(
      endpointAt,
    ),
    strategy: "sequential",
    socketCount: 2,
    sources: ["198.51.100.9"],
  });
  const from = (name: string) => `${name} from 198.51.100.9`;
  assertEquals(group.members.map(({ name }) => name), [
    from("192.0.2.1:53"),
    from("tcp://192.0.2.2:53"),
    "[2001:db8::1]:53",
    "[fe80::1%eth0]:53",
  ]);
  for (const member of group.members) member.ask(requestFor("example.org"));
  await settled();
  assertEquals(network.sockets.map(({ address }) => address.hostname), ["198.51.100.9", "::", "::%eth0"]);
  assertEquals([network.dialled.map(({ hostname }) => hostname), network.dialledFrom], [["192.0.2.2"], [
    "198.51.100.9",
  ]]);
  registry.close();
});

Deno.test("UpstreamRegistry takes a server that is asked from another address, or in another manner, for another upstream", async () => {
  const rig = groupRig([SILENT]);
  const groups = [
    rig.upstreams,
    rig.openGroupOf({ sources: ["198.51.100.9"] }, 0),
    rig.openGroupOf({ asksWithCookies: false }, 0),
    rig.openGroupOf({ randomizesCase: false }, 0),
    // For IPv6 alone; and what makes no other upstream of it.
    rig.openGroupOf({ sources: ["2001:db8::9"], strategy: "random", socketCount: 8 }, 0),
  ];
  const keys = rig.registry.upstreams.map(({ key }) => key);
  assertEquals(keys, [
    "192.0.2.1:53",
    "192.0.2.1:53 from 198.51.100.9",
    "192.0.2.1:53 without cookies",
    "192.0.2.1:53 in plain case",
  ]);
  const asked = Array.from({ length: 8 }, (_, i) => rig.ask(`n${i}.example`, groups[1]));
  await rig.time.passAndSettle(3000);
  await Promise.all(asked);
  assertEquals(groups.map(({ areKnownBad }) => areKnownBad), [false, true, false, false, false]);
  for (const group of groups) group.close();
  assertEquals([rig.registry.upstreams, rig.registry.openSockets], [[], 0]);
});

Deno.test("UpstreamRegistry has as many sockets for an address as the greediest of its groups wants, as long as it is there", async () => {
  const rig = groupRig([answering()], { socketCount: 2 });
  const askMany = async () => {
    for (let i = 0; i < 200; i++) {
      const asked = rig.ask(`n${i}.example`);
      await rig.time.passAndSettle(10);
      await asked;
    }
    await rig.time.passAndSettle(5000);
    return rig.registry.openSockets;
  };
  assertEquals(await askMany(), 2);
  const greedy = rig.openGroupOf({ socketCount: 8 }, 0);
  const elsewhere = rig.openGroupOf({ socketCount: 16, sources: ["198.51.100.9"] }, 0);
  assertEquals(await askMany(), 8);
  greedy.close();
  assertEquals(await askMany(), 2);
  elsewhere.close();
  rig.registry.close();
});

Deno.test("UpstreamRegistry closes the sockets of an address behind the last group that is asked from there", async () => {
  const rig = groupRig([answering()], { socketCount: 2 });
  const [first, second] = [1, 2].map(() => rig.openGroupOf({ sources: ["198.51.100.9"] }, 0));
  const ask = async (group: typeof first) => {
    const asked = rig.ask("example.org", group);
    await rig.time.passAndSettle(100);
    return (await asked).by;
  };
  const name = "192.0.2.1:53 from 198.51.100.9";
  assertEquals([await ask(first), await ask(second)], [name, name]);
  const isOpen = () =>
    rig.network.sockets.some(({ address, isClosed }) => address.hostname === "198.51.100.9" && !isClosed);
  first!.close();
  assertEquals([isOpen(), await ask(second)], [true, name]);
  second!.close();
  assertEquals([isOpen(), rig.registry.upstreams], [false, rig.upstreams.members]);
  rig.registry.close();
});
