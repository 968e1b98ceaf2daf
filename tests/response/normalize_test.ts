import { assertEquals, assertStrictEquals } from "@std/assert";
import fc from "fast-check";
import { normalize, RESPONSE_FAULT, type ResponseFault } from "../../lib/response/normalize.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { MessageScan, SCAN } from "../../lib/wire/scan.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { lines, message, opt, question, records, response, wire } from "../support/messages.ts";
import { finish } from "../support/finish.ts";
import { clientQuery } from "../support/resolving.ts";
import { encodeWithPointers } from "../support/pointer_writer.ts";
import { readResponse } from "../support/read_response.ts";

const CHAIN = [
  "www.example.org. 60 IN CNAME web.example.org.",
  "web.example.org. 60 IN CNAME edge.example.net.",
  "edge.example.net. 60 IN A 192.0.2.1",
];
const SOA = "example.org. 300 IN SOA ns1.example.org. hostmaster.example.org. 1 3600 900 604800 300";
const SIGNED_BY = "300 20300101000000 20200101000000 7 ";
const HASHED = "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom";

type Octets = Uint8Array<ArrayBuffer>;

function normalized(reply: Octets, wantsDnssec = true): Octets | ResponseFault {
  const response = readResponse(reply);
  assertEquals(response.scan.status, SCAN.ok);
  return normalize(response, wantsDnssec) ?? response.octets;
}

/** The line with what its names share with `name` in capitals. */
function inCapitals(line: string, name: string): string {
  const suffixes = name.split(".").map((_, i, labels) => labels.slice(i).join(".")).filter((suffix) => suffix !== "");
  return suffixes.reduce((text, suffix) => text.replaceAll(suffix, suffix.toUpperCase()), line);
}

interface Sections {
  readonly answers: string[];
  readonly authorities: string[];
  readonly additionals: string[];
}

function sectionsOf(octets: Octets | ResponseFault): Sections {
  if (!(octets instanceof Uint8Array)) throw new Error(octets);
  const { answers, authorities, additionals } = decode(octets);
  return { answers: lines(answers), authorities: lines(authorities), additionals: lines(additionals) };
}

function kept(fields: Partial<Message>, wantsDnssec = true): Sections {
  return sectionsOf(normalized(response(fields), wantsDnssec));
}

