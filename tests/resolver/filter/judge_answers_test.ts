import { assertEquals, fail } from "@std/assert";
import { FINDINGS } from "../../../lib/resolver/findings.ts";
import { JudgeAnswers } from "../../../lib/resolver/filter/judge_answers.ts";
import type { Reply } from "../../../lib/resolver/reply.ts";
import type { Resolver } from "../../../lib/resolver/resolver.ts";
import { EDE, TYPE } from "../../../lib/wire/iana.ts";
import { decode } from "../../../lib/wire/message.ts";
import { nameToText } from "../../../lib/wire/name.ts";
import { lines, question, records } from "../../support/messages.ts";
import { clientQuery, responseTo, StubResolver } from "../../support/resolving.ts";

interface Judged {
  readonly findings?: number;
  readonly later?: boolean;
  readonly additionals?: readonly string[];
}

/** An upstream's answer with what has been found in it. */
function answering(answers: readonly string[], fields: Judged): Resolver {
  const { findings = FINDINGS.privateAddress, later = false, additionals = [] } = fields;
  const stub = new StubResolver((query) => {
    const octets = responseTo(query, { answers: records(...answers), additionals: records(...additionals) });
    return later ? Promise.resolve(octets) : octets;
  });
  const mark = (reply: Reply) => {
    reply.findings = findings;
    return reply;
  };
  return {
    resolve: (query) => {
      const reply = stub.resolve(query);
      return reply instanceof Promise ? reply.then(mark) : mark(reply);
    },
  };
}

/** What a client gets for `asked` that is kept from private addresses. */
async function judged(asked: string, answers: readonly string[], fields: Judged = {}) {
  const query = clientQuery({ questions: [question(asked)] });
  const judge = new JudgeAnswers({
    next: answering(answers, fields),
    keepsFromPrivate: () => true,
    judgeListed: () => fail(),
    ttlSeconds: 60,
  });
  const reply = await judge.resolve(query);
  const message = decode(reply.octets);
  assertEquals(message.questions, [question(asked)]);
  return {
    rcode: message.rcode,
    answers: lines(message.answers),
    denials: message.authorities.map(({ name, type }) => [nameToText(name), type]),
    additionals: lines(message.additionals),
    errors: reply.extendedErrors.map(({ infoCode }) => infoCode),
  };
}

for (const later of [false, true]) {
  Deno.test(`JudgeAnswers says that a name has no addresses whose only ones are private, ${later ? "later" : "at once"}`, async () => {
    assertEquals(await judged("a.example", ["a.example. 60 IN A 192.168.1.1"], { later }), {
      rcode: 0,
      answers: [],
      denials: [["a.example.", TYPE.SOA]],
      additionals: [],
      errors: [EDE.FILTERED],
    });
  });
}

Deno.test("JudgeAnswers gives what is left, without the signature that fits no longer", async () => {
  const signature = "13 2 60 20300101000000 20200101000000 1 example. AAAA";
  const { answers, errors } = await judged("a.example", [
    "a.example. 60 IN CNAME b.example.",
    `a.example. 60 IN RRSIG CNAME ${signature}`,
    "b.example. 60 IN A 192.0.2.1",
    "b.example. 60 IN A 10.0.0.1",
    `b.example. 60 IN RRSIG A ${signature}`,
  ]);
  assertEquals(answers.map((line) => line.split(" ").slice(0, 5).join(" ")), [
    "a.example. 60 IN CNAME b.example.",
    "a.example. 60 IN RRSIG CNAME",
    "b.example. 60 IN A 192.0.2.1",
  ]);
  assertEquals(errors, [EDE.FILTERED]);
});

Deno.test("JudgeAnswers leaves out an alias that leads to private addresses alone", async () => {
  const chain = ["a.example. 60 IN CNAME b.example.", "b.example. 60 IN A 10.0.0.1"];
  const { answers, denials } = await judged("a.example", chain);
  assertEquals([answers, denials], [[], [["a.example.", TYPE.SOA]]]);
});

Deno.test("JudgeAnswers says that there is nothing where more records came than anybody has use for", async () => {
  const many = Array.from({ length: 200 }, (_, i) => `a.example. 60 IN A 192.0.2.${i}`);
  const { answers, denials } = await judged("a.example", [...many, "a.example. 60 IN A 10.0.0.1"]);
  assertEquals([answers, denials], [[], [["a.example.", TYPE.SOA]]]);
});

for (const [type, rdata] of [["MX", "1 m.example."], ["CNAME", "m.example."]]) {
  Deno.test(`JudgeAnswers leaves private addresses out of what comes along with ${type}, and gives the answer itself`, async () => {
    const answer = `a.example. 60 IN ${type} ${rdata}`;
    const { answers, additionals } = await judged(`a.example ${type}`, [answer], {
      additionals: ["m.example. 60 IN A 10.0.0.1", "m.example. 60 IN AAAA 2001:db8::1"],
    });
    assertEquals([answers, additionals], [[answer], ["m.example. 60 IN AAAA 2001:db8::1"]]);
  });
}

Deno.test("JudgeAnswers asks nobody about what nothing has been found in", async () => {
  const query = clientQuery({ questions: [question("a.example")] });
  const next = answering(["a.example. 60 IN A 10.0.0.1"], { findings: FINDINGS.none });
  const judge = new JudgeAnswers({ next, keepsFromPrivate: () => fail(), judgeListed: () => fail(), ttlSeconds: 60 });
  assertEquals(lines(decode((await judge.resolve(query)).octets).answers), ["a.example. 60 IN A 10.0.0.1"]);
});

Deno.test("JudgeAnswers gives what is to be given where lists know something of an answer, and does no more to it", async () => {
  const query = clientQuery({ questions: [question("a.example")] });
  const next = answering(["a.example. 60 IN A 10.0.0.1"], { findings: FINDINGS.privateAddress | 5 });
  const sets: number[] = [];
  const judge = new JudgeAnswers({
    next,
    keepsFromPrivate: () => fail(),
    judgeListed: (asked, { source }, set) => {
      sets.push(set);
      return asked.reply.give(responseTo(asked, { answers: records("a.example. 60 IN A 127.0.0.2") }), source);
    },
    ttlSeconds: 60,
  });
  assertEquals(lines(decode((await judge.resolve(query)).octets).answers), ["a.example. 60 IN A 127.0.0.2"]);
  assertEquals(sets, [5]);
});
