import { FairShare } from "../../../lib/base/time/fair_share.ts";
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import type { QuestionHash } from "../../../lib/names/question_hash.ts";
import { Coalesce, WAITERS_MAX } from "../../../lib/resolver/sharing/coalesce.ts";
import { CHANNELS, Client } from "../../../lib/resolver/client.ts";
import { Query } from "../../../lib/resolver/query.ts";
import { finish } from "../../support/finish.ts";
import { EDE, RCODE } from "../../../lib/wire/iana.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { fakeDeadlines, FakeTime, settled } from "../../support/fake_time.ts";
import { lines, opt, question, questionLines, records } from "../../support/messages.ts";
import { clientQuery, questionHash, responseTo, StubResolver } from "../../support/resolving.ts";
import { Reply } from "../../../lib/resolver/reply.ts";

type Octets = Uint8Array<ArrayBuffer>;

const ANSWERS = records("example.org 9 IN A 192.0.2.1");

/** Coalescing in front of a resolver that waits: `answer(i)` lets it answer what it was asked as number `i`. */
function setUp(hash: Pick<QuestionHash, "hash"> = questionHash()) {
  const pending: PromiseWithResolvers<Octets>[] = [];
  const next = new StubResolver(() => {
    pending.push(Promise.withResolvers<Octets>());
    return pending.at(-1)!.promise;
  });
  const calls = { failedTogether: 0 };
  const { deadlines, time } = fakeDeadlines();
  const coalesce = new Coalesce({
    next,
    hash,
    deadlines,
    share: new FairShare(time),
    onFailedTogether: () => calls.failedTogether++,
    areKnownBad: () => false,
  });
  const answer = async (i: number, fields: Partial<Message> = { answers: ANSWERS }) => {
    pending[i]!.resolve(responseTo(next.queries[i]!, fields));
    await settled();
  };
  return { coalesce, next, pending, answer, calls, deadlines, time };
}

function query(fields: Partial<Message> = {}): Query {
  return clientQuery({ questions: [question("example.org")], ...fields });
}

Deno.test("[5452_05] Coalesce asks once for thirty identical questions, and gives each octets of its own", async () => {
  const { coalesce, next, answer } = setUp();
  const replies = Array.from({ length: 30 }, (_, id) => coalesce.resolve(query({ id })));
  assertEquals(next.queries.length, 1);
  await answer(0);
  const octets = await Promise.all(replies);
  assertEquals(new Set(octets.map(({ octets }) => octets.buffer)).size, 30);
  for (const reply of octets) assertEquals(lines(decode(reply.octets).answers), ["example.org. 9 IN A 192.0.2.1"]);
});

Deno.test("[5452_05] Coalesce lets clients on streams share an exchange, whatever their channels, and not with UDP", () => {
  const { coalesce, next } = setUp();
  const { wire } = query();
  for (const channel of CHANNELS) {
    coalesce.resolve(new Query({ wire, client: new Client("198.51.100.7", channel), deadlineMs: 2000 }));
  }
  assertEquals(next.queries.map(({ client }) => client.isStream), [false, true]);
});

Deno.test("[5452_05] Coalesce asks anew when the answer has been given", async () => {
  const { coalesce, next, answer } = setUp();
  for (let i = 0; i < 3; i++) {
    const reply = coalesce.resolve(query());
    await answer(i);
    await reply;
  }
  assertEquals(next.queries.length, 3);
});

Deno.test("Coalesce lets nobody wait for an exchange that ends after the query's own deadline", async () => {
  const { coalesce, next, answer } = setUp();
  const resolve = (deadlineMs: number) => {
    return coalesce.resolve(clientQuery({ questions: [question("example.org")] }, deadlineMs));
  };
  const late = resolve(3000);
  // So late comes the part of a query that has already waited for something else.
  const early = resolve(2000);
  assertEquals(next.queries.map(({ deadlineMs }) => deadlineMs), [3000, 2000]);
  const shared = [resolve(2000), resolve(2500), resolve(3500)];
  assertEquals(next.queries.length, 2);
  await answer(0);
  await late;
  shared.push(resolve(4000));
  assertEquals(next.queries.length, 2);
  await answer(1);
  await Promise.all([early, ...shared]);
  resolve(4000);
  assertEquals(next.queries.length, 3);
  await answer(2);
});

