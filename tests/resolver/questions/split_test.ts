import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Client } from "../../../lib/resolver/client.ts";
import { Query } from "../../../lib/resolver/query.ts";
import { type MultiQuestion, QUESTIONS_MAX, Split } from "../../../lib/resolver/questions/split.ts";
import { EDE, RCODE } from "../../../lib/wire/iana.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { nameToText } from "../../../lib/wire/name.ts";
import { ednsOf, hex, lines, opt, question, questionLines, record } from "../../support/messages.ts";
import { CLIENT, clientQuery, rawQuery, responseTo, StubResolver } from "../../support/resolving.ts";
import { Reply } from "../../../lib/resolver/reply.ts";

type Octets = Uint8Array<ArrayBuffer>;

interface SetUp {
  readonly answer?: (query: Query) => Octets | Promise<Octets>;
  readonly multiQuestion?: MultiQuestion;
}

function setUp({ answer = answerWithA, multiQuestion = "split" }: SetUp = {}) {
  const next = new StubResolver(answer);
  return { next, split: new Split({ next, multiQuestion }) };
}

/** One A record for every name, under the name as it was asked. */
function answerWithA(query: Query): Octets {
  return responseTo(query, { answers: [record(`${askedName(query)} 300 IN A 192.0.2.1`)] });
}

function askedName(query: Query): string {
  return nameToText(decode(query.wire).questions[0]!.name);
}

function questions(...texts: readonly string[]) {
  return texts.map(question);
}

async function resolve(split: Split, query: Query): Promise<Message> {
  return decode((await split.resolve(query)).octets);
}

Deno.test("Split.resolve() passes a message with one question on as it is, whatever the mode and the type", () => {
  for (const multiQuestion of ["split", "formerr"] as const) {
    for (const text of ["example.org", "example.org ANY", "example.org AXFR"]) {
      const { next, split } = setUp({ multiQuestion });
      const query = clientQuery({ questions: questions(text) });
      const reply = split.resolve(query);
      assert(reply instanceof Reply, "what is known is returned by a plain call");
      assertStrictEquals(next.queries[0], query);
    }
  }
});

Deno.test("[9619_03] Split.resolve() answers a message without questions with NOERROR and nothing else", async () => {
  const { next, split } = setUp();
  const reply = await resolve(split, clientQuery({}));
  assertEquals([reply.isResponse, reply.rcode], [true, RCODE.NOERROR]);
  assertEquals([reply.questions, reply.answers, next.queries], [[], [], []]);
});

Deno.test("[9619_02] [2.1.2] Split.resolve() answers several questions with FORMERR in strict mode", async () => {
  const { next, split } = setUp({ multiQuestion: "formerr" });
  const reply = await resolve(split, clientQuery({ questions: questions("a.example", "b.example") }));
  assertEquals([reply.rcode, reply.questions, next.queries], [RCODE.FORMERR, [], []]);
});

Deno.test("[2.1.3] [multi_01] Split.resolve() takes eight questions, and answers nine with FORMERR", async () => {
  const ask = async (count: number) => {
    const { next, split } = setUp();
    const texts = Array.from({ length: count }, (_, i) => `n${i}.example`);
    const reply = await resolve(split, clientQuery({ questions: questions(...texts) }));
    return { ...reply, asked: next.queries.length };
  };
  const eight = await ask(QUESTIONS_MAX);
  assertEquals([eight.rcode, eight.asked, eight.answers.length], [RCODE.NOERROR, 8, 8]);
  const nine = await ask(QUESTIONS_MAX + 1);
  assertEquals([nine.rcode, nine.asked, nine.questions], [RCODE.FORMERR, 0, []]);
});

const UNSPLITTABLE = ["ANY", "AXFR", "IXFR", "OPT", "TSIG", "TKEY", "MAILA", "MAILB"];

