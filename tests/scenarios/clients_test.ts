import { assertEquals } from "@std/assert";
import { RCODE } from "../../lib/wire/iana.ts";
import { lines, question, wire } from "../support/messages.ts";
import type { Zone } from "../support/scripted_upstream.ts";
import { Scene } from "../support/scene.ts";

/** Each name has an address of its own: that of its first label's number. */
const NUMBERED: Zone = (asked) => {
  const number = Number(new TextDecoder().decode(asked.name.subarray(2, 1 + asked.name[0]!)));
  return {
    rcode: RCODE.NOERROR,
    answers: [{ ...asked, ttl: 60, rdata: Uint8Array.of(192, 0, 2, number) }],
    authorities: [],
    additionals: [],
    isTruncated: false,
    isAuthenticData: false,
  };
};

Deno.test("100 clients that use the same ID at the same time each get the answer to their own question", async () => {
  const scene = new Scene({ zone: NUMBERED });
  scene.upstream.onQuery = (query) => {
    // The later asked, the earlier answered.
    scene.upstream.answer(query, { afterMs: 100 - scene.upstream.queries.length / 2 });
  };
  const clients = Array.from({ length: 100 }, () => scene.client());
  clients.forEach((client, i) => client.ask([question(`n${i}.example.org`)], { id: 7 }));
  await scene.settle();
  clients.forEach(({ reply }, i) => {
    assertEquals(reply.message.id, 7);
    assertEquals(lines(reply.message.answers), [`n${i}.example.org. 60 IN A 192.0.2.${i}`]);
  });
});

Deno.test("one client that uses one ID for many questions gets a reply for each, with its question", async () => {
  const scene = new Scene({ zone: NUMBERED });
  const client = scene.client();
  for (let i = 0; i < 50; i++) client.ask([question(`n${i}.example.org`)], { id: 7 });
  await scene.settle();
  assertEquals(client.replies.map(({ message }) => lines(message.answers)).flat().toSorted(), [
    ...Array.from({ length: 50 }, (_, i) => `n${i}.example.org. 60 IN A 192.0.2.${i}`).toSorted(),
  ]);
});

Deno.test("clients that cannot be answered do not hold up those that can", async () => {
  const scene = new Scene({ zone: NUMBERED });
  scene.upstream.onQuery = (query) => {
    if (query.message.questions[0]!.name[0] === 2) scene.upstream.answer(query);
  };
  const waiting = Array.from({ length: 300 }, () => scene.client());
  for (const client of waiting) client.ask([question("n99.example.org")]);
  const served = scene.client();
  const startMs = scene.nowMs;
  served.ask([question("n1.example.org")]);
  await scene.settle();
  assertEquals(served.reply.atMs, startMs);
  assertEquals(waiting.map(({ reply }) => reply.message.rcode), waiting.map(() => RCODE.SERVFAIL));
});

Deno.test("less than a header, and responses, are met with silence [1035_11]", async () => {
  const scene = new Scene();
  const client = scene.client();
  const query = wire({ id: 1, questions: [question("example.org")] });
  for (let length = 0; length < 12; length++) client.send(query.slice(0, length));
  client.send(wire({ id: 1, isResponse: true, questions: [question("example.org")] }));
  await scene.settle();
  assertEquals(client.replies, []);
  assertEquals(scene.upstream.queries, []);
  assertEquals(scene.app.counters.ignored, 13);
});

Deno.test("fixed-answer mode answers at once, with RA=0, and sends nothing upstream [1035_05]", async () => {
  const scene = new Scene({ config: { upstreams: [] } });
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([question("Example.org"), question("example.net")]);
  await scene.settle();
  assertEquals(client.reply.atMs, startMs);
  assertEquals(client.reply.message.recursionAvailable, false);
  assertEquals(lines(client.reply.message.answers), [
    "Example.org. 60 IN A 127.0.0.1",
    "example.net. 60 IN A 127.0.0.1",
  ]);
  assertEquals(scene.upstream.queries, []);
});

Deno.test("a network without a rate asks as much as it likes, and its neighbours do not", async () => {
  const scene = new Scene({ zone: NUMBERED, config: { rateLimit: 1, rateLimitExempt: ["198.51.100.0/25"] } });
  const [exempt, other] = [scene.client("198.51.100.7"), scene.client("203.0.113.7")];
  for (let i = 0; i < 20; i++) for (const client of [exempt, other]) client.ask([question(`n${i}.example.org`)]);
  await scene.settle();
  const limited = [exempt, other].map(({ replies }) => replies.filter(({ message }) => message.isTruncated).length);
  assertEquals(limited, [0, 10]);
});