const APART: readonly [what: string, fields: Partial<Message>][] = [
  ["another name", { questions: [question("example.com")] }],
  ["another type", { questions: [question("example.org AAAA")] }],
  ["another class", { questions: [question("example.org A 3")] }],
  ["RD=0", { recursionDesired: false }],
  ["CD", { checkingDisabled: true }],
  ["DO", { additionals: [opt({ wantsDnssec: true })] }],
];

for (const [what, fields] of APART) {
  Deno.test(`[4035_04] Coalesce asks by itself for a question with ${what}`, async () => {
    const { coalesce, next, answer } = setUp();
    const replies = [coalesce.resolve(query()), coalesce.resolve(query(fields))];
    assertEquals(next.queries.length, 2);
    await answer(1);
    await answer(0);
    await Promise.all(replies);
  });
}

const TOGETHER: readonly [what: string, fields: Partial<Message>][] = [
  ["another ID", { id: 7 }],
  ["another spelling", { questions: [question("eXample.ORG")] }],
  ["AD", { isAuthenticData: true }],
  ["EDNS without DO", { additionals: [opt()] }],
  ["another UDP size", { additionals: [opt({ udpPayloadOctets: 4096 })] }],
  ["bits that mean nothing in a query", { isAuthoritative: true, recursionAvailable: true }],
];

for (const [what, fields] of TOGETHER) {
  Deno.test(`[5452_05] Coalesce asks once for a question with ${what}`, async () => {
    const { coalesce, next, answer } = setUp();
    const replies = [coalesce.resolve(query()), coalesce.resolve(query(fields))];
    assertEquals(next.queries.length, 1);
    await answer(0);
    await Promise.all(replies);
  });
}

Deno.test("Coalesce tells types and classes apart that would fold like letters", async () => {
  const { coalesce, next, answer } = setUp();
  // 0x4161 and 0x6161 are "Aa" and "aa".
  const replies = ["TYPE16737", "TYPE24929", "A 16737", "A 24929"].map((rest) => {
    return coalesce.resolve(query({ questions: [question(`example.org ${rest}`)] }));
  });
  assertEquals(next.queries.length, 4);
  for (const i of [0, 1, 2, 3]) await answer(i);
  await Promise.all(replies);
});

Deno.test("[4343_02] Coalesce leaves each waiter its spelling, ID and OPT when its reply is finished", async () => {
  const { coalesce, answer } = setUp();
  const queries = [
    query({ id: 1 }),
    query({ id: 2, questions: [question("EXAMPLE.org")], additionals: [opt()] }),
    query({ id: 3, questions: [question("example.ORG")] }),
  ];
  const replies = queries.map((query) => coalesce.resolve(query));
  await answer(0);
  const finished = (await Promise.all(replies)).map((reply, i) => decode(finish(reply, queries[i]!)));
  assertEquals(
    finished.map(({ id, questions, answers, additionals }) => {
      return [id, ...questionLines(questions), ...lines(answers), additionals.length];
    }),
    [
      [1, "example.org. IN A", "example.org. 9 IN A 192.0.2.1", 0],
      [2, "EXAMPLE.org. IN A", "EXAMPLE.org. 9 IN A 192.0.2.1", 1],
      [3, "example.ORG. IN A", "example.ORG. 9 IN A 192.0.2.1", 0],
    ],
  );
});

Deno.test("[2.1.3] Coalesce refuses those beyond a thousand that wait for one answer, and says why", async () => {
  const { coalesce, next, answer } = setUp();
  const replies = Array.from({ length: WAITERS_MAX }, () => coalesce.resolve(query()));
  const excess = query();
  const refused = coalesce.resolve(excess);
  assert(refused instanceof Reply);
  assertEquals([WAITERS_MAX, decode(refused.octets).rcode, decode(refused.octets).recursionAvailable], [
    1000,
    RCODE.REFUSED,
    true,
  ]);
  assertEquals(excess.reply.extendedErrors.map(({ infoCode }) => infoCode), [EDE.OTHER]);
  // Another question is not concerned.
  const other = coalesce.resolve(query({ questions: [question("example.com")] }));
  await answer(0);
  await answer(1);
  assertEquals([(await Promise.all([...replies, other])).length, next.queries.length], [1001, 2]);
});

