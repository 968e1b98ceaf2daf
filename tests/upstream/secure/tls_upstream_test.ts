// What a server sees that is asked over TLS, and who gets no query.
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { PeerCertificate } from "../../../lib/base/sockets/tls.ts";
import { parseEndpoint } from "../../../lib/upstream/parse_endpoint.ts";
import { UntrustedError } from "../../../lib/upstream/refusal.ts";
import { UpstreamError } from "../../../lib/upstream/upstream_error.ts";
import { EDNS_OPTION, TYPE } from "../../../lib/wire/iana.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import type { FakeTlsPeer, FakeTlsStream } from "../../support/fake_tls.ts";
import { peerCertificate } from "../../support/fake_tls.ts";
import { udp } from "../../support/fake_socket.ts";
import { settled } from "../../support/fake_time.ts";
import { ednsOf, opt, questionLines, record, response } from "../../support/messages.ts";
import { registryRig, requestFor, streamResponseTo } from "../../support/upstream_rig.ts";

const TLS = "tls://dns.example.org?ip=203.0.113.53";
const NOON_MS = Date.UTC(2026, 10, 30, 12);
const DAY_S = 86_400;
const ANSWERS = [record("example.org 9 IN A 192.0.2.1")];

/** A group of encrypted upstreams; the clock on the wall shows a day in 2026. */
function rig(...texts: readonly string[]) {
  const world = registryRig();
  let aheadS = 0;
  Object.assign(world.runtime.wallClock, {
    epochSeconds: () => Math.floor((NOON_MS + world.time.nowMs()) / 1000) + aheadS,
  });
  const group = () =>
    world.registry.openGroup({
      endpoints: texts.map((text) => parseEndpoint(text, 53)),
      strategy: "sequential",
      socketCount: 2,
    });
  const show = (shown: Partial<PeerCertificate>, chainError: string | null = null) => {
    world.network.shown = (): Partial<FakeTlsPeer> => ({ peerCertificates: [peerCertificate(shown)], chainError });
  };
  return { ...world, group, show, setClock: (byS: number) => void (aheadS = byS) };
}

/** Asks, and says what has come of it when the world is quiet. */
function ask(group: ReturnType<ReturnType<typeof rig>["group"]>, text: string, nowMs: number) {
  const asked = Promise.resolve(group.exchange(requestFor(text, nowMs)));
  asked.catch(() => {});
  return asked;
}

async function answer(stream: FakeTlsStream, fields = {}) {
  await settled();
  stream.deliverMessages(streamResponseTo(stream, { answers: ANSWERS, additionals: [opt()], ...fields }));
  await settled();
}

Deno.test("an upstream over TLS is connected to before anybody asks, and sees plain letter case, no cookie and padding", async () => {
  const { group, network, registry, time } = rig(TLS);
  const upstreams = group();
  await settled();
  const [stream] = network.tlsStreams;
  assertEquals(network.dialledTls, [{ serverName: "dns.example.org", alpn: ["dot"], ca: null, identity: null }]);
  assertEquals(stream!.messages.length, 0);
  const asked = ask(upstreams, "eXample.org", time.nowMs());
  await answer(stream!);
  assertEquals((await asked).octets.length > 0, true);
  const [octets] = stream!.messages;
  const query = decode(octets!);
  assertEquals([octets!.length % 128, questionLines(query.questions)], [0, ["eXample.org. IN A"]]);
  assertEquals(ednsOf(query)!.options.map(({ code }) => code), [EDNS_OPTION.TCP_KEEPALIVE, EDNS_OPTION.PADDING]);
  assertEquals(network.tlsStreams.length, 1);
  registry.close();
});

/** Has so many names asked for at once, and says how many queries each record has had since. */
async function askTogether(
  upstreams: ReturnType<ReturnType<typeof rig>["group"]>,
  stream: FakeTlsStream,
  count: number,
  nowMs: number,
) {
  const before = stream.writes.length;
  for (let i = 0; i < count; i++) ask(upstreams, `${before}-${i}.example`, nowMs);
  await settled();
  return () => stream.writes.slice(before).map((octets) => octets.length / 130);
}

