import { assertEquals, assertLessOrEqual, assertNotEquals } from "@std/assert";
import { EDNS_OPTION, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { encode } from "../../lib/wire/message.ts";
import { ednsOf, lines, opt, question } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import { type ReceivedQuery, Scene } from "../support/scene.ts";

const ANSWER = ["example.org. 300 IN A 192.0.2.1"];

function hasOpt({ message }: ReceivedQuery): boolean {
  return message.additionals.some((record) => record.type === TYPE.OPT);
}

for (const edns of ["formerr", "notimp"] as const) {
  Deno.test(`an upstream that rejects EDNS with a bare ${edns} is asked again without [6891_08, 5452_06]`, async () => {
    const scene = new Scene({ habits: { edns } });
    const client = scene.client();
    client.ask([question("example.org")], { additionals: [opt()] });
    await scene.settle();
    assertEquals(lines(client.reply.message.answers), ANSWER);
    assertEquals(ednsOf(client.reply.message)?.version, 0);
    assertEquals(scene.upstream.queries.map(hasOpt), [true, false]);
  });
}

Deno.test("an upstream that answers without OPT is believed, and the client still gets ours [6891_04]", async () => {
  const scene = new Scene({ habits: { edns: "ignores" } });
  const client = scene.client();
  client.ask([question("example.org")], { additionals: [opt({ wantsDnssec: true })] });
  await scene.settle();
  assertEquals(lines(client.reply.message.answers), ANSWER);
  assertEquals(ednsOf(client.reply.message), {
    udpPayloadOctets: 1232,
    extendedRcode: 0,
    version: 0,
    wantsDnssec: true,
    options: [],
  });
  assertEquals(scene.upstream.queries.length, 1);
});

Deno.test("a client without EDNS gets no OPT, and the upstream is asked with ours [6891_04]", async () => {
  const scene = new Scene();
  const client = scene.client();
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(client.reply.message.additionals, []);
  assertEquals(scene.upstream.queries.map(hasOpt), [true]);
});

Deno.test("a client's options and its size beyond ours do not go upstream [6891_06, 6891_09]", async () => {
  const scene = new Scene();
  const client = scene.client();
  const cookie = { code: 10, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) };
  client.ask([question("example.org")], { additionals: [opt({ udpPayloadOctets: 4096, options: [cookie] })] });
  await scene.settle();
  const { options, ...edns } = ednsOf(scene.upstream.queries[0]!.message)!;
  assertEquals(edns, { udpPayloadOctets: 1232, extendedRcode: 0, version: 0, wantsDnssec: false });
  assertEquals(options.map(({ code }) => code), [EDNS_OPTION.COOKIE]);
  assertNotEquals(options[0]!.data, cookie.data);
  const [echoed] = ednsOf(client.reply.message)!.options;
  assertEquals(echoed!.data.subarray(0, 8), cookie.data);
});

Deno.test("RD, AD and CD go upstream as asked, and RD and CD come back [4035_01, 1035_05]", async () => {
  const scene = new Scene();
  const client = scene.client();
  client.ask([question("example.org")], { recursionDesired: false, checkingDisabled: true, isAuthenticData: true });
  await scene.settle();
  const asked = scene.upstream.queries[0]!.message;
  assertEquals([asked.recursionDesired, asked.checkingDisabled, asked.isAuthenticData], [false, true, true]);
  const { message } = client.reply;
  assertEquals([message.recursionDesired, message.checkingDisabled], [false, true]);
});

Deno.test("a rejection of EDNS is learned for a quarter of an hour, then put to the test again", async () => {
  const zone = recordZone("example.org 300 IN A 192.0.2.1", "example.net 300 IN A 192.0.2.1");
  const scene = new Scene({ habits: { edns: "formerr" }, zone });
  const ask = async (name: string) => {
    scene.client().ask([question(name)]);
    await scene.pass(1);
  };
  for (const name of ["example.org", "example.net", "example.org"]) await ask(name);
  await scene.pass(15 * 60_000);
  await ask("example.net");
  await scene.settle();
  assertEquals(scene.upstream.queries.map(hasOpt), [true, false, true, false, false, true, false]);
});

Deno.test("a late rejection of EDNS is followed by a third send, without EDNS, and by no fourth [9520_04]", async () => {
  const scene = new Scene({ habits: { edns: "formerr" }, config: { timeoutMs: 500 } });
  scene.upstream.onQuery = (query) => {
    // The second one is sent at half time; each rejection would call for one more.
    if (hasOpt(query)) scene.upstream.answer(query, { afterMs: 400 - 250 * (scene.upstream.queries.length - 1) });
  };
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(client.reply.message.rcode, RCODE.SERVFAIL);
  assertLessOrEqual(client.reply.atMs - startMs, 510);
  assertEquals(scene.upstream.queries.map(hasOpt), [true, true, false]);
});

for (const upstreamSockets of [1, 4]) {
  Deno.test(`an upstream that demands cookies and does not echo letter case is found out in three sends; sockets: ${upstreamSockets} [9520_04, 7873_04, 0x20_02]`, async () => {
    const scene = new Scene({ habits: { cookies: "demands", lowersCase: true }, config: { upstreamSockets } });
    const client = scene.client();
    client.ask([question("example.org")]);
    await scene.settle();
    assertEquals(lines(client.reply.message.answers), ANSWER);
    assertEquals(scene.upstream.queries.length, 3);
  });
}

Deno.test("when an upstream never likes our cookie, the next one's answer is used [7873_04]", async () => {
  const scene = new Scene({ upstreamCount: 2 });
  const { upstream } = scene;
  // As a server does that cannot tell who asks, over either transport.
  upstream.onQuery = upstream.onStreamQuery = (query) => {
    const additionals = [opt({ extendedRcode: RCODE.BADCOOKIE >> 4 })];
    const fields = { isResponse: true, rcode: RCODE.BADCOOKIE & 0xf, additionals };
    upstream.reply(query, encode({ ...query.message, ...fields }));
  };
  const client = scene.client();
  client.ask([question("example.org")]);
  await scene.settle();
  assertEquals(lines(client.reply.message.answers), ANSWER);
});