for (const type of UNSPLITTABLE) {
  Deno.test(`[2.1.4] [multi_02] Split.resolve() answers FORMERR when one of several questions asks for ${type}`, async () => {
    for (const texts of [[`a.example ${type}`, "b.example"], ["a.example", `b.example ${type}`]]) {
      const { next, split } = setUp();
      const reply = await resolve(split, clientQuery({ questions: questions(...texts) }));
      assertEquals([reply.rcode, reply.questions, next.queries], [RCODE.FORMERR, [], []]);
    }
  });
}

Deno.test("[2.1.4] [multi_02] Split.resolve() answers questions of different classes with FORMERR, of one other class not", async () => {
  const { next, split } = setUp();
  const mixed = await resolve(split, clientQuery({ questions: questions("a.example A 1", "b.example A 3") }));
  assertEquals([mixed.rcode, next.queries], [RCODE.FORMERR, []]);
  const chaos = await resolve(split, clientQuery({ questions: questions("a.example TXT 3", "b.example TXT 3") }));
  assertEquals([chaos.rcode, next.queries.length], [RCODE.NOERROR, 2]);
});

Deno.test("[2.1.1] [9619_01] Split.resolve() asks for each question by itself, with the client's flags and EDNS", async () => {
  const { next, split } = setUp();
  const query = clientQuery({
    checkingDisabled: true,
    isAuthenticData: true,
    questions: questions("a.example", "b.example AAAA"),
    additionals: [opt({ udpPayloadOctets: 700, wantsDnssec: true })],
  }, 1234);
  await split.resolve(query);
  const parts = next.queries.map(({ wire }) => decode(wire));
  assertEquals(parts.map((part) => questionLines(part.questions)), [["a.example. IN A"], ["b.example. IN AAAA"]]);
  for (const [i, part] of parts.entries()) {
    assertEquals([part.recursionDesired, part.checkingDisabled, part.isAuthenticData], [true, true, true]);
    assertEquals([ednsOf(part)!.udpPayloadOctets, ednsOf(part)!.wantsDnssec], [700, true]);
    assertEquals([next.queries[i]!.deadlineMs, next.queries[i]!.client], [1234, CLIENT]);
  }
});

Deno.test("Split.resolve() asks for all questions before it waits for any", async () => {
  const replies: PromiseWithResolvers<Octets>[] = [];
  const { next, split } = setUp({
    answer: () => {
      replies.push(Promise.withResolvers<Octets>());
      return replies.at(-1)!.promise;
    },
  });
  const reply = resolve(split, clientQuery({ questions: questions("a.example", "b.example") }));
  assertEquals(next.queries.length, 2);
  for (const i of [1, 0]) replies[i]!.resolve(answerWithA(next.queries[i]!));
  const inOrder = ["a.example. 300 IN A 192.0.2.1", "b.example. 300 IN A 192.0.2.1"];
  assertEquals(lines((await reply).answers), inOrder, "in the order of the questions, not of arrival");
});

Deno.test("[2.1.5] [multi_03] Split.resolve() asks identical questions once, answers them once and repeats each as it was spelled", async () => {
  const { next, split } = setUp();
  const asked = questions("a.example", "B.example", "A.EXAMPLE", "a.example AAAA", "a.example");
  const reply = await resolve(split, clientQuery({ questions: asked }));
  assertEquals(next.queries.map(askedName), ["a.example.", "B.example.", "a.example."]);
  assertEquals(questionLines(reply.questions), questionLines(asked));
  assertEquals(lines(reply.answers), ["a.example. 300 IN A 192.0.2.1", "B.example. 300 IN A 192.0.2.1"]);
});

Deno.test("[2.1.5] [multi_03] Split.resolve() writes every question in full, though the client's pointed to the first", async () => {
  const { split } = setUp({ answer: responseTo });
  const compressed = rawQuery(hex(`
    4321 0100 0002 0000 0000 0000
    01 61 07 6578616d706c65 00 0001 0001
    01 62 c00e 0001 0001
  `));
  const { octets: reply } = await split.resolve(compressed);
  assertEquals(reply.subarray(12), hex(`01 61 07 6578616d706c65 00 0001 0001 01 62 07 6578616d706c65 00 0001 0001`));
  assertEquals(questionLines(decode(reply).questions), ["a.example. IN A", "b.example. IN A"]);
});