/** Answers the last queries on a connection, `count` of them. */
async function answerLast(stream: FakeTlsStream, ...places: readonly number[]) {
  for (const place of places) {
    const { id, questions } = decode(stream.messages.at(place)!);
    stream.deliverMessages(response({ id, questions, answers: ANSWERS, additionals: [opt()] }));
  }
  await settled();
}

Deno.test("queries of one turn leave in one TLS record once the server has answered both of one", async () => {
  const { group, network, registry, time } = rig(TLS);
  const upstreams = group();
  await settled();
  const [stream] = network.tlsStreams;
  const first = await askTogether(upstreams, stream!, 4, time.nowMs());
  assertEquals(first(), [2]);
  await answerLast(stream!, -2);
  assertEquals(first(), [2]);
  await answerLast(stream!, -1);
  assertEquals(first(), [2, 2]);
  await answerLast(stream!, -2, -1);
  assertEquals((await askTogether(upstreams, stream!, 3, time.nowMs()))(), [3]);
  assertEquals(time.armedCount > 0, true);
  registry.close();
});

Deno.test("queries leave in a TLS record each when the server has answered the first of two alone, on later connections, too", async () => {
  const { group, network, registry, time } = rig(TLS);
  const upstreams = group();
  await settled();
  const [stream] = network.tlsStreams;
  const first = await askTogether(upstreams, stream!, 4, time.nowMs());
  await answerLast(stream!, -2);
  assertEquals(first(), [2]);
  await time.passAndSettle(110);
  assertEquals(first(), [2, 1, 1]);
  await answerLast(stream!, -3, -2, -1);
  stream!.end();
  await settled();
  const second = await askTogether(upstreams, network.tlsStreams[1]!, 3, time.nowMs());
  assertEquals(second(), [1, 1, 1]);
  registry.close();
});

for (
  const [what, text, shown, chainError, told] of [
    ["is for another name", TLS, { names: ["other.example"], addresses: [] }, null, /is for other\.example, not for/],
    ["is for another address", "tls://203.0.113.54", {}, null, /not for 203\.0\.113\.54$/],
    [
      "has expired",
      TLS,
      { validToS: NOON_MS / 1000 - DAY_S },
      null,
      /expired on 2026-11-29 12:00, and it is 2026-11-30/,
    ],
    ["is not valid yet", TLS, { validFromS: NOON_MS / 1000 + DAY_S }, null, /is not valid before 2026-12-01 12:00/],
    [
      "has another key than was pinned",
      `${TLS}&pin-sha256=${btoa("another key, of 32 octets length")}`,
      {},
      null,
      /another pin/,
    ],
    [
      "has another key than was pinned alone",
      `${TLS}&ca=none&pin-sha256=${btoa("another key, of 32 octets length")}`,
      {},
      null,
      /another pin/,
    ],
    ["has signed itself", TLS, {}, "it is signed by itself", /signed by itself$/],
  ] satisfies [string, string, Partial<PeerCertificate>, string | null, RegExp][]
) {
  Deno.test(`[7858_01] an upstream whose certificate ${what} never gets a query, and is told of at once`, async () => {
    const { group, network, registry, time, lines, show } = rig(text);
    show(shown, chainError);
    const upstreams = group();
    await settled();
    const [upstream] = upstreams.members;
    assertMatch(upstream!.state.problem!, told);
    assertEquals([upstream!.isUp, upstream!.isKnownBad], [false, true]);
    assertMatch(lines.find((line) => line.includes("is not asked"))!, told);
    // Whatever is asked, for as long as it is so.
    for (let i = 0; i < 40; i++) {
      await assertRejects(() => ask(upstreams, `${i}.example`, time.nowMs()), UntrustedError);
      await time.passAndSettle(1000);
    }
    assertEquals(network.streams.flatMap(({ writes }) => writes), []);
    assertEquals(upstream!.state.queryCount, 0);
    assertEquals(network.streams.every(({ isClosed }) => isClosed), true);
    // Each 30 s: neither a storm of handshakes, nor never.
    assertEquals(network.dialled.length, 2);
    registry.close();
  });
}

