import { assertEquals, assertLessOrEqual, assertStringIncludes } from "@std/assert";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { EDE, RCODE } from "../../lib/wire/iana.ts";
import { encode, type Message } from "../../lib/wire/message.ts";
import { ednsOf, lines, opt, question } from "../support/messages.ts";
import { type ReceivedQuery, Scene } from "../support/scene.ts";
import type { SceneUpstream } from "../support/scene_upstream.ts";

const ANSWER = ["example.org. 300 IN A 192.0.2.1"];

/** What becomes of TCP at an upstream whose replies do not fit into datagrams, and how long others' answers take then. */
const TCP_FAULTS: readonly {
  readonly what: string;
  readonly spoil: (upstream: SceneUpstream) => void;
  readonly infoCode: number;
  readonly withinMs: number;
}[] = [
  {
    what: "refuses connections",
    spoil: (upstream) => upstream.refuseStreams(),
    infoCode: EDE.NETWORK_ERROR,
    withinMs: 0,
  },
  {
    what: "closes connections",
    spoil: (upstream) => upstream.onStreamQuery = ({ stream }) => stream!.close(),
    infoCode: EDE.NETWORK_ERROR,
    withinMs: 0,
  },
  {
    what: "is silent",
    spoil: (upstream) => upstream.onStreamQuery = () => {},
    infoCode: EDE.NO_REACHABLE_AUTHORITY,
    withinMs: 150,
  },
  {
    what: "truncates there as well",
    spoil: (upstream) => {
      upstream.onStreamQuery = (query) => upstream.reply(query, truncatedResponse(query));
    },
    infoCode: EDE.NETWORK_ERROR,
    withinMs: 0,
  },
];

function truncatedResponse({ message }: ReceivedQuery) {
  return encode({ ...message, isResponse: true, isTruncated: true, additionals: [] });
}

function errorsOf(message: Message) {
  return (ednsOf(message)?.options ?? []).map(readExtendedError).filter((error) => error !== null);
}

for (const { what, spoil, infoCode, withinMs } of TCP_FAULTS) {
  Deno.test(`a client on TCP gets SERVFAIL, and never TC, when the upstream truncates over UDP and ${what} over TCP [7766_09]`, async () => {
    const scene = new Scene({ habits: { truncates: true } });
    spoil(scene.upstream);
    const client = await scene.streamClient();
    client.ask([question("example.org")], { additionals: [opt()] });
    await scene.settle();
    const { message } = client.reply;
    assertEquals([message.rcode, message.isTruncated, message.answers], [RCODE.SERVFAIL, false, []]);
    const [error] = errorsOf(message);
    assertEquals(error?.infoCode, infoCode);
    assertStringIncludes(error!.text, "203.0.113.53:53 over TCP");
  });

  Deno.test(`a client on UDP gets the truncated reply when the upstream ${what} over TCP: it may come back [5625_04]`, async () => {
    const scene = new Scene({ habits: { truncates: true } });
    spoil(scene.upstream);
    const client = scene.client();
    client.ask([question("example.org")], { additionals: [opt()] });
    await scene.settle();
    const { message } = client.reply;
    assertEquals([message.rcode, message.isTruncated, errorsOf(message)], [RCODE.NOERROR, true, []]);
    assertLessOrEqual(scene.upstream.queries.length, 3);
  });

  for (const transport of ["UDP", "TCP"] as const) {
    Deno.test(`a client on ${transport} gets the next upstream's whole answer when the first one ${what} over TCP [7766_10]`, async () => {
      const scene = new Scene({ upstreamCount: 2, habits: { truncates: true } });
      spoil(scene.upstreams[0]!);
      for (let i = 0; i < 12; i++) {
        const client = transport === "TCP" ? await scene.streamClient() : scene.client();
        const startMs = scene.nowMs;
        client.ask([question("example.org")], { additionals: [opt()] });
        await scene.pass(2100);
        assertEquals([client.reply.message.isTruncated, lines(client.reply.message.answers)], [false, ANSWER]);
        assertLessOrEqual(client.reply.atMs - startMs, withinMs);
      }
      // What it answers over UDP, it is still asked.
      assertEquals(scene.upstreams[0]!.queries.length, 12);
      assertEquals(scene.world.lines.filter((line) => line.includes("is down")), []);
      await scene.settle();
    });
  }
}

Deno.test("a truncated reply counts for more than another upstream's refusal, and over TCP neither is an answer", async () => {
  const scene = new Scene({ upstreamCount: 2, habits: { truncates: true } });
  scene.upstreams[0]!.refuseStreams();
  const refusing = scene.upstreams[1]!;
  refusing.onQuery = (query) => {
    refusing.reply(query, encode({ ...query.message, isResponse: true, rcode: RCODE.REFUSED, additionals: [] }));
  };
  const client = scene.client();
  client.ask([question("example.org")]);
  const streamClient = await scene.streamClient();
  streamClient.ask([question("example.org")]);
  await scene.settle();
  assertEquals([client.reply.message.rcode, client.reply.message.isTruncated], [RCODE.NOERROR, true]);
  assertEquals([streamClient.reply.message.rcode, streamClient.reply.message.isTruncated], [RCODE.SERVFAIL, false]);
});

Deno.test("that the whole answer is not to be had does not keep a client on UDP from what fits [5625_04]", async () => {
  const scene = new Scene({ habits: { truncates: true }, config: { cacheSizeMib: 1 } });
  scene.upstream.refuseStreams();
  const streamClient = await scene.streamClient();
  streamClient.ask([question("example.org")]);
  await scene.pass(10);
  assertEquals(streamClient.reply.message.rcode, RCODE.SERVFAIL);
  const client = scene.client();
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals([client.reply.message.rcode, client.reply.message.isTruncated], [RCODE.NOERROR, true]);
});

Deno.test("a client on UDP gets the truncated reply as soon as TCP is overdue, and the whole one if it comes before [5625_04]", async () => {
  const scene = new Scene({ habits: { truncates: true } });
  const { upstream } = scene;
  const ask = async () => {
    const client = scene.client();
    const startMs = scene.nowMs;
    client.ask([question("example.org")], { additionals: [opt()] });
    await scene.pass(2100);
    return [client.reply.message.isTruncated, client.reply.atMs - startMs];
  };
  // Nothing tells yet how long it takes.
  upstream.onStreamQuery = () => {};
  const [isTruncated, firstMs] = await ask();
  assertEquals(isTruncated, true);
  assertLessOrEqual(firstMs as number, 1020);
  upstream.onStreamQuery = (query) => upstream.answer(query, { afterMs: 900 });
  assertEquals(await ask(), [false, 900]);
  upstream.onStreamQuery = (query) => upstream.answer(query, { afterMs: 20 });
  for (let i = 0; i < 30; i++) {
    assertEquals(await ask(), [false, 20]);
    await scene.pass(300_000);
  }
  upstream.onStreamQuery = () => {};
  const [isTruncatedAgain, lastMs] = await ask();
  assertEquals(isTruncatedAgain, true);
  assertLessOrEqual(lastMs as number, 520);
  await scene.settle();
});
