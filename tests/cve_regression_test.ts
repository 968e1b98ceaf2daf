// One test for each class of vulnerability that forwarders and resolvers have had and that concerns what this one does.
// Those that cost time are in cve_cost_regression_test.ts.

import { FairShare } from "../lib/base/time/fair_share.ts";
import { fakeDeadlines, FakeTime } from "./support/fake_time.ts";
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { formatSocketAddress } from "../lib/base/net/address.ts";
import { drawSecret } from "../lib/base/random/derive_key.ts";
import { Coalesce, WAITERS_MAX } from "../lib/resolver/sharing/coalesce.ts";
import { EDE, OPCODE, RCODE } from "../lib/wire/iana.ts";
import { PLAIN_UDP_OCTETS, readExtendedError } from "../lib/wire/edns/edns.ts";
import { decode } from "../lib/wire/message.ts";
import { HEADER_OCTETS, putFlags, putId } from "../lib/wire/header.ts";
import { nameFromText, nameToText, readName } from "../lib/wire/name.ts";
import { Reader } from "../lib/wire/reader.ts";
import { LoopDetector } from "../lib/upstream/group/loop_detector.ts";
import type { Request } from "../lib/upstream/request.ts";
import type { Upstream } from "../lib/upstream/upstream.ts";
import { putUint16, uint16At } from "../lib/wire/octets.ts";
import { courseResolver } from "./end_to_end/course_resolver.ts";
import { startProgram } from "./end_to_end/program.ts";
import { UdpClient } from "./end_to_end/udp_client.ts";
import { type Handler, UdpServer } from "./end_to_end/udp_server.ts";
import { ednsOf, hex, lines, opt, question, records, wire } from "./support/messages.ts";
import { clientQuery, questionHash, responseTo, StubResolver } from "./support/resolving.ts";

type Octets = Uint8Array<ArrayBuffer>;

const CLIENT_SUBNET = 8;
const ANSWER = ["example.org. 300 IN A 192.0.2.1"];