Deno.test("an upstream that need not prove anything is asked whoever it is, and its status says so, with its handshakes", async () => {
  const { group, network, registry, time, show } = rig(`${TLS}&auth=none`);
  show({ names: ["other.example"], validToS: 1 }, "it is signed by itself");
  const upstreams = group();
  const asked = ask(upstreams, "example.org", time.nowMs());
  await settled();
  await answer(network.tlsStreams[0]!);
  await asked;
  assertEquals(upstreams.members[0]!.state.handshakeCount, 1);
  assertEquals([upstreams.members[0]!.state.isUnauthenticated, upstreams.members[0]!.state.problem], [true, null]);
  registry.close();
});

Deno.test("an upstream that was refused is asked again when it has another certificate", async () => {
  const { group, network, registry, time, lines, show } = rig(TLS);
  show({ names: ["other.example"] });
  const upstreams = group();
  await settled();
  show({});
  await assertRejects(() => ask(upstreams, "example.org", time.nowMs()), UntrustedError);
  await time.passAndSettle(30_000);
  const asked = ask(upstreams, "example.org", time.nowMs());
  await settled();
  await answer(network.tlsStreams[1]!);
  await asked;
  assertEquals([upstreams.members[0]!.isUp, upstreams.members[0]!.state.problem], [true, null]);
  assertMatch(lines.at(-1)!, /is back/);
  registry.close();
});

Deno.test("a clock that makes all certificates look out of date is told of once, with both dates", async () => {
  const { group, registry, time, lines, setClock } = rig(TLS, "tls://dns.example.org?ip=203.0.113.54");
  setClock(-10 * 365 * DAY_S);
  const upstreams = group();
  await settled();
  await time.passAndSettle(31_000);
  ask(upstreams, "example.org", time.nowMs());
  await time.passAndSettle(1000);
  const told = lines.filter((line) => line.includes("clock of this machine may be wrong"));
  assertEquals(told.length, 1);
  assertMatch(told[0]!, /not valid before 2020-01-01, and it is 2016-12-02 12:00 here/);
  registry.close();
});

Deno.test("one certificate that is out of date says nothing of the clock", async () => {
  const { group, registry, network, lines } = rig(TLS, "tls://dns.example.org?ip=203.0.113.54");
  network.shown = ({ hostname }) => ({
    peerCertificates: [peerCertificate(hostname.endsWith("54") ? { validToS: 1 } : {})],
  });
  group();
  await settled();
  assertEquals(lines.filter((line) => line.includes("clock")), []);
  registry.close();
});

Deno.test("a query that meets a connection that is gone is asked once more on a fresh one, at no cost for the upstream", async () => {
  const { group, registry, network, time } = rig(TLS);
  const upstreams = group();
  await settled();
  const first = ask(upstreams, "a.example", time.nowMs());
  await answer(network.tlsStreams[0]!);
  await first;
  await time.passAndSettle(20_000);
  // The server closes while the query is on its way.
  const asked = ask(upstreams, "b.example", time.nowMs());
  await settled();
  network.tlsStreams[0]!.end();
  await settled();
  assertEquals(network.tlsStreams.length, 2);
  await answer(network.tlsStreams[1]!);
  await asked;
  assertEquals([upstreams.members[0]!.failureCount, upstreams.members[0]!.isUp], [0, true]);
  registry.close();
});

Deno.test("a connection that is silent gets company after 250 ms, and the first reply counts", async () => {
  const { group, registry, network, time } = rig(TLS);
  const upstreams = group();
  await settled();
  const first = ask(upstreams, "a.example", time.nowMs());
  await answer(network.tlsStreams[0]!);
  await first;
  const asked = ask(upstreams, "b.example", time.nowMs());
  await time.passAndSettle(260);
  assertEquals(network.tlsStreams.length, 2);
  await answer(network.tlsStreams[1]!);
  await asked;
  assertEquals(upstreams.members[0]!.failureCount, 0);
  registry.close();
});

