import { assertEquals } from "@std/assert";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message, type ResourceRecord } from "../../lib/wire/message.ts";
import { isSameName, type Name, nameToText } from "../../lib/wire/name.ts";
import { MessageScan } from "../../lib/wire/scan.ts";
import { ednsOf, lines, opt, question, records } from "../support/messages.ts";
import { askedCount, cacheScene, nowSays, tell } from "../support/cache_scene.ts";
import { encodeWithPointers } from "../support/pointer_writer.ts";
import type { ReceivedQuery, SceneUpstream } from "../support/scene_upstream.ts";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";

const CHAIN = [
  "www.example.org. 60 IN CNAME web.example.org.",
  "web.example.org. 60 IN CNAME edge.example.net.",
  "edge.example.net. 60 IN A 192.0.2.1",
];
const SIGNATURE = "A 13 3 60 20300101000000 20200101000000 7 example.org. AQIDBA==";
const NAME = "www.example.org. 60 IN";
const SOA = "example.org. 60 IN SOA ns1.example.org. hostmaster.example.org. 1 3600 900 604800 60";

Deno.test("a chain out of order reaches clients in order, from the upstream and from memory [1034_01]", async () => {
  const scene = cacheScene();
  nowSays(scene.upstream, { answers: records(CHAIN[2]!, CHAIN[0]!, CHAIN[1]!) });
  for (let i = 0; i < 2; i++) {
    const { answers } = await tell(scene, "www.example.org", { passMs: 0 });
    assertEquals(answers, CHAIN);
  }
  assertEquals(askedCount(scene), 1);
  await scene.settle();
});

for (
  const [what, answers] of [
    ["leads in a circle", [
      "www.example.org. 60 IN CNAME web.example.org.",
      "web.example.org. 60 IN CNAME www.example.org.",
    ]],
    ["has 65 links", [
      "www.example.org. 60 IN CNAME n1.example.org.",
      ...Array.from({ length: 64 }, (_, i) => `n${i + 1}.example.org. 60 IN CNAME n${i + 2}.example.org.`),
      "n65.example.org. 60 IN A 192.0.2.1",
    ]],
  ] as const
) {
  Deno.test(`a CNAME chain that ${what} gets SERVFAIL and is told why, and for a while nobody asks again [1034_02]`, async () => {
    const scene = cacheScene();
    nowSays(scene.upstream, { answers: records(...answers) });
    scene.upstream.onStreamQuery = scene.upstream.onQuery;
    for (let i = 0; i < 2; i++) {
      const { rcode, message } = await tell(scene, "www.example.org", { passMs: 0 });
      assertEquals([rcode, message.answers, askedCount(scene)], [RCODE.SERVFAIL, [], 1]);
      const last = ednsOf(message)!.options.map(readExtendedError).findLast((error) => error !== null);
      assertEquals(last!.text, "203.0.113.53:53 answers with a CNAME chain without an end");
    }
    await scene.settle();
  });
}

Deno.test("signatures and proofs that came unasked reach nobody without DO, from memory neither [4035_02]", async () => {
  const scene = cacheScene();
  const answers = records(`${NAME} A 192.0.2.1`, `${NAME} RRSIG ${SIGNATURE}`);
  const authorities = records(
    SOA,
    "a.example.org. 60 IN NSEC z.example.org. A",
    "example.org. 60 IN NS ns.example.net.",
  );
  nowSays(scene.upstream, { answers, authorities });
  for (let i = 0; i < 2; i++) {
    const { message } = await tell(scene, "www.example.org", { passMs: 0 });
    assertEquals(lines(message.answers), [`${NAME} A 192.0.2.1`]);
    assertEquals(lines(message.authorities), [SOA, "example.org. 60 IN NS ns.example.net."]);
  }
  assertEquals(askedCount(scene), 1);
  const signed = await tell(scene, "www.example.org", { passMs: 0, additionals: [opt({ wantsDnssec: true })] });
  assertEquals([lines(signed.message.answers), signed.message.authorities.length], [lines(answers), 3]);
  await scene.settle();
});