Deno.test("[8914_02] Coalesce tells every waiter why it failed, and each of them once", async () => {
  const { coalesce, next, answer, calls } = setUp();
  const queries = [query(), query(), query()];
  const replies = queries.map((query) => coalesce.resolve(query));
  const error = { infoCode: EDE.NO_REACHABLE_AUTHORITY, text: "No reply" };
  next.queries[0]!.reply.extendedErrors.push(error);
  await answer(0, { rcode: RCODE.SERVFAIL });
  assertEquals((await Promise.all(replies)).map((reply) => reply.rcode), [2, 2, 2]);
  assertEquals(queries.map(({ reply: { extendedErrors } }) => extendedErrors), [[error], [error], [error]]);
  assertEquals(calls.failedTogether, 1);
});

Deno.test("Coalesce does not tell of a failure that only one has waited for, nor of an answer for many", async () => {
  const { coalesce, answer, calls } = setUp();
  const alone = coalesce.resolve(query());
  await answer(0, { rcode: RCODE.SERVFAIL });
  await alone;
  const many = [query(), query()].map((query) => coalesce.resolve(query));
  await answer(1);
  await Promise.all(many);
  assertEquals(calls.failedTogether, 0);
});

Deno.test("Coalesce rejects for all when the next resolver does, and asks anew afterwards", async () => {
  const { coalesce, next, pending, answer } = setUp();
  const failed = [query(), query()].map((query) => assertRejects(async () => await coalesce.resolve(query), TypeError));
  pending[0]!.reject(new TypeError("broken"));
  await Promise.all(failed);
  const reply = coalesce.resolve(query());
  await answer(1);
  await reply;
  assertEquals(next.queries.length, 2);
});

Deno.test("Coalesce hands on at once what is known at once", () => {
  const next = new StubResolver((query) => {
    query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text: "known" });
    return responseTo(query);
  });
  const coalesce = new Coalesce({
    next,
    hash: questionHash(),
    share: new FairShare(new FakeTime()),
    deadlines: fakeDeadlines().deadlines,
    onFailedTogether: () => {},
    areKnownBad: () => false,
  });
  const asked = query();
  assert(coalesce.resolve(asked) instanceof Reply);
  assertEquals([asked.reply.extendedErrors.length, next.queries.length], [1, 1]);
});

Deno.test("Coalesce keeps what it asks for others when the first asker's buffer goes to another datagram", async () => {
  const { coalesce, next, answer } = setUp();
  const first = query({ id: 1 });
  const second = query({ id: 2 });
  const replies = [coalesce.resolve(first), coalesce.resolve(second)];
  // The first asker is refused while it waits, so its buffer is free.
  first.wire.fill(0xff);
  assertEquals(questionLines(decode(next.queries[0]!.wire).questions), ["example.org. IN A"]);
  await answer(0);
  const reply = await replies[1]!;
  assertEquals(lines(decode(finish(reply, second)).answers), ["example.org. 9 IN A 192.0.2.1"]);
  assertStrictEquals(next.queries[0]!.client, first.client);
});

Deno.test("Coalesce tells questions apart whose hashes are the same, in whatever order they are answered", async () => {
  const names = ["a.example", "b.example", "c.example"];
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 0, 2]]) {
    const { coalesce, next, answer } = setUp({ hash: () => 7 });
    const ask = (name: string) => coalesce.resolve(query({ questions: [question(name)] }));
    const replies = [...names, ...names].map(ask);
    for (const i of order) await answer(i, {});
    const answered = await Promise.all(
      replies.map(async (reply) => questionLines(decode((await reply).octets).questions)[0]),
    );
    assertEquals(answered, [...names, ...names].map((name) => `${name}. IN A`));
    assertEquals(next.queries.length, 3);
    // Nothing is left: each is asked anew.
    for (const name of names) ask(name);
    assertEquals(next.queries.length, 6);
  }
});

Deno.test("Coalesce copies a large reply for many by turns: others are heard meanwhile", async () => {
  const { coalesce, pending, next, time } = setUp();
  const asked = Array.from({ length: 100 }, (_, id) => query({ id }));
  let answered = 0;
  const replies = asked.map((query) => coalesce.resolve(query));
  for (const reply of replies) Promise.resolve(reply).then(() => answered++);
  const answers = new Array(3500).fill(ANSWERS[0]!);
  next.queries[0]!.reply.extendedErrors.push({ infoCode: EDE.OTHER, text: "known" });
  pending[0]!.resolve(responseTo(next.queries[0]!, { answers }));
  await settled();
  assert(answered > 0 && answered < 5);
  await time.passAndSettle(100);
  assertEquals(answered, 100);
  assertEquals(new Set(await Promise.all(replies)).size, 100);
  assert(asked.every(({ reply: { extendedErrors } }) => extendedErrors.length === 1));
});
