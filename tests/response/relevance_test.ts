import { assertEquals, assertStrictEquals } from "@std/assert";
import { keepRelevant } from "../../lib/response/relevance.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { lines, opt, question, records, response } from "../support/messages.ts";

const CHAIN = [
  "www.example.org. 60 IN CNAME web.example.org.",
  "web.example.org. 60 IN CNAME edge.example.net.",
  "edge.example.net. 60 IN A 192.0.2.1",
];
const SOA = "example.org. 300 IN SOA ns1.example.org. hostmaster.example.org. 1 3600 900 604800 300";

function kept(fields: Partial<Message>): { answers: string[]; authorities: string[]; additionals: string[] } {
  const { answers, authorities, additionals } = decode(keepRelevant(response(fields)));
  return { answers: lines(answers), authorities: lines(authorities), additionals: lines(additionals) };
}

for (
  const [what, name, fields] of [
    ["answers of the question's own name and an OPT record", "edge.example.net", {
      answers: records(CHAIN[2]!),
      additionals: [opt()],
    }],
    ["a whole chain", "www.example.org", { answers: records(...CHAIN) }],
    ["a chain in another order", "www.example.org", { answers: records(CHAIN[2]!, CHAIN[1]!, CHAIN[0]!) }],
    ["a chain in another letter case", "WWW.example.org", { answers: records(...CHAIN) }],
    ["a DNAME above the name, with its signature", "a.old.example.org", {
      answers: records(
        "old.example.org. 60 IN DNAME new.example.org.",
        "old.example.org. 60 IN RRSIG DNAME 13 3 60 20300101000000 20200101000000 7 example.org. AQIDBA==",
        "a.old.example.org. 60 IN CNAME a.new.example.org.",
        "a.new.example.org. 60 IN A 192.0.2.1",
      ),
    }],
    ["a denial with its proofs", "b.example.org", {
      authorities: records(
        SOA,
        "a.example.org. 300 IN NSEC c.example.org. A",
        "a.example.org. 300 IN RRSIG NSEC 13 3 300 20300101000000 20200101000000 7 example.org. AQIDBA==",
      ),
    }],
    ["name servers and their addresses", "www.example.org", {
      authorities: records("example.org. 60 IN NS ns1.example.net."),
      additionals: records("ns1.example.net. 60 IN A 192.0.2.53"),
    }],
    ["the addresses of a mail server", "example.org MX", {
      answers: records("example.org. 60 IN MX 10 mail.example.net."),
      additionals: records("mail.example.net. 60 IN AAAA 2001:db8::25"),
    }],
  ] as const
) {
  Deno.test(`keepRelevant() leaves ${what} as it is, bit for bit [5452_07]`, () => {
    const reply = response({ questions: [question(name)], ...fields });
    assertStrictEquals(keepRelevant(reply), reply);
  });
}

Deno.test("keepRelevant() removes answers outside the chain [5452_07]", () => {
  const fields = {
    questions: [question("www.example.org")],
    answers: records(...CHAIN, "bank.example. 60 IN A 192.0.2.66"),
  };
  assertEquals(kept(fields).answers, CHAIN);
});

Deno.test("keepRelevant() removes a whole answer to another question [5452_07]", () => {
  const fields = { questions: [question("www.example.org")], answers: records("bank.example. 60 IN A 192.0.2.66") };
  assertEquals(kept(fields).answers, []);
});

Deno.test("keepRelevant() removes authorities of zones that hold none of the chain [5452_07]", () => {
  const fields = {
    questions: [question("www.example.org")],
    answers: records(...CHAIN),
    authorities: records("example.com. 60 IN NS evil.example.", "example.org. 60 IN NS ns1.example.org."),
  };
  assertEquals(kept(fields).authorities, ["example.org. 60 IN NS ns1.example.org."]);
});

Deno.test("keepRelevant() removes additional records that nothing leads to [5452_07]", () => {
  const fields = {
    questions: [question("example.org MX")],
    answers: records("example.org. 60 IN MX 10 mail.example.org."),
    additionals: records("mail.example.org. 60 IN A 192.0.2.25", "bank.example. 60 IN A 192.0.2.66"),
  };
  assertEquals(kept(fields).additionals, ["mail.example.org. 60 IN A 192.0.2.25"]);
});

Deno.test("keepRelevant() ends with a chain that leads in a circle", () => {
  const circle = ["a.example. 60 IN CNAME b.example.", "b.example. 60 IN CNAME a.example."];
  assertEquals(kept({ questions: [question("a.example")], answers: records(...circle) }).answers, circle);
});

Deno.test("keepRelevant() follows 32 links of a chain, in whatever order they stand, and leaves out what is beyond", () => {
  const links = Array.from({ length: 40 }, (_, i) => `n${i}.example. 60 IN CNAME n${i + 1}.example.`);
  const questions = [question("n0.example")];
  // The last owner that belongs to the chain is the target of the 32nd link.
  assertEquals(kept({ questions, answers: records(...links) }).answers, links.slice(0, 33));
  assertEquals(kept({ questions, answers: records(...links.toReversed()) }).answers, links.slice(0, 33).toReversed());
});

Deno.test("keepRelevant() passes on a reply of more than 512 records as it is", () => {
  const strangers = (count: number) =>
    records(...Array.from({ length: count }, (_, i) => `n${i}.example. 60 IN A 192.0.2.1`));
  const questions = [question("example.org")];
  assertEquals(kept({ questions, answers: strangers(512) }).answers, []);
  assertEquals(kept({ questions, answers: strangers(513) }).answers.length, 513);
});