Deno.test("a server that closes after each reply is connected to again before the next query", async () => {
  const { group, registry, network, time } = rig(TLS);
  const upstreams = group();
  await settled();
  for (let i = 0; i < 5; i++) {
    const asked = ask(upstreams, `${i}.example`, time.nowMs());
    await answer(network.tlsStreams[i]!);
    await asked;
    network.tlsStreams[i]!.end();
    await time.passAndSettle(50);
    assertEquals(network.tlsStreams.length, i + 2);
  }
  assertEquals([upstreams.members[0]!.failureCount, registry.openStreams], [0, 1]);
  registry.close();
});

Deno.test("an idle connection is kept for 60 s, then as long as the server is found to keep it, less a fifth", async () => {
  const { group, registry, network, time } = rig(TLS);
  const upstreams = group();
  await settled();
  const isOpen = () => network.tlsStreams.filter(({ isClosed }) => !isClosed).length;
  await time.passAndSettle(59_900);
  assertEquals(isOpen(), 1);
  await time.passAndSettle(200);
  assertEquals(isOpen(), 0);
  const first = ask(upstreams, "a.example", time.nowMs());
  await settled();
  await answer(network.tlsStreams[1]!);
  await first;
  await time.passAndSettle(10_000);
  network.tlsStreams[1]!.end();
  await settled();
  const second = ask(upstreams, "b.example", time.nowMs());
  await settled();
  await answer(network.tlsStreams[2]!);
  await second;
  await time.passAndSettle(7900);
  assertEquals(isOpen(), 1);
  await time.passAndSettle(200);
  assertEquals(isOpen(), 0);
  registry.close();
});

for (const [seconds, openAfterMs] of [[10, 7900], [0, null]] as const) {
  Deno.test(`[7828_04] a connection is kept no longer than the server says: ${seconds} s`, async () => {
    const { group, registry, network, time } = rig(TLS);
    const upstreams = group();
    await settled();
    const asked = ask(upstreams, "a.example", time.nowMs());
    const option = { code: EDNS_OPTION.TCP_KEEPALIVE, data: Uint8Array.of(0, 10 * seconds) };
    await answer(network.tlsStreams[0]!, { additionals: [opt({ options: [option] })] });
    await asked;
    if (openAfterMs !== null) {
      await time.passAndSettle(openAfterMs);
      assertEquals(network.tlsStreams[0]!.isClosed, false);
      await time.passAndSettle(200);
    }
    assertEquals(network.tlsStreams[0]!.isClosed, true);
    registry.close();
  });
}

Deno.test("attempts that fail make pauses, and there are never more than two at a time", async () => {
  const { group, registry, network, time } = rig(TLS);
  network.dial = () => Promise.reject(new Error("Connection refused"));
  const upstreams = group();
  for (let i = 0; i < 100; i++) {
    ask(upstreams, `${i}.example`, time.nowMs());
    await time.passAndSettle(100);
  }
  // Ten seconds: one each second, but for the first few.
  assertEquals(network.dialled.length < 20, true, `${network.dialled.length}`);
  network.dial = () => new Promise(() => {});
  const before = network.dialled.length;
  ask(upstreams, "slow.example", time.nowMs());
  await time.passAndSettle(4500);
  assertEquals(network.dialled.length - before <= 2, true);
  registry.close();
});

Deno.test("UpstreamRegistry.reset() leaves encrypted connections, and makes others before anybody asks", async () => {
  const { group, registry, network } = rig(TLS);
  group();
  await settled();
  registry.reset();
  await settled();
  assertEquals(network.tlsStreams.map(({ isClosed }) => isClosed), [true, false]);
  registry.close();
});

Deno.test("[8305_01] all addresses of a server are tried a quarter of a second apart, and the one that was good comes first the next time", async () => {
  const { group, registry, network, time } = rig("tls://dns.example.org?ip=203.0.113.53&ip=2001:db8::53");
  network.dial = ({ hostname }) => hostname.includes(":") ? new Promise(() => {}) : Promise.resolve();
  const upstreams = group();
  await settled();
  assertEquals(network.dialled.map(({ hostname }) => hostname), ["2001:db8::53"]);
  await time.passAndSettle(250);
  assertEquals(network.dialled.map(({ hostname }) => hostname), ["2001:db8::53", "203.0.113.53"]);
  const asked = ask(upstreams, "example.org", time.nowMs());
  await answer(network.tlsStreams[0]!);
  await asked;
  network.tlsStreams[0]!.end();
  await settled();
  assertEquals(network.dialled.map(({ hostname }) => hostname).slice(2), ["203.0.113.53"]);
  registry.close();
});