Deno.test("an address of three octets counts as no reply, and the one behind it as the answer [1035_13]", async () => {
  const scene = cacheScene();
  const [good] = records("www.example.org. 60 IN A 192.0.2.1");
  const { upstream } = scene;
  upstream.onQuery = (query) => {
    for (const rdata of [good!.rdata.slice(0, 3), good!.rdata]) {
      nowSays(upstream, { answers: [{ ...good!, rdata }] });
      upstream.onQuery(query);
    }
  };
  const { answers } = await tell(scene, "www.example.org", { passMs: 0 });
  assertEquals([answers, scene.app.counters.upstreamGarbled], [lines([good!]), 1]);
  await scene.settle();
});

/** Lets an upstream compress every name, as RFC 3597 §4 forbids. */
function nowOvercompresses(upstream: SceneUpstream, fields: Partial<Message>): void {
  const say = (query: ReceivedQuery) => {
    const { message } = query;
    const response = { ...message, isResponse: true, recursionAvailable: true, additionals: [opt()], ...fields };
    // What it has of the name asked for it spells as it was asked, and so points there.
    const answers = response.answers.map((answer) => spelledLike(answer, message.questions[0]!.name));
    upstream.reply(query, encodeWithPointers({ ...response, answers }));
  };
  upstream.onQuery = say;
}

/** The record with whatever its names have in common with `name` in its spelling. */
function spelledLike(record: ResourceRecord, name: Name): ResourceRecord {
  const [owner, rdata] = [record.name, record.rdata].map((octets) => {
    const spelled = octets.slice();
    for (let start = 0; name[start] !== 0; start += 1 + name[start]!) {
      const suffix = name.subarray(start);
      for (let at = 0; at + suffix.length <= spelled.length; at++) {
        if (isSameName(spelled.subarray(at, at + suffix.length), suffix)) spelled.set(suffix, at);
      }
    }
    return spelled;
  });
  return { ...record, name: owner!, rdata: rdata! };
}

const SPELLINGS = ["_dns._udp.exaMPLE.ORG", "_DNS._udp.Example.org", "_dns._udp.example.org", "_dns._udp.EXAMPLE.org"];

/** Asks for SRV and checks that the target has the asker's spelling, uncompressed, and the rest the zone's. */
function assertTarget(reply: Uint8Array, asked: string): void {
  const scan = new MessageScan();
  scan.scan(reply);
  const spelling = asked.slice("_dns._udp.".length);
  assertEquals([scan.isOvercompressed, lines(decode(reply).answers)], [false, [
    `${asked}. 60 IN SRV 0 5 53 Ns1.${spelling}.`,
    `${asked}. 60 IN SRV 0 5 53 Ns.example.net.`,
  ]]);
}

const TARGETS = ["SRV 0 5 53 Ns1.example.org.", "SRV 0 5 53 Ns.example.net."];
const SRV = TARGETS.map((target) => `_dns._udp.example.org. 60 IN ${target}`);

Deno.test("an SRV target that came compressed reaches each client in its own spelling, from memory too [3597_02, 4343_02]", async () => {
  const scene = cacheScene();
  nowOvercompresses(scene.upstream, { answers: records(...SRV) });
  for (const additionals of [[opt()], []]) {
    for (const asked of SPELLINGS) {
      const { octets } = await tell(scene, `${asked} SRV`, { passMs: 0, additionals });
      assertTarget(octets, asked);
    }
  }
  assertEquals(askedCount(scene), 1);
  // Neither when two questions are in one message, nor when the answer is stale.
  const { octets } = await tell(scene, `${SPELLINGS[0]} SRV`, {
    passMs: 0,
    questions: [question(`${SPELLINGS[1]} SRV`), question("www.example.org TXT")],
  });
  const first = lines(decode(octets).answers)[0];
  assertEquals(first, `${SPELLINGS[1]}. 60 IN SRV 0 5 53 Ns1.Example.org.`);
  scene.upstream.die();
  await scene.pass(61_000);
  const stale = await tell(scene, `${SPELLINGS[3]} SRV`);
  assertEquals(
    stale.answers,
    SRV.map((line) => {
      return line.replaceAll("example.org", "EXAMPLE.org").replace(" 60 ", " 30 ");
    }),
  );
  await scene.settle();
});

