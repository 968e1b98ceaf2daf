import { assertEquals, assertGreaterOrEqual, assertLessOrEqual } from "@std/assert";
import { readExtendedError } from "../../lib/wire/edns/edns.ts";
import { EDE, RCODE, TYPE } from "../../lib/wire/iana.ts";
import type { Message } from "../../lib/wire/message.ts";
import { isSameName, nameFromText } from "../../lib/wire/name.ts";
import { ednsOf, lines, opt, question, questionLines } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import { type ReceivedQuery, Scene } from "../support/scene.ts";

const ZONE = recordZone(
  "a.example.org 300 IN A 192.0.2.1",
  "b.example.org 300 IN A 192.0.2.2",
  "c.example.org 300 IN A 192.0.2.3",
  "c.example.org 300 IN MX 10 mail.example.org",
);
const A = question("a.example.org");
const B = question("b.example.org");
const C = question("c.example.org");

/** Answers all questions but those for `name`. */
function silentFor(scene: Scene, name: string): (query: ReceivedQuery) => void {
  return (query) => {
    if (!isSameName(query.message.questions[0]!.name, nameFromText(name))) scene.upstream.answer(query);
  };
}

function extendedErrors(reply: Message) {
  return ednsOf(reply)!.options.map(readExtendedError);
}

Deno.test("several questions go upstream one by one, and come back in one reply, in order [9619_01, 1035_05]", async () => {
  const scene = new Scene({ zone: ZONE });
  const client = scene.client();
  client.ask([C, A, B]);
  await scene.settle();
  const asked = scene.upstream.queries.map(({ message }) => questionLines(message.questions));
  // The letter case is random, see docs/.
  assertEquals(asked.map(([line]) => [`${line!.slice(0, 14).toLowerCase()}${line!.slice(14)}`]), [
    ["c.example.org. IN A"],
    ["a.example.org. IN A"],
    ["b.example.org. IN A"],
  ]);
  const { message } = client.reply;
  assertEquals([message.id, message.rcode, message.recursionAvailable], [0x1234, RCODE.NOERROR, true]);
  assertEquals(questionLines(message.questions), ["c.example.org. IN A", "a.example.org. IN A", "b.example.org. IN A"]);
  assertEquals(lines(message.answers), [
    "c.example.org. 300 IN A 192.0.2.3",
    "a.example.org. 300 IN A 192.0.2.1",
    "b.example.org. 300 IN A 192.0.2.2",
  ]);
});

Deno.test("a question that stands twice is asked once and answered once, and appears twice in its spellings", async () => {
  const scene = new Scene({ zone: ZONE });
  const client = scene.client();
  client.ask([question("A.example.org"), B, A]);
  await scene.settle();
  assertEquals(scene.upstream.queries.length, 2);
  const { message } = client.reply;
  assertEquals(questionLines(message.questions), ["A.example.org. IN A", "b.example.org. IN A", "a.example.org. IN A"]);
  assertEquals(lines(message.answers), ["A.example.org. 300 IN A 192.0.2.1", "b.example.org. 300 IN A 192.0.2.2"]);
});

Deno.test("[multi_07] a part without an answer: the others go out at the deadline, and EDE 22 names the missing one", async () => {
  const scene = new Scene({ zone: ZONE });
  scene.upstream.onQuery = silentFor(scene, "b.example.org");
  const client = scene.client();
  const startMs = scene.nowMs;
  client.ask([A, B, C], { additionals: [opt()] });
  await scene.settle();
  const { message, atMs } = client.reply;
  assertGreaterOrEqual(atMs - startMs, 2000);
  assertLessOrEqual(atMs - startMs, 2010);
  assertEquals(message.rcode, RCODE.NOERROR);
  assertEquals(lines(message.answers), ["a.example.org. 300 IN A 192.0.2.1", "c.example.org. 300 IN A 192.0.2.3"]);
  assertEquals(extendedErrors(message), [
    { infoCode: EDE.NO_REACHABLE_AUTHORITY, text: "b.example.org. A: No reply from 203.0.113.53:53 in time" },
  ]);
});

Deno.test("[multi_07] all parts without an answer: SERVFAIL, and EDE 22 for each", async () => {
  const scene = new Scene({ zone: ZONE });
  scene.upstream.fallSilent();
  const client = scene.client();
  client.ask([A, B], { additionals: [opt()] });
  await scene.settle();
  const { message } = client.reply;
  assertEquals(message.rcode, RCODE.SERVFAIL);
  assertEquals(message.answers, []);
  assertEquals(extendedErrors(message).map((error) => error?.infoCode), [22, 22]);
  assertEquals(questionLines(message.questions), ["a.example.org. IN A", "b.example.org. IN A"]);
});

Deno.test("negative parts: NOERROR when one has an answer, the SOA of the others is kept once", async () => {
  const scene = new Scene({ zone: ZONE });
  const client = scene.client();
  client.ask([A, question("nowhere.example.org"), question("c.example.org AAAA")]);
  await scene.settle();
  const { message } = client.reply;
  assertEquals(message.rcode, RCODE.NOERROR);
  assertEquals(message.authorities.map((record) => record.type), [TYPE.SOA]);
});

Deno.test("formerr mode: several questions are rejected and nothing goes upstream [9619_02]", async () => {
  const scene = new Scene({ zone: ZONE, config: { multiQuestion: "formerr" } });
  const client = scene.client();
  client.ask([A, B]);
  await scene.settle();
  assertEquals(client.reply.message.rcode, RCODE.FORMERR);
  assertEquals(scene.upstream.queries, []);
});

Deno.test("a message without questions is not malformed by that [9619_03]", async () => {
  const scene = new Scene({ config: { multiQuestion: "formerr" } });
  const client = scene.client();
  client.ask([]);
  await scene.settle();
  assertEquals([client.reply.message.rcode, client.reply.octets.length], [RCODE.NOERROR, 12]);
});

Deno.test("[multi_06] over TCP several questions never get TC: what is too much for one message is SERVFAIL, and UDP may ask one by one", async () => {
  const many = Array.from({ length: 129 }, (_, i) => `a.example.org 300 IN A 192.0.2.${i}`);
  // Each fits into a message, and two do not.
  const long = ["b.example.org", "c.example.org"].flatMap((name) => {
    return Array.from({ length: 128 }, (_, i) => `${name} 300 IN TXT ${String(i).padEnd(255, "x")} ${"x".repeat(150)}`);
  });
  const scene = new Scene({ zone: recordZone(...many, ...long, "d.example.org 300 IN A 192.0.2.4") });
  const questionLists = [
    [question("d.example.org"), A],
    [question("b.example.org TXT"), question("c.example.org TXT")],
  ];
  for (const questions of questionLists) {
    const streamClient = await scene.streamClient();
    streamClient.ask(questions, { additionals: [opt()] });
    const client = scene.client();
    client.ask(questions);
    await scene.pass(100);
    const { message } = streamClient.reply;
    assertEquals([message.rcode, message.isTruncated, message.answers], [RCODE.SERVFAIL, false, []]);
    assertEquals(extendedErrors(message), [{ infoCode: EDE.OTHER, text: "Too much for one message, ask one by one" }]);
    assertEquals([client.reply.message.rcode, client.reply.message.isTruncated], [RCODE.NOERROR, true]);
  }
  await scene.settle();
});