Deno.test("who answers wrongly at one address does not keep the others from being asked", async () => {
  const { group, registry, network } = rig("tls://dns.example.org?ip=203.0.113.53&ip=203.0.113.54");
  network.shown = ({ hostname }) => ({
    peerCertificates: [peerCertificate(hostname.endsWith("53") ? { names: [] } : {})],
  });
  const upstreams = group();
  await settled();
  assertEquals(upstreams.members[0]!.state.problem, null);
  assertEquals(network.streams.map(({ isClosed }) => isClosed), [true, false]);
  registry.close();
});

Deno.test("a file of authorities is read at each connection, and one that cannot be read is told of", async () => {
  const { group, registry, network, time, runtime } = rig(`${TLS}&ca=/etc/ca.pem`);
  const upstreams = group();
  await settled();
  assertMatch(upstreams.members[0]!.state.problem!, /^the authorities to believe in, \/etc\/ca\.pem, cannot be read: /);
  assertEquals(network.dialled, []);
  runtime.files.read = () => Promise.resolve(new TextEncoder().encode("PEM"));
  await time.passAndSettle(30_000);
  ask(upstreams, "example.org", time.nowMs());
  await settled();
  assertEquals(network.dialledTls.map(({ ca }) => ca), ["PEM"]);
  registry.close();
});

Deno.test("a server that is silent in the handshake is given up, and a query fails in time", async () => {
  const { group, registry, network, time } = rig(TLS);
  network.shake = () => new Promise(() => {});
  const upstreams = group();
  const asked = ask(upstreams, "example.org", time.nowMs());
  await time.passAndSettle(2100);
  await assertRejects(() => asked, UpstreamError);
  await time.passAndSettle(10_000);
  assertEquals(registry.openStreams, 0);
  registry.close();
});

Deno.test("an upstream that is given by name alone is asked for at its bootstrap servers, which are asked nothing else", async () => {
  const { group, registry, network, time } = rig("tls://dns.example.org?bootstrap=192.0.2.53");
  const upstreams = group();
  await settled();
  const asked = network.sockets.flatMap(({ sent }) => sent).map(({ octets, to }) => {
    return [to.hostname, ...questionLines(decode(octets).questions).map((line) => line.toLowerCase())];
  });
  assertEquals(asked.toSorted(), [["192.0.2.53", "dns.example.org. in a"], ["192.0.2.53", "dns.example.org. in aaaa"]]);
  const deliver = async (type: number, fields: Partial<Message>) => {
    for (const socket of network.sockets) {
      for (const { octets } of socket.sent) {
        const { id, questions } = decode(octets);
        if (questions[0]!.type === type) socket.deliver(response({ id, questions, ...fields }), udp("192.0.2.53", 53));
      }
    }
    await settled();
  };
  await deliver(TYPE.A, { answers: [record("dns.example.org 300 IN A 203.0.113.53")] });
  await time.passAndSettle(60);
  assertEquals(network.dialled.map(({ hostname, port }) => [hostname, port]), [["203.0.113.53", 853]]);
  const first = ask(upstreams, "example.org", time.nowMs());
  await answer(network.tlsStreams[0]!);
  await first;
  assertEquals(registry.states(upstreams.members).map(({ name, isForBootstrap = false }) => [name, isForBootstrap]), [
    ["tls://dns.example.org:853?bootstrap=192.0.2.53:53", false],
    ["192.0.2.53:53", true],
  ]);
  registry.close();
});

Deno.test("an upstream over TLS that is in no group any more is closed, with its bootstrap servers", async () => {
  const { group, registry, network } = rig("tls://dns.example.org?bootstrap=192.0.2.53");
  group().close();
  await settled();
  assertEquals([registry.upstreams.length, network.sockets.every(({ isClosed }) => isClosed)], [0, true]);
});