Deno.test("a name that an upstream spells in its own way, in full, is spelled by each client, from memory too [4343_02]", async () => {
  const scene = cacheScene();
  const [link, address] = records(
    "www.example.org. 60 IN CNAME Web.eXample.oRg.",
    "WEB.exAMPLE.org. 60 IN A 192.0.2.1",
  );
  scene.upstream.onQuery = (query) => {
    const { message } = query;
    const answers = [{ ...link!, name: message.questions[0]!.name }, address!];
    scene.upstream.reply(query, encode({ ...message, isResponse: true, additionals: [opt()], answers }));
  };
  for (const spelling of ["EXAMPLE.org", "example.ORG", "example.org", "Example.Org"]) {
    const { answers } = await tell(scene, `www.${spelling}`, { passMs: 0 });
    assertEquals(answers, [`www.${spelling}. 60 IN CNAME Web.${spelling}.`, `WEB.${spelling}. 60 IN A 192.0.2.1`]);
  }
  assertEquals(askedCount(scene), 1);
  await scene.settle();
});

Deno.test("an SRV target that an upstream writes in full as it was asked reaches each client in its own spelling [4343_02]", async () => {
  const scene = cacheScene();
  const target = records("x. 60 IN SRV 0 5 53 ns.example.org.")[0]!;
  scene.upstream.onQuery = (query) => {
    const { message } = query;
    const answers = [spelledLike({ ...target, name: message.questions[0]!.name }, message.questions[0]!.name)];
    scene.upstream.reply(query, encode({ ...message, isResponse: true, additionals: [opt()], answers }));
  };
  for (const spelling of ["EXAMPLE.org", "example.ORG", "example.org", "Example.Org"]) {
    const { answers } = await tell(scene, `_dns._udp.${spelling} SRV`, { passMs: 0 });
    assertEquals(answers, [`_dns._udp.${spelling}. 60 IN SRV 0 5 53 ns.${spelling}.`]);
  }
  assertEquals(askedCount(scene), 1);
  await scene.settle();
});

Deno.test("what a DNAME puts before its target comes in each client's spelling, from memory too [4343_02]", async () => {
  const scene = cacheScene();
  scene.upstream.onQuery = (query) => {
    const { message } = query;
    const asked = nameToText(message.questions[0]!.name);
    const target = asked.replace(/\.old\.example\.org\.$/i, ".new.example.net.");
    const answers = records(
      "old.example.org 60 IN DNAME new.example.net",
      `${asked} 60 IN CNAME ${target}`,
      `${target} 60 IN A 192.0.2.1`,
    );
    scene.upstream.reply(query, encode({ ...message, isResponse: true, additionals: [opt()], answers }), {
      afterMs: 50,
    });
  };
  const told = (start: string) => [
    "old.example.org. 60 IN DNAME new.example.net.",
    `${start}.old.example.org. 60 IN CNAME ${start}.new.example.net.`,
    `${start}.new.example.net. 60 IN A 192.0.2.1`,
  ];
  const starts = ["Host.A", "HOST.a", "host.a"];
  const clients = starts.map((start) => {
    const client = scene.client();
    client.ask([question(`${start}.old.example.org`)]);
    return client;
  });
  await scene.pass(100);
  assertEquals(clients.map(({ reply }) => lines(reply.message.answers)), starts.map(told));
  for (const start of ["hosT.A", "host.a"]) {
    assertEquals((await tell(scene, `${start}.old.example.org`, { passMs: 0 })).answers, told(start));
  }
  assertEquals(askedCount(scene), 1);
  await scene.settle();
});

Deno.test("who waits for another's exchange gets a compressed SRV target in its own spelling [3597_02, 4343_02]", async () => {
  const scene = cacheScene();
  const waiting: ReceivedQuery[] = [];
  scene.upstream.onQuery = (query) => void waiting.push(query);
  const clients = SPELLINGS.map((asked) => {
    const client = scene.client();
    client.ask([question(`${asked} SRV`)], { additionals: [opt()] });
    return { asked, client };
  });
  await scene.pass(10);
  nowOvercompresses(scene.upstream, { answers: records(...SRV) });
  assertEquals(waiting.length, 1);
  scene.upstream.onQuery!(waiting[0]!);
  await scene.pass(10);
  for (const { asked, client } of clients) assertTarget(client.reply.octets, asked);
  await scene.settle();
});