/** The program in front of an upstream, and a client. */
function startForwarding(handler: Handler, ...args: readonly string[]) {
  const upstream = new UdpServer(handler);
  const program = startProgram("--resolver", formatSocketAddress(upstream.address), ...args);
  const client = new UdpClient(program.address);
  return {
    upstream,
    program,
    client,
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await program.stop();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** A good reply with the records of `answers`, to any question. */
function replyTo(query: Octets, answers: readonly string[] = ANSWER): Octets {
  return wire({ ...decode(query), isResponse: true, recursionAvailable: true, answers: records(...answers) });
}

function query(id: number, ...names: readonly string[]): Octets {
  // No more than the client that asks reads.
  const additionals = [opt({ udpPayloadOctets: PLAIN_UDP_OCTETS })];
  return wire({ id, recursionDesired: true, questions: names.map(question), additionals });
}

/** Whether a line holds what could end it, or drive a terminal. */
function hasControls(line: string): boolean {
  // deno-lint-ignore no-control-regex
  return /[\x00-\x1f\x7f-\x9f]/.test(line);
}

Deno.test("CVE-2024-33655 (DNSBomb): replies to one question cannot be piled up without limit", async () => {
  const upstream = Promise.withResolvers<Octets>();
  const coalesce = new Coalesce({
    next: new StubResolver(() => upstream.promise),
    hash: questionHash(),
    share: new FairShare(new FakeTime()),
    deadlines: fakeDeadlines().deadlines,
    onFailedTogether: () => {},
    areKnownBad: () => false,
  });
  const asked = clientQuery({ questions: [question("example.org")] });
  const waiting = Array.from({ length: WAITERS_MAX }, () => coalesce.resolve(asked));
  const refused = await coalesce.resolve(asked);
  assertEquals(refused.rcode, RCODE.REFUSED);
  upstream.resolve(responseTo(asked));
  const replies = await Promise.all(waiting);
  assertEquals(replies.filter((reply) => reply.rcode === RCODE.NOERROR).length, WAITERS_MAX);
});

Deno.test("[5452_05] [7871_01] CVE-2025-5994 (Rebirthday): client subnets neither go upstream nor split identical questions", async () => {
  const release = Promise.withResolvers<void>();
  await using rig = startForwarding(async ({ octets }) => {
    await release.promise;
    return replyTo(octets);
  });
  const count = 30;
  for (let i = 0; i < count; i++) {
    const options = [{ code: CLIENT_SUBNET, data: Uint8Array.of(0, 1, 32, 0, 198, 51, 100, i) }];
    await rig.client.send(
      wire({ id: i, recursionDesired: true, questions: [question("example.org")], additionals: [opt({ options })] }),
    );
  }
  // Datagrams of one client arrive in order: when the one behind them is answered, they have all been taken.
  await rig.client.ask(wire({ id: 0xffff, opcode: OPCODE.STATUS }));
  release.resolve();
  const ids = new Set<number>();
  while (ids.size < count) ids.add(uint16At(await rig.client.receive(), 0));
  assertEquals(rig.upstream.queries.length, 1);
  assertEquals(ednsOf(decode(rig.upstream.queries[0]!.octets))!.options.map(({ code }) => code).includes(8), false);
});

Deno.test("[5452_03] [5625_07] CVE-2026-50252: upstream queries leave from many ports, far apart", async () => {
  await using rig = startForwarding(({ octets }) => replyTo(octets));
  for (let i = 0; i < 300; i++) await rig.client.ask(query(i, `host${i}.example.org`));
  const ports = [...new Set(rig.upstream.queries.map(({ peer }) => peer.port))].sort((a, b) => a - b);
  // 32 sockets: that one of them is never drawn in 300 times happens once in 450 runs, that eight are not, never.
  assert(ports.length > 24, `${ports.length} ports`);
  assert(ports.at(-1)! - ports[0]! > 20_000, `Ports ${ports[0]}–${ports.at(-1)}`);
  const neighbours = ports.filter((port, i) => port - ports[i - 1]! === 1).length;
  assert(neighbours < 3, `${neighbours} ports follow each other`);
});

Deno.test("[5452_04] [5625_07] GHSA-xgx4-4h9w-53pv: a client's ID of 0 says nothing about the ID that goes upstream", async () => {
  await using rig = startForwarding(({ octets }) => replyTo(octets));
  for (let i = 0; i < 100; i++) {
    const reply = await rig.client.ask(query(0, `host${i}.example.org`));
    assertEquals(uint16At(reply, 0), 0);
  }
  const ids = new Set(rig.upstream.queries.map(({ octets }) => uint16At(octets, 0)));
  assert(ids.size > 95, `${ids.size} IDs for 100 queries`);
});

for (
  const [what, forge] of [
    [
      "another question (sdns#470)",
      (reply: Octets) => wire({ ...decode(reply), questions: [question("example.com")] }),
    ],
    ["another type", (reply: Octets) => wire({ ...decode(reply), questions: [question("example.org AAAA")] })],
    ["another ID", (reply: Octets) => (putId(reply, uint16At(reply, 0) ^ 1), reply)],
    ["QR=0", (reply: Octets) => (putFlags(reply, uint16At(reply, 2) & 0x7fff), reply)],
    ["another opcode", (reply: Octets) => (putFlags(reply, uint16At(reply, 2) | 0x2000), reply)],
  ] as const
) {
  Deno.test(`[5452_01] cache poisoning: a reply with ${what} changes nothing`, async () => {
    const forged = ["example.org. 300 IN A 203.0.113.66"];
    await using rig = startForwarding(async ({ octets, peer }) => {
      await rig.upstream.send(forge(replyTo(octets, forged)), peer);
      return replyTo(octets);
    });
    assertEquals(lines(decode(await rig.client.ask(query(1, "example.org"))).answers), ANSWER);
  });
}

Deno.test("[5452_01] CVE-2026-4893: a client subnet in a reply does not excuse its coming from somebody else", async () => {
  await using stranger = new UdpServer(() => null);
  const options = [{ code: CLIENT_SUBNET, data: Uint8Array.of(0, 1, 32, 0, 127, 0, 0, 1) }];
  await using rig = startForwarding(async ({ octets, peer }) => {
    const forged = decode(replyTo(octets, ["example.org. 300 IN A 203.0.113.66"]));
    await stranger.send(wire({ ...forged, additionals: [opt({ options })] }), peer);
    return replyTo(octets);
  });
  assertEquals(lines(decode(await rig.client.ask(query(1, "example.org"))).answers), ANSWER);
});

Deno.test("CVE-2026-5172: a reply with an address of three octets is not believed", async () => {
  await using rig = startForwarding(
    ({ octets }) => {
      const reply = replyTo(octets);
      const rdlength = reply.toHex().lastIndexOf("0004c0000201") / 2;
      putUint16(reply, rdlength, 3);
      return reply;
    },
    "--timeout",
    "200",
  );
  const { rcode, answers } = decode(await rig.client.ask(query(1, "example.org")));
  assertEquals({ rcode, answers }, { rcode: RCODE.SERVFAIL, answers: [] });
});

Deno.test("[2181_06] CVE-2026-2291: names of 255 octets that all need escapes pass unharmed, in errors as well", async () => {
  const name = `${`${"\\000".repeat(63)}.`.repeat(3)}${"\\007".repeat(61)}`;
  assertEquals(nameFromText(name).length, 255);
  await using rig = startForwarding(
    ({ octets }) => {
      const flags = uint16At(octets, 2) | 0x8080;
      const reply = octets.slice();
      putFlags(reply, decode(octets).questions[0]!.name.length === 255 ? flags | RCODE.REFUSED : flags);
      return reply;
    },
    "--log-level",
    "debug",
  );
  const reply = decode(await rig.client.ask(query(1, name, "example.org")));
  assertEquals(reply.questions[0]!.name.toHex(), nameFromText(name).toHex());
  assertEquals(rig.program.lines.filter(hasControls), []);
});

Deno.test("CVE-2026-40011: a name cannot forge lines for the operator", async () => {
  const name = "a\\010dns-forwarder: error: all is lost\\013\\010\\027[31m\\034}.example.org".replaceAll(" ", "\\032");
  await using rig = startForwarding(() => null, "--timeout", "100", "--log-level", "debug");
  for (let id = 0; id < 10; id++) await rig.client.ask(query(id, name, "example.org"));
  const forged = rig.program.lines.filter((line) => hasControls(line) || /^(?!dns-forwarder: )|all is lost/.test(line));
  assertEquals(forged, []);
});

Deno.test("CVE-2026-26017: who may not ask gets nothing, not even what is known here", async () => {
  await using rig = startForwarding(({ octets }) => courseResolver(octets), "--allow", "192.0.2.0/24");
  for (const name of ["localhost", "codecrafters.io", "home.arpa SOA", "."]) {
    const reply = decode(await rig.client.ask(query(1, name)));
    assertEquals([reply.rcode, reply.answers, reply.authorities], [RCODE.REFUSED, [], []]);
    assertEquals(ednsOf(reply)!.options.map(readExtendedError).map((error) => error?.infoCode), [EDE.PROHIBITED]);
  }
  assertEquals(rig.upstream.queries.length, 0);
});

Deno.test("CVE-2026-26018: what the loop detector asks cannot be guessed", async () => {
  const asked: string[] = [];
  let cuts = 0;
  const upstreams = [1, 2].map((i) => ({
    key: `192.0.2.${i}:53`,
    ask: ({ questionOctets }: Request) => {
      asked.push(nameToText(readName(new Reader(questionOctets))));
      return Promise.resolve(new Uint8Array(12));
    },
    cutLoop: () => void cuts++,
  } as unknown as Upstream));
  const random = { fill: (octets: Octets) => void crypto.getRandomValues(octets) };
  const detector = new LoopDetector({
    upstreams: () => upstreams,
    random,
    key: drawSecret(random),
    clock: { nowMs: () => 0 },
    wallClock: { epochSeconds: () => 0 },
  });
  detector.suspect();
  assertEquals(asked.map((name) => /^[0-9a-f]{36}\.example\.$/.test(name)), [true, true]);
  assertNotEquals(asked[0], asked[1]);
  const questionOf = (name: string) => wire({ questions: [question(`${name} TXT`)] }).slice(HEADER_OCTETS);
  assertEquals(detector.recognize(questionOf(`${"0".repeat(36)}.example.`)), false);
  assertEquals(cuts, 0);
  assertEquals(detector.recognize(questionOf(asked[1]!)), true);
  await Promise.resolve();
  assertEquals(cuts, 1);
});

Deno.test("[multi_01] OpenThread#13533: 65,535 announced questions of which one is there get FORMERR", async () => {
  await using rig = startForwarding(({ octets }) => replyTo(octets));
  const octets = concat([hex("1234 0100 ffff 0000 0000 0000"), hex("07 6578616d706c65 03 6f7267 00 0001 0001")]);
  assertEquals((await rig.client.ask(octets)).toHex(), "123481810000000000000000");
  assertEquals(rig.upstream.queries.length, 0);
});