for (
  const [what, name, fields] of [
    ["answers of the question's own name and an OPT record", "edge.example.net", {
      answers: records(CHAIN[2]!),
      additionals: [opt()],
    }],
    ["a whole chain", "www.example.org", { answers: records(...CHAIN) }],
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
  Deno.test(`normalize() leaves ${what} as it is, bit for bit [5452_07]`, () => {
    const reply = response({ questions: [question(name)], ...fields });
    assertStrictEquals(normalized(reply), reply);
  });
}

Deno.test("normalize() removes answers outside the chain [5452_07]", () => {
  const fields = {
    questions: [question("www.example.org")],
    answers: records(...CHAIN, "bank.example. 60 IN A 192.0.2.66"),
  };
  assertEquals(kept(fields).answers, CHAIN);
});

Deno.test("normalize() removes a whole answer to another question [5452_07]", () => {
  const fields = { questions: [question("www.example.org")], answers: records("bank.example. 60 IN A 192.0.2.66") };
  assertEquals(kept(fields).answers, []);
});

Deno.test("normalize() removes authorities of zones that hold none of the chain [5452_07]", () => {
  const fields = {
    questions: [question("www.example.org")],
    answers: records(...CHAIN),
    authorities: records("example.com. 60 IN NS evil.example.", "example.org. 60 IN NS ns1.example.org."),
  };
  assertEquals(kept(fields).authorities, ["example.org. 60 IN NS ns1.example.org."]);
});

Deno.test("normalize() removes proofs that another zone has signed, and those that a zone has signed of another's names [5452_07]", () => {
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

Deno.test("normalize() removes nothing that a zone above the chain has signed to prove something [4035_08]", () => {
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

Deno.test("normalize() removes additional records that nothing leads to [5452_07]", () => {
  const fields = {
    questions: [question("example.org MX")],
    answers: records("example.org. 60 IN MX 10 mail.example.org."),
    additionals: records("mail.example.org. 60 IN A 192.0.2.25", "bank.example. 60 IN A 192.0.2.66"),
  };
  assertEquals(kept(fields).additionals, ["mail.example.org. 60 IN A 192.0.2.25"]);
});

for (
  const [what, answers] of [
    ["a CNAME to itself", ["a.example. 60 IN CNAME a.example."]],
    ["a circle of two", ["a.example. 60 IN CNAME b.example.", "B.example. 60 IN CNAME A.example."]],
    ["a circle of two out of order", ["b.example. 60 IN CNAME a.example.", "a.example. 60 IN CNAME b.example."]],
    ["a circle of two that is further on", [
      "a.example. 60 IN CNAME b.example.",
      "b.example. 60 IN CNAME c.example.",
      "c.example. 60 IN CNAME b.example.",
    ]],
  ] as const
) {
  Deno.test(`normalize() does not take ${what}: it has no end [1034_02]`, () => {
    const reply = response({ questions: [question("a.example")], answers: records(...answers) });
    assertEquals(normalized(reply), RESPONSE_FAULT.endlessChain);
    const asked = response({ questions: [question("a.example CNAME")], answers: records(...answers) });
    assertEquals(sectionsOf(normalized(asked)).answers, answers.filter((line) => line.startsWith("a.example")));
  });
}

Deno.test("normalize() follows 64 links of a chain to the end, in whatever order they stand, and refuses one of 65 [1034_02]", () => {
  const chainOf = (count: number) => [
    ...Array.from({ length: count }, (_, i) => `n${i}.example. 60 IN CNAME n${i + 1}.example.`),
    `n${count}.example. 60 IN A 192.0.2.1`,
  ];
  const questions = [question("n0.example")];
  for (const count of [1, 11, 16, 23, 24, 33, 64]) {
    const inOrder = chainOf(count);
    for (const answers of [inOrder, inOrder.toReversed()]) {
      assertEquals(kept({ questions, answers: records(...answers) }).answers, inOrder);
    }
  }
  for (const answers of [chainOf(65), chainOf(65).toReversed()]) {
    assertEquals(normalized(response({ questions, answers: records(...answers) })), RESPONSE_FAULT.endlessChain);
  }
});

Deno.test("normalize() judges every record, however many there are [1034_01, 2181_02, 2181_07, 4035_02, 5452_07]", () => {
  const fill = (make: (i: number) => string, count = 2000) => Array.from({ length: count }, (_, i) => make(i));
  const own = fill((i) => `example.org. 60 IN A 10.0.${i >> 8}.${i & 255}`);
  const signature = `example.org. 60 IN RRSIG A 13 2 ${SIGNED_BY}example.org. AQIDBA==`;
  const fields = {
    questions: [question("www.example.org")],
    answers: records(
      ...own,
      own[7]!,
      ...fill((i) => `n${i}.example. 60 IN A 192.0.2.1`, 1000),
      "example.org. 60 IN AAAA ::1",
      signature,
      "example.org. 50 IN A 192.0.2.9",
      "www.example.org. 60 IN CNAME example.org.",
    ),
    authorities: records("example. 60 IN NS ns.example.", "org. 60 IN NS ns.example."),
    additionals: records("ns.example. 60 IN A 192.0.2.1", "n1.example. 60 IN A 192.0.2.1"),
  };
  assertEquals(kept(fields, false), {
    answers: [
      "www.example.org. 60 IN CNAME example.org.",
      ...own.map((line) => line.replace(" 60 ", " 50 ")),
      "example.org. 50 IN A 192.0.2.9",
    ],
    authorities: ["org. 60 IN NS ns.example."],
    additionals: ["ns.example. 60 IN A 192.0.2.1"],
  });
  const usual = response({ questions: [question("example.org")], answers: records(...own, signature) });
  assertStrictEquals(normalized(usual), usual);
});

Deno.test("normalize() takes nothing whose records have no question", () => {
  const answers = records("example.org. 60 IN A 192.0.2.1");
  assertEquals(normalized(wire({ isResponse: true, answers })), RESPONSE_FAULT.noQuestion);
  const bare = wire({ isResponse: true });
  assertStrictEquals(normalized(bare), bare);
});

const LINK = `www.example.org. 60 IN RRSIG CNAME 13 3 ${SIGNED_BY}example.org. AQIDBA==`;
const LINK2 = `web.example.org. 60 IN RRSIG CNAME 13 3 ${SIGNED_BY}example.org. AQIDBA==`;
const END = `edge.example.net. 60 IN RRSIG A 13 3 ${SIGNED_BY}example.net. AQIDBA==`;

Deno.test("normalize() puts a chain in order, each record with its signature behind it [1034_01]", () => {
  const questions = [question("www.example.org")];
  const inOrder = [CHAIN[0]!, LINK, CHAIN[1]!, LINK2, CHAIN[2]!, END];
  for (
    const answers of [
      [CHAIN[2]!, CHAIN[0]!, CHAIN[1]!, LINK, LINK2, END],
      [END, CHAIN[2]!, LINK2, CHAIN[1]!, LINK, CHAIN[0]!],
      [CHAIN[1]!, LINK2, CHAIN[0]!, LINK, CHAIN[2]!, END],
    ]
  ) assertEquals(kept({ questions, answers: records(...answers) }).answers, inOrder);
});

Deno.test("normalize() leaves the records of an RRset in the order in which they came [1034_01]", () => {
  const ends = ["edge.example.net. 60 IN A 192.0.2.9", "edge.example.net. 60 IN A 192.0.2.1"];
  const fields = { questions: [question("www.example.org")], answers: records(...ends, CHAIN[1]!, CHAIN[0]!) };
  assertEquals(kept(fields).answers, [CHAIN[0]!, CHAIN[1]!, ...ends]);
});

Deno.test("normalize() puts signatures that were asked for behind what leads to them [1034_01]", () => {
  const fields = { questions: [question("www.example.org RRSIG")], answers: records(END, CHAIN[1]!, CHAIN[0]!, LINK) };
  assertEquals(kept(fields).answers, [CHAIN[0]!, LINK, CHAIN[1]!, END]);
});

Deno.test("normalize() puts a DNAME before the CNAME that is made from it [1034_01]", () => {
  const inOrder = [
    "old.example.org. 60 IN DNAME new.example.org.",
    `old.example.org. 60 IN RRSIG DNAME 13 3 ${SIGNED_BY}example.org. AQIDBA==`,
    "a.old.example.org. 60 IN CNAME a.new.example.org.",
    "a.new.example.org. 60 IN A 192.0.2.1",
  ];
  const questions = [question("a.old.example.org")];
  for (const answers of [inOrder, inOrder.toReversed(), [inOrder[2]!, inOrder[0]!, inOrder[1]!, inOrder[3]!]]) {
    assertEquals(kept({ questions, answers: records(...answers) }).answers, inOrder);
  }
});

for (
  const [what, name, answers, remaining] of [
    ["an address of the other family", "www.example.org AAAA", ["www.example.org. 60 IN A 192.0.2.1"], []],
    ["what stands beside what was asked for", "example.org MX", [
      "example.org. 60 IN MX 10 mail.example.org.",
      'example.org. 60 IN TXT "a"',
      `example.org. 60 IN RRSIG TXT 13 2 ${SIGNED_BY}example.org. AQIDBA==`,
    ], ["example.org. 60 IN MX 10 mail.example.org."]],
    ["a DNAME at the question's own name", "old.example.org", ["old.example.org. 60 IN DNAME new.example.org."], []],
    ["what a CNAME leads to that was asked for", "www.example.org CNAME", CHAIN, [CHAIN[0]!]],
    ["another class", "www.example.org", ["www.example.org. 60 CLASS3 A 192.0.2.1"], []],
  ] as const
) {
  Deno.test(`normalize() removes ${what} [5452_07]`, () => {
    assertEquals(kept({ questions: [question(name)], answers: records(...answers) }).answers, [...remaining]);
  });
}

for (const qtype of ["ANY", "RRSIG", "NSEC", "DNAME", "CNAME", "DS", "DNSKEY"]) {
  Deno.test(`normalize() leaves what ${qtype} asks for, to who does not say DO too [4035_02] [4035_06]`, () => {
    const all: Record<string, string> = {
      RRSIG: `example.org. 60 IN RRSIG A 13 2 ${SIGNED_BY}example.org. AQIDBA==`,
      NSEC: "example.org. 60 IN NSEC a.example.org. A",
      DNAME: "example.org. 60 IN DNAME example.net.",
      CNAME: "example.org. 60 IN CNAME example.net.",
      DS: "example.org. 60 IN DS 1 13 2 00",
      DNSKEY: "example.org. 60 IN DNSKEY 257 3 13 AQID",
    };
    const answers = qtype === "ANY" ? Object.values(all) : [all[qtype]!];
    const fields = { questions: [question(`example.org ${qtype}`)], answers: records(...answers) };
    for (const wantsDnssec of [true, false]) assertEquals(kept(fields, wantsDnssec).answers, answers);
  });
}

Deno.test("normalize() removes what proves the answer for clients that do not say DO [4035_02]", () => {
  const fields = {
    questions: [question("www.example.org")],
    answers: records(CHAIN[0]!, LINK, CHAIN[1]!, LINK2, CHAIN[2]!, END),
    authorities: records(
      SOA,
      `example.org. 60 IN RRSIG SOA 13 2 ${SIGNED_BY}example.org. AQIDBA==`,
      "a.example.org. 60 IN NSEC z.example.org. A",
      `a.example.org. 60 IN RRSIG NSEC 13 3 ${SIGNED_BY}example.org. AQIDBA==`,
      `${HASHED}.example.org. 60 IN NSEC3 1 0 0 - ${HASHED} A`,
      "www.example.org. 60 IN DS 1 13 2 00",
      "example.net. 60 IN NS ns.example.net.",
    ),
    additionals: records(
      "ns.example.net. 60 IN A 192.0.2.53",
      `ns.example.net. 60 IN RRSIG A 13 3 ${SIGNED_BY}example.net. AQIDBA==`,
    ),
  };
  assertEquals(kept(fields, false), {
    answers: CHAIN,
    authorities: [SOA, "example.net. 60 IN NS ns.example.net."],
    additionals: ["ns.example.net. 60 IN A 192.0.2.53"],
  });
});

for (
  const [what, name, answers, additionals] of [
    ["SRV to addresses", "_sip._tcp.example.org SRV", ["_sip._tcp.example.org. 60 IN SRV 0 0 5060 sip.example.net."], [
      "sip.example.net. 60 IN A 192.0.2.1",
      "sip.example.net. 60 IN AAAA 2001:db8::1",
      "_5060._tcp.sip.example.net. 60 IN TLSA 3 1 1 ab",
    ]],
    ["a mail server to addresses and TLSA", "example.org MX", ["example.org. 60 IN MX 10 mail.example.net."], [
      "mail.example.net. 60 IN A 192.0.2.1",
      "_25._tcp.mail.example.net. 60 IN TLSA 3 1 1 ab",
      `_25._tcp.mail.example.net. 60 IN RRSIG TLSA 13 5 ${SIGNED_BY}example.net. AQIDBA==`,
    ]],
    ["an HTTPS alias to HTTPS to addresses", "www.example.org HTTPS", [
      "www.example.org. 60 IN HTTPS 0 svc.example.net.",
    ], [
      "svc.example.net. 60 IN CNAME edge.example.com.",
      "edge.example.com. 60 IN HTTPS 1 . alpn=h2",
      "edge.example.com. 60 IN A 192.0.2.1",
    ]],
    ["a service of DNS-SD to SRV, TXT and addresses", "_ipp._tcp.example.org PTR", [
      "_ipp._tcp.example.org. 60 IN PTR Printer._ipp._tcp.example.org.",
    ], [
      "Printer._ipp._tcp.example.org. 60 IN SRV 0 0 631 printer.example.org.",
      'Printer._ipp._tcp.example.org. 60 IN TXT "paper=A4"',
      "printer.example.org. 60 IN A 192.0.2.1",
    ]],
    ["NAPTR to SRV to addresses", "example.org NAPTR", [
      'example.org. 60 IN NAPTR 1 1 "s" "SIP+D2T" "" _sip._tcp.example.org.',
    ], ["_sip._tcp.example.org. 60 IN SRV 0 0 5060 sip.example.org.", "sip.example.org. 60 IN A 192.0.2.1"]],
    ["RT to X25, ISDN and addresses", "example.org RT", ["example.org. 60 IN RT 10 relay.example.net."], [
      'relay.example.net. 60 IN X25 "311061700956"',
      'relay.example.net. 60 IN ISDN "150862028003217" "004"',
      "relay.example.net. 60 IN A 192.0.2.1",
    ]],
    ["LP to L32 and L64", "example.org LP", ["example.org. 60 IN LP 10 l.example.net."], [
      "l.example.net. 60 IN L32 10 192.0.2.0",
      "l.example.net. 60 IN L64 10 2001:db8:1:2",
    ]],
  ] as const
) {
  Deno.test(`normalize() leaves additional records from ${what}, in whatever order they stand [5452_07]`, () => {
    const questions = [question(name)];
    for (const order of [additionals, additionals.toReversed()]) {
      const reply = response({ questions, answers: records(...answers), additionals: records(...order) });
      assertStrictEquals(normalized(reply), reply);
    }
    // Without what leads there they have no part in it.
    assertEquals(kept({ questions, additionals: records(...additionals) }).additionals, []);
  });
}

for (
  const [what, name, answers, additional] of [
    [
      "TXT of a mail server",
      "example.org MX",
      ["example.org. 60 IN MX 10 mail.example.org."],
      'mail.example.org. 60 IN TXT "a"',
    ],
    [
      "an address of a reverse name",
      "1.2.0.192.in-addr.arpa PTR",
      ["1.2.0.192.in-addr.arpa. 60 IN PTR a.example."],
      "a.example. 60 IN A 192.0.2.1",
    ],
    ["the other family's address", "a.example", ["a.example. 60 IN A 192.0.2.1"], "a.example. 60 IN AAAA 2001:db8::1"],
    ["the same at the end of a chain", "www.example.org", CHAIN, "edge.example.net. 60 IN AAAA 2001:db8::1"],
    [
      "TLSA of a service that is named by one label",
      "example.org MX",
      ["example.org. 60 IN MX 10 mail.example.org."],
      "_tcp.mail.example.org. 60 IN TLSA 3 1 1 ab",
    ],
    [
      "what an address stands beside",
      "example.org MX",
      ["example.org. 60 IN MX 10 ."],
      "example.org. 60 IN A 192.0.2.1",
    ],
  ] as const
) {
  Deno.test(`normalize() removes an additional record that has no part in the answer: ${what} [5452_07]`, () => {
    const fields = { questions: [question(name)], answers: records(...answers), additionals: records(additional) };
    assertEquals(kept(fields).additionals, []);
  });
}

Deno.test("normalize() gives the records of an RRset the lowest of their TTLs, stored or not [2181_01, 2181_02]", () => {
  const signed = (ttl: number) =>
    `example.org. ${ttl} IN RRSIG A 13 2 60 20380101000000 20200101000000 1 example.org. AAAA`;
  const fields = {
    questions: [question("example.org A")],
    answers: records("example.org. 60 IN A 192.0.2.1", "EXAMPLE.org. 30 IN A 192.0.2.2", signed(90)),
    authorities: records("example.org. 60 IN NS a.example.", "org. 30 IN NS a.example."),
    additionals: records(
      "a.example. 60 IN A 192.0.2.1",
      "a.example. 4294967295 IN A 192.0.2.2",
      "a.example. 90 IN AAAA ::1",
    ),
  };
  assertEquals(kept(fields), {
    answers: ["example.org. 30 IN A 192.0.2.1", "EXAMPLE.org. 30 IN A 192.0.2.2", lines(records(signed(90)))[0]!],
    authorities: ["example.org. 60 IN NS a.example.", "org. 30 IN NS a.example."],
    additionals: ["a.example. 0 IN A 192.0.2.1", "a.example. 0 IN A 192.0.2.2", "a.example. 90 IN AAAA ::1"],
  });
});

Deno.test("normalize() leaves a record once that came twice, however it was written, with its lower TTL [2181_02, 2181_07]", () => {
  const answers = ["example.org. 60 IN MX 10 mail.example.org.", "EXAMPLE.org. 30 IN MX 10 MAIL.example.org."];
  const authorities = ["example.org. 60 IN NS ns.example.org.", "example.org. 60 IN NS ns.example.org."];
  const additionals = ["mail.example.org. 60 IN A 192.0.2.1", "ns.example.org. 60 IN A 192.0.2.1"];
  const fields = {
    questions: [question("example.org MX")],
    answers: records(...answers, "example.org. 60 IN MX 20 mail.example.org."),
    authorities: records(...authorities),
    additionals: records(...additionals, additionals[0]!),
  };
  assertEquals(kept(fields), {
    // RFC 2181 §5.2: the lowest TTL holds for the RRset.
    answers: ["example.org. 30 IN MX 10 mail.example.org.", "example.org. 30 IN MX 20 mail.example.org."],
    authorities: [authorities[0]!],
    additionals,
  });
});

for (
  const [what, name, answers] of [
    ["SRV", "_sip._tcp.example.org SRV", ["_sip._tcp.example.org. 60 IN SRV 0 0 5060 sip.example.org."]],
    ["NAPTR", "example.org NAPTR", ['example.org. 60 IN NAPTR 1 1 "s" "SIP+D2T" "" _sip._tcp.example.org.']],
    ["AFSDB", "example.org AFSDB", ["example.org. 60 IN AFSDB 1 afs.example.org."]],
    ["RP", "example.org RP", ["example.org. 60 IN RP a.example.org. b.example.org."]],
    ["RT", "example.org RT", ["example.org. 60 IN RT 1 a.example.org."]],
    ["PX", "example.org PX", ["example.org. 60 IN PX 1 a.example.org. b.example.org."]],
    ["KX", "example.org KX", ["example.org. 60 IN KX 1 a.example.org."]],
    ["DNAME", "a.old.example.org", [
      "old.example.org. 60 IN DNAME new.example.org.",
      "a.old.example.org. 60 IN CNAME a.new.example.org.",
    ]],
    ["HTTPS", "www.example.org HTTPS", ["www.example.org. 60 IN HTTPS 1 svc.example.org. alpn=h2"]],
    ["LP", "example.org LP", ["example.org. 60 IN LP 1 a.example.org."]],
    ["RRSIG", "example.org", [
      "example.org. 60 IN A 192.0.2.1",
      `example.org. 60 IN RRSIG A 13 2 ${SIGNED_BY}example.org. AQIDBA==`,
    ]],
    ["NSEC", "example.org NSEC", ["example.org. 60 IN NSEC a.example.org. A"]],
  ] as const
) {
  Deno.test(`normalize() writes out the names of ${what} that came compressed, but for the question's part [3597_02]`, () => {
    const fields = { questions: [question(name)], answers: records(...answers) };
    const compressed = encodeWithPointers(decode(response(fields)));
    const scan = new MessageScan();
    scan.scan(compressed);
    const normal = normalized(compressed) as Octets;
    assertEquals([scan.isOvercompressed, sectionsOf(normal).answers], [true, [...answers]]);
    // Whoever asks next may spell it in another way.
    const query = clientQuery({ questions: [question(name.toUpperCase())] });
    const finished = finish(normal.slice(), query);
    scan.scan(finished);
    assertEquals(scan.isOvercompressed, false);
    // What a DNAME puts before its target is the question's, too [4343_02].
    const respelled = answers.map((line) => inCapitals(line, `${name.split(" ")[0]}.`).replace("CNAME a.", "CNAME A."));
    assertEquals(sectionsOf(finished).answers, respelled);
  });
}

Deno.test("normalize() refuses what is too long when names are written out, and first leaves additional records out", () => {
  const long = Array.from({ length: 3 }, () => "a".repeat(60)).join(".");
  const target = `${long}.example.org.`;
  const answers = (count: number) =>
    records(...Array.from({ length: count }, (_, i) => `example.org. 60 IN RP ${i}.${target} ${i}.${target}`));
  const written = (fields: Partial<Message>) => {
    return normalized(encodeWithPointers(message({ questions: [question("example.org RP")], ...fields })));
  };
  assertEquals(sectionsOf(written({ answers: answers(100) })).answers.length, 100);
  assertEquals(written({ answers: answers(400) }), RESPONSE_FAULT.tooLarge);
  const texts = Array.from({ length: 100 }, (_, i) => `ns.example.org. 60 IN AAAA 2001:db8::${i}`);
  const whole = { answers: answers(155), authorities: records("example.org. 60 IN NS ns.example.org.") };
  assertEquals(sectionsOf(written(whole)).answers.length, 155);
  const { answers: remaining, additionals } = sectionsOf(written({ ...whole, additionals: records(...texts) }));
  assertEquals([remaining.length, additionals.length], [155, 0]);
});
