import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { keepRelevant } from "../../lib/response/relevance.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { lines, opt, question, records, response } from "../support/messages.ts";

const CHAIN = [
  "www.example.org. 60 IN CNAME web.example.org.",
  "web.example.org. 60 IN CNAME edge.example.net.",
  "edge.example.net. 60 IN A 192.0.2.1",
];
const SOA = "example.org. 300 IN SOA ns1.example.org. hostmaster.example.org. 1 3600 900 604800 300";
const SIGNED_BY = "300 20300101000000 20200101000000 7 ";
const HASHED = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom";

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
    ["the proof of a wildcard's answer, which comes without SOA [4035_08]", "w1.example.org", {
      answers: records(
        "w1.example.org. 60 IN A 192.0.2.1",
        `w1.example.org. 60 IN RRSIG A 13 2 ${SIGNED_BY}example.org. AQIDBA==`,
      ),
      authorities: records(
        "b.example.org. 300 IN NSEC z.example.org. A",
        `b.example.org. 300 IN RRSIG NSEC 13 3 ${SIGNED_BY}example.org. AQIDBA==`,
      ),
    }],
    ["the same with NSEC3 [4035_08]", "w1.example.org", {
      answers: records("w1.example.org. 60 IN A 192.0.2.1"),
      authorities: records(
        `${HASHED}.example.org. 300 IN RRSIG NSEC3 13 3 ${SIGNED_BY}example.org. AQIDBA==`,
        `${HASHED}.example.org. 300 IN NSEC3 1 0 0 - ${HASHED} A RRSIG`,
      ),
    }],
    ["the proofs of a wildcard that is an alias into another zone, of both zones [4035_08]", "w1.example.org", {
      rcode: RCODE.NXDOMAIN,
      answers: records("w1.example.org. 60 IN CNAME gone.example.net."),
      authorities: records(
        SOA.replaceAll("example.org", "example.net"),
        "fo.example.net. 300 IN NSEC hu.example.net. A",
        `fo.example.net. 300 IN RRSIG NSEC 13 3 ${SIGNED_BY}example.net. AQIDBA==`,
        "b.example.org. 300 IN NSEC z.example.org. A",
        `b.example.org. 300 IN RRSIG NSEC 13 3 ${SIGNED_BY}example.org. AQIDBA==`,
      ),
    }],
    ["an insecure referral with its proof [4035_08]", "www.sub.example.org", {
      authorities: records(
        "sub.example.org. 300 IN NS ns.sub.example.org.",
        `${HASHED}.example.org. 300 IN NSEC3 1 1 0 - ${HASHED} NS`,
        `${HASHED}.example.org. 300 IN RRSIG NSEC3 13 3 ${SIGNED_BY}example.org. AQIDBA==`,
      ),
      additionals: records("ns.sub.example.org. 300 IN A 192.0.2.53"),
    }],
    ["a secure referral", "www.sub.example.org", {
      authorities: records(
        "sub.example.org. 300 IN NS ns.sub.example.org.",
        "sub.example.org. 300 IN DS 1 13 2 00",
        `sub.example.org. 300 IN RRSIG DS 13 3 ${SIGNED_BY}example.org. AQIDBA==`,
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

Deno.test("keepRelevant() removes proofs that another zone has signed, and those that a zone has signed of another's names [5452_07]", () => {
  const fields = {
    questions: [question("www.example.org")],
    answers: records(...CHAIN),
    authorities: records(
      "a.example.com. 60 IN NSEC c.example.com. A",
      `a.example.com. 60 IN RRSIG NSEC 13 3 ${SIGNED_BY}example.com. AQIDBA==`,
      `a.example.com. 60 IN NSEC3 1 1 0 - ${HASHED} NS`,
      `a.example.com. 60 IN RRSIG NSEC3 13 3 ${SIGNED_BY}example.org. AQIDBA==`,
    ),
  };
  assertEquals(kept(fields).authorities, []);
});

Deno.test("keepRelevant() removes nothing that a zone above the chain has signed to prove something [4035_08]", () => {
  const signers = fc.constantFrom(".", "org.", "example.org.", "Example.NET.", "example.com.");
  const proofs = fc.tuple(signers, fc.constantFrom("", "a.", "B.a."), fc.constantFrom("NSEC", "NSEC3", "DS"));
  const chains = fc.constantFrom(CHAIN, CHAIN.toReversed(), CHAIN.slice(0, 1), []);
  fc.assert(
    fc.property(fc.array(proofs, { maxLength: 5 }), chains, fc.boolean(), (drawn, chain, signaturesFirst) => {
      const pairs = drawn.map(([signer, labels, type]) => {
        const owner = `${labels}${signer === "." && labels !== "" ? "" : signer}`;
        const rdata = { NSEC: "c.example. A", NSEC3: `1 0 0 - ${HASHED} A`, DS: "1 13 2 00" }[type];
        const signature = `${owner} 60 IN RRSIG ${type} 13 3 ${SIGNED_BY}${signer} AQIDBA==`;
        return { signer, lines: [`${owner} 60 IN ${type} ${rdata}`, signature] };
      });
      const inOrder = signaturesFirst ? pairs.map((pair) => ({ ...pair, lines: pair.lines.toReversed() })) : pairs;
      const questions = [question("www.example.org")];
      const authorities = records(...inOrder.flatMap((pair) => pair.lines));
      const remaining = kept({ questions, answers: records(...chain), authorities }).authorities;
      const names = ["www.example.org.", ...chain.map((line) => line.split(" ")[4]!)];
      const isAbove = (signer: string) => {
        const zone = signer.toLowerCase();
        return zone === "." || names.some((name) => name === zone || name.endsWith(`.${zone}`));
      };
      for (const { signer, lines } of inOrder) {
        for (const line of lines) assertEquals(remaining.includes(line), isAbove(signer), line);
      }
    }),
  );
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
