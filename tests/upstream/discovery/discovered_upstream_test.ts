// A plain upstream that is asked as it says itself, by the program's own registry on a fake network.
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { PeerCertificate } from "../../../lib/base/sockets/tls.ts";
import { parseEndpoint } from "../../../lib/upstream/parse_endpoint.ts";
import { decode } from "../../../lib/wire/message.ts";
import { TYPE } from "../../../lib/wire/iana.ts";
import { peerCertificate } from "../../support/fake_tls.ts";
import { settled } from "../../support/fake_time.ts";
import { questionLines, record, records, response } from "../../support/messages.ts";
import { registryRig, requestFor } from "../../support/upstream_rig.ts";

const SVCB = `_dns.resolver.arpa 300 IN SVCB 1 dns.example. alpn="dot" ipv4hint=203.0.113.99`;

/** A server that is discovered at 203.0.113.53; at 203.0.113.99 somebody shows a certificate as `shown` says. */
function rig(shown: Partial<PeerCertificate> = {}, texts = ["203.0.113.53?ddr"]) {
  const world = registryRig();
  const { network, registry, time } = world;
  Object.assign(world.runtime.wallClock, { epochSeconds: () => Date.UTC(2026, 10, 30) / 1000 });
  const overUdp: string[] = [];
  const overTls: string[] = [];
  network.onOpen = (socket) => {
    socket.onSend = (octets, to) => {
      const { id, questions } = decode(octets);
      overUdp.push(questionLines(questions)[0]!.toLowerCase());
      const answers = questions[0]!.type === TYPE.SVCB ? records(SVCB) : [record("a.example 60 IN A 192.0.2.1")];
      queueMicrotask(() => socket.deliver(response({ id, questions, answers }), to));
    };
  };
  network.shown = () => ({
    peerCertificates: [peerCertificate({ names: ["other.example"], addresses: ["203.0.113.53"], ...shown })],
  });
  network.onConnected = (stream) => {
    let taken = 0;
    stream.onWrite = () => {
      for (const octets of stream.messages.slice(taken)) {
        taken++;
        const { id, questions } = decode(octets);
        overTls.push(questionLines(questions)[0]!);
        const answers = questions[0]!.type === TYPE.SVCB ? [] : [record("a.example 60 IN A 192.0.2.2")];
        stream.deliverMessages(response({ id, questions, answers }));
      }
    };
  };
  const group = registry.openGroup({
    endpoints: texts.map((text) => parseEndpoint(text, 53)),
    strategy: "sequential",
    socketCount: 2,
  });
  const ask = async (text: string) => {
    await group.exchange(requestFor(text, time.nowMs()));
  };
  return { ...world, overUdp, overTls, group, ask };
}

Deno.test("[9462_04] a plain upstream is asked over TLS once who it names has shown a certificate for its address", async () => {
  const { group, ask, overUdp, overTls, network, registry, lines } = rig();
  assertEquals(group.members[0]!.name, "203.0.113.53:53?ddr");
  await settled();
  assertEquals(network.dialledTls.map(({ serverName }) => serverName), ["dns.example"]);
  assertMatch(lines.join("\n"), /upstream 203\.0\.113\.53:53\?ddr is asked as tls:\/\/dns\.example:853/);
  for (const name of ["a.example", "b.example"]) await ask(name);
  assertEquals(overUdp, ["_dns.resolver.arpa. in svcb"]);
  assertEquals(overTls, ["_dns.resolver.arpa. IN SVCB", "a.example. IN A", "b.example. IN A"]);
  assertEquals(registry.states(group.members).map(({ name, discovery }) => [name, discovery?.whyNot]), [
    ["tls://dns.example:853?ip=203.0.113.99&designated-by=203.0.113.53", undefined],
    ["203.0.113.53:53?ddr", null],
  ]);
  group.close();
  registry.close();
  assertEquals(network.streams.every(({ isClosed }) => isClosed), true);
});

Deno.test("[9462_04] a plain upstream is asked in the clear when who it names has no certificate for its address, and nothing else is sent there", async () => {
  const { group, ask, overUdp, overTls, network, registry, lines } = rig({ addresses: ["203.0.113.99"] });
  await settled();
  // By its name, and by no name.
  assertEquals(network.dialledTls.map(({ serverName }) => serverName), ["dns.example", null]);
  await ask("a.example");
  assertEquals([overUdp, overTls], [["_dns.resolver.arpa. in svcb", "a.example. in a"], []]);
  assertEquals(group.members[0]!.name, "203.0.113.53:53?ddr");
  assertMatch(
    lines.join("\n"),
    /203\.0\.113\.53:53\?ddr is asked in the clear: .*203\.0\.113\.99, not for 203\.0\.113\.53/,
  );
  assertMatch(registry.states(group.members)[0]!.discovery!.whyNot!, /its certificate is for/);
  group.close();
  registry.close();
});

Deno.test("[9462_04] whom a plain upstream names has to have an authority that is believed, and a date that holds", async () => {
  const { registry, overTls, group, ask } = rig({ validToS: Date.UTC(2026, 10, 29) / 1000 });
  await settled();
  await ask("a.example");
  assertEquals(overTls, []);
  group.close();
  registry.close();
});

Deno.test("a plain upstream in two groups is discovered once, for both", async () => {
  const { registry, network, group } = rig();
  await settled();
  const other = registry.openGroup({
    endpoints: [parseEndpoint("203.0.113.53?ddr", 53)],
    strategy: "sequential",
    socketCount: 2,
  });
  assertEquals(other.members, group.members);
  assertEquals(network.dialledTls.length, 1);
  group.close();
  other.close();
  await settled();
  assertEquals(registry.upstreams, []);
  registry.close();
});

Deno.test("UpstreamRegistry.reset() asks a discovered upstream in the clear until it is discovered again", async () => {
  const { registry, group } = rig();
  await settled();
  const found = group.members[0]!;
  registry.reset();
  assertEquals(group.members[0]!.name, "203.0.113.53:53?ddr");
  await settled();
  assert(group.members[0]!.name.startsWith("tls://dns.example:853"));
  assertEquals(found.name, group.members[0]!.name);
  registry.close();
});