Deno.test("[2.1.5] [multi_05] Split.resolve() adds one extended error for each failed part, which names its question", async () => {
  const { split } = setUp({
    answer: (query) => {
      switch (askedName(query)) {
        case "dead.example.":
          query.reply.extendedErrors.push({ infoCode: EDE.NO_REACHABLE_AUTHORITY, text: "No reply" });
          return responseTo(query, { rcode: RCODE.SERVFAIL });
        case "refused.example.":
          return responseTo(query, { rcode: RCODE.REFUSED });
        case "none.example.":
          return responseTo(query, { rcode: RCODE.NXDOMAIN });
        default:
          return answerWithA(query);
      }
    },
  });
  const texts = ["dead.example", "good.example", "refused.example AAAA", "none.example"];
  const query = clientQuery({ questions: questions(...texts), additionals: [opt()] });
  const reply = await resolve(split, query);
  assertEquals([reply.rcode, lines(reply.answers)], [RCODE.NOERROR, ["good.example. 300 IN A 192.0.2.1"]]);
  assertEquals(query.reply.extendedErrors, [
    { infoCode: EDE.NO_REACHABLE_AUTHORITY, text: "dead.example. A: No reply" },
    { infoCode: EDE.OTHER, text: "refused.example. AAAA: REFUSED" },
  ]);
});

Deno.test("[2.1.3] [multi_06] Split.resolve() keeps the merged reply within the client's UDP size, with room for an OPT record", async () => {
  const asked = questions("a.example TXT", "b.example TXT");
  for (const [additionals, limitOctets] of [[[], 512], [[opt({ udpPayloadOctets: 560 })], 549]] as const) {
    const lengths: number[] = [];
    for (let textOctets = 160; textOctets < 256; textOctets++) {
      const answer = (query: Query) => {
        return responseTo(query, { answers: [record(`${askedName(query)} 300 IN TXT "${"x".repeat(textOctets)}"`)] });
      };
      const { octets: reply } = await setUp({ answer }).split.resolve(clientQuery({ questions: asked, additionals }));
      const { isTruncated, answers, questions } = decode(reply);
      assertEquals([answers.length, questions.length], [isTruncated ? 1 : 2, 2]);
      lengths.push(reply.length);
    }
    // Each length is two octets more than the one before, until there is no room for two.
    assertEquals(Math.max(...lengths), limitOctets - (limitOctets - lengths[0]!) % 2);
  }
});

for (const channel of ["tcp", "tls"] as const) {
  Deno.test(`[multi_06] Split.resolve() gives all over ${channel.toUpperCase()}`, async () => {
    const answer = (query: Query) => {
      return responseTo(query, { answers: [record(`${askedName(query)} 300 IN TXT "${"x".repeat(250)}"`)] });
    };
    const { wire } = clientQuery({ questions: questions("a.example TXT", "b.example TXT", "c.example TXT") });
    const query = new Query({ wire, client: new Client(CLIENT.hostname, channel), deadlineMs: 2000 });
    const { isTruncated, answers } = await resolve(setUp({ answer }).split, query);
    assertEquals([isTruncated, answers.length], [false, 3]);
  });
}

Deno.test("[4035_02] Split.resolve() keeps what proves an answer for clients that set DO, and for no others", async () => {
  const authorities = [record("example 9 IN NSEC example A")];
  for (const wantsDnssec of [true, false]) {
    const { split } = setUp({ answer: (query) => responseTo(query, { rcode: RCODE.NXDOMAIN, authorities }) });
    const fields = { questions: questions("a.example", "b.example"), additionals: [opt({ wantsDnssec })] };
    assertEquals((await resolve(split, clientQuery(fields))).authorities.length, wantsDnssec ? 1 : 0);
  }
});

Deno.test("Split.resolve() fails when a part fails: that is the program's fault, and the server's to answer", async () => {
  const answer = () => Promise.reject(new Error("broken"));
  const query = clientQuery({ questions: questions("a.example", "b.example") });
  await assertRejects(async () => await setUp({ answer }).split.resolve(query), Error, "broken");
});
