// What a server sees that is asked over QUIC, and who gets no query.
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { type QuicDoubt, QuicError } from "../../../lib/base/sockets/quic.ts";
import { parseEndpoint } from "../../../lib/upstream/parse_endpoint.ts";
import { UntrustedError } from "../../../lib/upstream/refusal.ts";
import { EDNS_OPTION } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { FakeQuic } from "../../support/fake_quic.ts";
import { settled } from "../../support/fake_time.ts";
import { ednsOf, questionLines } from "../../support/messages.ts";
import type { PairedStream } from "../../support/quic_pair.ts";
import { answer, answerAll } from "../../support/quic_upstream_rig.ts";
import { registryRig, requestFor } from "../../support/upstream_rig.ts";

const DOQ = "quic://dns.example.org?ip=203.0.113.53";

function rig(...texts: readonly string[]) {
  const world = registryRig();
  const quic = world.network.quic = new FakeQuic();
  const group = () => {
    const endpoints = texts.map((text) => parseEndpoint(text, 53));
    return world.registry.openGroup({ endpoints, strategy: "sequential", socketCount: 2 });
  };
  return { ...world, quic, group };
}

/** Asks, and says what has come of it when the world is quiet. */
function ask(group: ReturnType<ReturnType<typeof rig>["group"]>, text: string, nowMs: number) {
  const asked = Promise.resolve(group.exchange(requestFor(text, nowMs)));
  asked.catch(() => {});
  return asked;
}

Deno.test("[8467_02] an upstream over QUIC is connected to before anybody asks, and sees plain letter case, no cookie and padding", async () => {
  const { group, quic, registry, time, network } = rig(DOQ);
  const upstreams = group();
  await settled();
  assertEquals(quic.dialled, [{
    remote: { transport: "udp", hostname: "203.0.113.53", port: 853 },
    options: { serverName: "dns.example.org", ca: null, alpn: ["doq"], idleMs: 60_000 },
  }]);
  const [server] = quic.servers;
  const asked = ask(upstreams, "eXample.org", time.nowMs());
  await settled();
  const stream = await server!.acceptStream() as PairedStream;
  const octets = (await stream.readAll()).slice(2);
  const query = decode(octets);
  assertEquals([query.id, octets.length % 128, questionLines(query.questions)], [0, 0, ["eXample.org. IN A"]]);
  assertEquals(ednsOf(query)!.options.map(({ code }) => code), [EDNS_OPTION.PADDING]);
  await answer(stream, query);
  assert((await asked).octets.length > 0);
  assertEquals([network.sockets.length, network.streams.length], [0, 0]);
  registry.close();
  assertEquals(quic.clients.map(({ isClosed }) => isClosed), [true]);
});

for (
  const [doubt, told] of [
    ["name", /its certificate is not for dns\.example\.org$/],
    ["expired", /its certificate has expired, by the clock of this machine$/],
    ["notYetValid", /its certificate is not valid yet, by the clock/],
    ["chain", /no authority that is believed stands behind its certificate \(UnknownIssuer\)$/],
  ] satisfies [QuicDoubt, RegExp][]
) {
  Deno.test(`[9250_06] an upstream over QUIC whose certificate is in doubt (${doubt}) never gets a query, and is told of at once`, async () => {
    const { group, quic, registry, time, lines } = rig(DOQ);
    quic.dial = () => Promise.reject(new QuicError("UnknownIssuer", doubt));
    const upstreams = group();
    await settled();
    const [upstream] = upstreams.members;
    assertMatch(upstream!.state.problem!, told);
    assertEquals([upstream!.isUp, upstream!.isKnownBad], [false, true]);
    assertMatch(lines.find((line) => line.includes("is not asked"))!, told);
    for (let i = 0; i < 10; i++) {
      await assertRejects(() => ask(upstreams, `${i}.example`, time.nowMs()), UntrustedError);
    }
    assertEquals(quic.servers.length, 0);
    registry.close();
  });
}

Deno.test("an upstream over QUIC is asked again once it shows a certificate that is believed", async () => {
  const { group, quic, registry, time } = rig(DOQ);
  quic.onConnected = (server) => void answerAll(server);
  quic.dial = () => Promise.reject(new QuicError("Expired", "expired"));
  const upstreams = group();
  await settled();
  quic.dial = () => Promise.resolve();
  await time.passAndSettle(31_000);
  ask(upstreams, "a.example", time.nowMs());
  await time.passAndSettle(1000);
  assert(upstreams.members[0]!.isUp);
  registry.close();
});

Deno.test("UpstreamRegistry.reset() connects over QUIC anew, from another port", async () => {
  const { group, quic, registry } = rig(DOQ);
  group();
  await settled();
  registry.reset();
  await settled();
  assertEquals(quic.servers.map(({ isClosed }) => isClosed), [true, false]);
  assertEquals(quic.clients.map(({ renewCount }) => renewCount), [1]);
  registry.close();
});

Deno.test("an upstream over QUIC by its address asks for no name", async () => {
  const { group, quic, registry } = rig("quic://203.0.113.53:8853");
  group();
  await settled();
  const [{ remote, options }] = quic.dialled as [typeof quic.dialled[number]];
  assertEquals([remote.port, options.serverName], [8853, null]);
  registry.close();
});
