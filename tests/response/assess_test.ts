import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { assess } from "../../lib/response/assess.ts";
import type { Storable, StorageRules } from "../../lib/response/storable.ts";
import { KIND, type Kind } from "../../lib/response/kind.ts";
import { NOT_STORABLE, type NotStorableReason } from "../../lib/response/not_storable.ts";
import { CLASS, OPCODE, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { decode, type Message, type ResourceRecord } from "../../lib/wire/message.ts";
import { nameFromText, ROOT } from "../../lib/wire/name.ts";
import { FLAG } from "../../lib/wire/header.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { lines, opt, question, record, records, response } from "../support/messages.ts";
import { readResponse } from "../support/read_response.ts";

const RULES: StorageRules = { minTtlSeconds: 0, maxTtlSeconds: 86_400, negativeMaxTtlSeconds: 3_600 };

const A = "www.example.org. 300 IN A 192.0.2.1";
const SOA = "example.org. 600 IN SOA ns1.example.org. hostmaster.example.org. 1 3600 900 604800 120";
const SOA_NET = "example.net. 90 IN SOA ns1.example.net. hostmaster.example.net. 1 3600 900 604800 120";
const NS = "example.org. 900 IN NS ns1.example.org.";
const CNAME = "www.example.org. 200 IN CNAME web.example.net.";
const EXPIRY = "13 3 300 20300101000000 20200101000000 7 example.org. AQIDBA==";

function reply(fields: Partial<Message>, name = "www.example.org"): Uint8Array<ArrayBuffer> {
  return response({ id: 4711, questions: [question(name)], ...fields });
}

function stored(fields: Partial<Message>, rules?: Partial<StorageRules>, name?: string): Storable {
  const verdict = assess(readResponse(reply(fields, name)), { ...RULES, ...rules });
  if (!verdict.isStorable) throw new Error(`Not storable: ${verdict.reason}`);
  return verdict;
}

function recordLines({ message }: Storable): string[] {
  const { answers, authorities, additionals } = decode(message);
  return lines([...answers, ...authorities, ...additionals]);
}

/** Many records of one RRset. */
function addresses(count: number): ResourceRecord[] {
  return Array.from({ length: count }, (_, i) => record(`www.example.org. 300 IN A 192.0.${i >> 8}.${i & 0xff}`));
}

for (
  const [what, kind, lifetimeSeconds, fields, name] of [
    ["an answer", KIND.positive, 300, { answers: records(A) }],
    ["an answer with AA", KIND.positive, 300, { answers: records(A), isAuthoritative: true }],
    ["an answer in another letter case", KIND.positive, 300, { answers: records(A) }, "WWW.Example.ORG"],
    ["an answer with an authority of lower TTL", KIND.positive, 200, {
      answers: records(A),
      authorities: records("example.org. 200 IN NS ns1.example.org."),
    }],
    ["an answer with an additional record of lower TTL", KIND.positive, 60, {
      answers: records("example.org. 300 IN MX 10 mail.example.net."),
      additionals: records("mail.example.net. 60 IN A 192.0.2.25"),
    }, "example.org MX"],
    ["a CNAME chain [5452_07]", KIND.positive, 200, {
      answers: records(CNAME, "web.example.net. 300 IN A 192.0.2.1"),
    }],
    ["a CNAME that was asked for", KIND.positive, 200, { answers: records(CNAME) }, "www.example.org CNAME"],
    ["a DNAME and what it makes", KIND.positive, 100, {
      answers: records(
        "old.example.org. 100 IN DNAME new.example.org.",
        `old.example.org. 100 IN RRSIG DNAME ${EXPIRY}`,
        "a.old.example.org. 100 IN CNAME a.new.example.org.",
        "a.new.example.org. 300 IN A 192.0.2.1",
      ),
    }, "a.old.example.org"],
    ["a DNAME that was asked for", KIND.positive, 100, {
      answers: records("old.example.org. 100 IN DNAME new.example.org."),
    }, "old.example.org DNAME"],
    ["signatures that were asked for [4035_06]", KIND.positive, 300, {
      answers: records(`www.example.org. 300 IN RRSIG A ${EXPIRY}`),
    }, "www.example.org RRSIG"],
    ["an answer out of a wildcard, with its proof", KIND.positive, 300, {
      answers: records(A, `www.example.org. 300 IN RRSIG A ${EXPIRY}`),
      authorities: records("a.example.org. 300 IN NSEC z.example.org. A", `a.example.org. 300 IN RRSIG NSEC ${EXPIRY}`),
    }],
    ["512 records", KIND.positive, 300, { answers: addresses(512) }],
    ["NXDOMAIN with SOA [2308_01]", KIND.nxdomain, 120, { rcode: RCODE.NXDOMAIN, authorities: records(SOA) }],
    ["NXDOMAIN with a SOA of the root [2308_01]", KIND.nxdomain, 60, {
      rcode: RCODE.NXDOMAIN,
      authorities: records(". 60 IN SOA a.example. b.example. 1 2 3 4 86400"),
    }],
    ["NODATA with SOA [2308_01]", KIND.nodata, 120, { authorities: records(SOA) }],
    ["NODATA with SOA and NS (RFC 2308, section 2.2, type 1)", KIND.nodata, 120, { authorities: records(NS, SOA) }],
    ["a CNAME chain that ends in NXDOMAIN [6604_01]", KIND.nxdomain, 90, {
      rcode: RCODE.NXDOMAIN,
      answers: records(CNAME),
      authorities: records(SOA_NET),
    }],
    ["a CNAME chain that ends in NODATA [6604_01]", KIND.nodata, 90, {
      answers: records(CNAME),
      authorities: records(SOA_NET),
    }],
    ["a CNAME with a lower TTL than its negative end", KIND.nodata, 30, {
      answers: records("www.example.org. 30 IN CNAME web.example.net."),
      authorities: records(SOA_NET),
    }],
  ] as readonly (readonly [string, Kind, number, Partial<Message>, string?])[]
) {
  Deno.test(`assess() stores ${what}`, () => {
    const verdict = stored(fields, {}, name);
    assertEquals({ kind: verdict.kind, lifetimeSeconds: verdict.lifetimeSeconds }, { kind, lifetimeSeconds });
  });
}

for (
  const [what, reason, fields, name] of [
    ["a query", NOT_STORABLE.notAResponse, { isResponse: false, answers: records(A) }],
    ["another opcode", NOT_STORABLE.notAResponse, { opcode: OPCODE.NOTIFY, answers: records(A) }],
    ["a response without a question", NOT_STORABLE.questionCount, { questions: [], answers: records(A) }],
    ["a merged response", NOT_STORABLE.questionCount, {
      questions: [question("www.example.org"), question("www.example.org AAAA")],
      answers: records(A),
    }],
    ["TC", NOT_STORABLE.truncated, { isTruncated: true, answers: records(A) }],
    ["a signed response", NOT_STORABLE.signed, {
      answers: records(A),
      additionals: [{ name: ROOT, type: TYPE.TSIG, class: CLASS.ANY, ttl: 0, rdata: new Uint8Array() }],
    }],
    ["two OPT records", NOT_STORABLE.misplacedOpt, { answers: records(A), additionals: [opt(), opt()] }],
    ["an OPT record among the answers", NOT_STORABLE.misplacedOpt, { answers: [...records(A), opt()] }],
    ["an OPT record with an owner", NOT_STORABLE.misplacedOpt, {
      answers: records(A),
      additionals: [{ ...opt(), name: question("example.org").name }],
    }],
    ["SERVFAIL", NOT_STORABLE.failure, { rcode: RCODE.SERVFAIL }],
    ["REFUSED", NOT_STORABLE.failure, { rcode: RCODE.REFUSED }],
    ["FORMERR", NOT_STORABLE.failure, { rcode: RCODE.FORMERR }],
    ["NOTIMP", NOT_STORABLE.failure, { rcode: RCODE.NOTIMP }],
    ["YXDOMAIN", NOT_STORABLE.redirectedTooFar, { rcode: RCODE.YXDOMAIN }],
    ["YXRRSET", NOT_STORABLE.failure, { rcode: 7 }],
    ["BADVERS", NOT_STORABLE.extendedRcode, { additionals: [opt({ extendedRcode: RCODE.BADVERS >> 4 })] }],
    ["BADCOOKIE", NOT_STORABLE.extendedRcode, {
      rcode: RCODE.BADCOOKIE & 0xf,
      answers: records(A),
      additionals: [opt({ extendedRcode: RCODE.BADCOOKIE >> 4 })],
    }],
    ["NXDOMAIN without SOA [2308_01]", NOT_STORABLE.noSoa, { rcode: RCODE.NXDOMAIN }],
    ["NODATA without SOA [2308_01]", NOT_STORABLE.noSoa, {}],
    ["a CNAME chain that ends nowhere [6604_01]", NOT_STORABLE.noSoa, { answers: records(CNAME) }],
    ["a CNAME chain with a negative end, with the SOA of its beginning", NOT_STORABLE.noSoa, {
      rcode: RCODE.NXDOMAIN,
      answers: records(CNAME),
      authorities: records(SOA),
    }],
    ["a DNAME without its CNAME", NOT_STORABLE.noSoa, {
      answers: records("example.org. 100 IN DNAME example.net."),
    }],
    ["a referral", NOT_STORABLE.referral, { authorities: records(NS) }],
    ["a lame server's referral to the root", NOT_STORABLE.referral, {
      authorities: records(". 3600 IN NS a.example."),
    }],
    ["NXDOMAIN with an answer", NOT_STORABLE.contradictory, {
      rcode: RCODE.NXDOMAIN,
      answers: records(A),
      authorities: records(SOA),
    }],
    ["NXDOMAIN with an answer at the end of a chain", NOT_STORABLE.contradictory, {
      rcode: RCODE.NXDOMAIN,
      answers: records(CNAME, "web.example.net. 300 IN A 192.0.2.1"),
      authorities: records(SOA_NET),
    }],
    ["an answer of another class", NOT_STORABLE.otherClass, {
      answers: records("www.example.org. 300 CLASS3 A 192.0.2.1"),
    }],
    ["an additional record of another class", NOT_STORABLE.otherClass, {
      answers: records(A),
      additionals: records("www.example.org. 300 CLASS3 A 192.0.2.1"),
    }],
    ["513 records", NOT_STORABLE.tooLarge, { answers: addresses(513) }],
    ["65 RRsets", NOT_STORABLE.tooLarge, {
      answers: records(A),
      additionals: records(...Array.from({ length: 64 }, (_, i) => `ns${i}.example.org. 300 IN A 192.0.2.1`)),
    }],
    ["hundreds of records of dozens of RRsets", NOT_STORABLE.tooLarge, {
      answers: records(A),
      additionals: records(...Array.from({ length: 400 }, (_, i) => `ns${i % 40}.example.org. 300 IN A 192.0.2.1`)),
    }],
    ["a TTL of 0 [1035_07]", NOT_STORABLE.zeroTtl, { answers: records("www.example.org. 0 IN A 192.0.2.1") }],
    ["a TTL of 0 in any section [1035_07]", NOT_STORABLE.zeroTtl, {
      answers: records(A),
      authorities: records("example.org. 0 IN NS ns1.example.org."),
    }],
    ["a TTL of 2^31 [2181_01]", NOT_STORABLE.zeroTtl, {
      answers: records("www.example.org. 2147483648 IN A 192.0.2.1"),
    }],
    ["a TTL of 2^32 - 1 [2181_01]", NOT_STORABLE.zeroTtl, {
      answers: records("www.example.org. 4294967295 IN A 192.0.2.1"),
    }],
    ["a SOA with MINIMUM 0 [2308_01]", NOT_STORABLE.zeroTtl, {
      rcode: RCODE.NXDOMAIN,
      authorities: records("example.org. 600 IN SOA ns1.example.org. h.example.org. 1 2 3 4 0"),
    }],
    ["a SOA with MINIMUM 2^31 [2181_01]", NOT_STORABLE.zeroTtl, {
      authorities: records("example.org. 600 IN SOA ns1.example.org. h.example.org. 1 2 3 4 2147483648"),
    }],
  ] as readonly (readonly [string, NotStorableReason, Partial<Message>, string?])[]
) {
  Deno.test(`assess() does not store ${what}: ${reason}`, () => {
    assertEquals(assess(readResponse(reply(fields, name)), RULES), { isStorable: false, reason });
  });
}

Deno.test("assess() does not store a response that is cut, at whatever octet", () => {
  const whole = reply({ answers: records(A), authorities: records(NS), additionals: [opt()] });
  for (let length = 0; length < whole.length; length++) {
    assertEquals(assess(readResponse(whole.subarray(0, length)), RULES), {
      isStorable: false,
      reason: NOT_STORABLE.malformed,
    });
  }
});

Deno.test("assess() makes NXDOMAIN hold for every type of QNAME, never by way of a CNAME [2308_03]", () => {
  const rcode = RCODE.NXDOMAIN;
  assertEquals(stored({ rcode, authorities: records(SOA) }).holdsForEveryType, true);
  assertEquals(stored({ rcode, answers: records(CNAME), authorities: records(SOA_NET) }).holdsForEveryType, false);
  assertEquals(stored({ authorities: records(SOA) }).holdsForEveryType, false);
});

Deno.test("assess() gives the records of an RRset its lowest TTL, in whatever sections they stand [2181_02]", () => {
  const verdict = stored({
    answers: records(A, "WWW.example.org. 100 IN A 192.0.2.2", "www.example.org. 200 IN A 192.0.2.3"),
    authorities: records(NS),
    additionals: records("www.example.org. 250 IN A 192.0.2.1", "ns1.example.org. 700 IN A 192.0.2.53"),
  });
  assertEquals(recordLines(verdict), [
    "www.example.org. 100 IN A 192.0.2.1",
    "WWW.example.org. 100 IN A 192.0.2.2",
    "www.example.org. 100 IN A 192.0.2.3",
    "example.org. 900 IN NS ns1.example.org.",
    "www.example.org. 100 IN A 192.0.2.1",
    "ns1.example.org. 700 IN A 192.0.2.53",
  ]);
  assertEquals(verdict.lifetimeSeconds, 100);
});

Deno.test("assess() gives signatures the TTL of what they cover, and tells those of other types apart [2181_02]", () => {
  const verdict = stored({
    answers: records(A, `www.example.org. 3600 IN RRSIG A ${EXPIRY}`),
    authorities: records(
      NS,
      `example.org. 800 IN RRSIG NS ${EXPIRY}`,
      "www.example.org. 400 IN NSEC x.example.org. A",
      `www.example.org. 500 IN RRSIG NSEC ${EXPIRY}`,
    ),
  });
  assertEquals(decode(verdict.message).answers.map(({ ttl }) => ttl), [300, 300]);
  assertEquals(decode(verdict.message).authorities.map(({ ttl }) => ttl), [800, 800, 400, 400]);
});

Deno.test("assess() stores the SOA with the time its denial holds, and its signature with it [2308_02] [2308_05]", () => {
  const authorities = records(
    "example.org. 86400 IN SOA ns1.example.org. hostmaster.example.org. 1 3600 900 604800 7200",
    `example.org. 86400 IN RRSIG SOA ${EXPIRY}`,
    "a.example.org. 7200 IN NSEC z.example.org. A",
  );
  const verdict = stored({ rcode: RCODE.NXDOMAIN, authorities });
  assertEquals(decode(verdict.message).authorities.map(({ ttl }) => ttl), [3_600, 3_600, 7_200]);
  assertEquals(verdict.lifetimeSeconds, 3_600);
});

Deno.test("assess() takes the lower of the SOA's TTL and its MINIMUM [2308_01]", () => {
  const soa = (ttl: number, minimum: number) =>
    `example.org. ${ttl} IN SOA a.example.org. h.example.org. 1 2 3 4 ${minimum}`;
  assertEquals(stored({ authorities: records(soa(30, 120)) }).lifetimeSeconds, 30);
  assertEquals(stored({ authorities: records(soa(120, 30)) }).lifetimeSeconds, 30);
  assertEquals(stored({ authorities: records(soa(120, 60), soa(90, 80)) }).lifetimeSeconds, 60);
});

Deno.test("assess() believes the first SOA that fits, and no other [2308_01]", () => {
  const above = "org. 500 IN SOA a.example.org. h.example.org. 1 2 3 4 10";
  const verdict = stored({ authorities: records(SOA, above) });
  assertEquals(verdict.lifetimeSeconds, 120);
  assertEquals(recordLines(verdict), [SOA.replace(" 600 ", " 120 "), above]);
});

Deno.test("assess() raises TTLs to --min-ttl, that of 0 too, and lowers them to --max-ttl", () => {
  const answers = records("www.example.org. 0 IN A 192.0.2.1");
  assertEquals(stored({ answers }, { minTtlSeconds: 60 }).lifetimeSeconds, 60);
  const week = { answers: records("www.example.org. 604800 IN A 192.0.2.1") };
  assertEquals(recordLines(stored(week)), ["www.example.org. 86400 IN A 192.0.2.1"]);
  assertEquals(stored(week, { maxTtlSeconds: 50, minTtlSeconds: 60 }).lifetimeSeconds, 50);
  assertEquals(stored({ authorities: records(SOA) }, { maxTtlSeconds: 50 }).lifetimeSeconds, 50);
});

Deno.test("assess() does not raise a denial to --min-ttl [2308_01]", () => {
  assertEquals(stored({ authorities: records(SOA) }, { minTtlSeconds: 1_000 }).lifetimeSeconds, 120);
  const chain = { answers: records(CNAME), authorities: records(SOA_NET) };
  assertEquals(recordLines(stored(chain, { minTtlSeconds: 1_000 })), [
    "www.example.org. 1000 IN CNAME web.example.net.",
    SOA_NET,
  ]);
});

Deno.test("assess() keeps RA, AD and RCODE, and nothing else that depends on who asked whom", () => {
  const verdict = stored({
    isAuthoritative: true,
    checkingDisabled: true,
    isAuthenticData: true,
    rcode: RCODE.NXDOMAIN,
    authorities: records(SOA),
  });
  assertEquals(uint16At(verdict.message, 0), 0);
  assertEquals(uint16At(verdict.message, 2), FLAG.QR | FLAG.RA | FLAG.AD | RCODE.NXDOMAIN);
  const withZ = reply({ recursionAvailable: false, answers: records(A) });
  withZ[3]! |= FLAG.Z;
  assertEquals(uint16At((assess(readResponse(withZ), RULES) as Storable).message, 2), FLAG.QR);
});

Deno.test("assess() leaves the OPT record out, last or not, and octets behind the last record [6891_06]", () => {
  const additional = "ns1.example.org. 300 IN A 192.0.2.53";
  const fields = { answers: records(A), authorities: records(NS) };
  const expected = stored({ ...fields, additionals: records(additional) });
  const last = stored({ ...fields, additionals: [...records(additional), opt()] });
  const first = stored({
    ...fields,
    additionals: [opt({ options: [{ code: 15, data: new Uint8Array(40) }] }), ...records(additional)],
  });
  const withRest = assess(
    readResponse(concat([reply({ ...fields, additionals: records(additional) }), new Uint8Array(9)])),
    RULES,
  );
  for (const verdict of [last, first]) assertEquals(verdict, { ...expected, hadOpt: true });
  assertEquals(withRest, expected);
  assertEquals(recordLines(expected), [A, NS, additional]);
});

Deno.test("[4343_02] assess() makes owners point to the question that are its name in full", () => {
  const full = nameFromText("www.example.org.");
  const pointing = reply({ answers: records(A), authorities: records(NS) });
  const tail = pointing.subarray(pointing.indexOf(0xc0) + 2);
  // The rest points to the question alone, and so need not be moved.
  const inFull = concat([pointing.subarray(0, pointing.indexOf(0xc0)), full, tail]);
  assertEquals(assess(readResponse(inFull), RULES), assess(readResponse(pointing), RULES));
});

Deno.test("assess() makes the stored form of the response's own octets where it can", () => {
  const octets = reply({ answers: records(A), additionals: [opt()] });
  const { message } = assess(readResponse(octets), RULES) as Storable;
  assertEquals([message.buffer === octets.buffer, message.byteOffset], [true, octets.byteOffset]);
});

for (
  const [what, fields] of [
    ["has TTL 0 beside others", { answers: records(A, "www.example.org. 0 IN A 192.0.2.2") }],
    ["says nothing", {}],
    ["is truncated", { isTruncated: true, answers: records(A) }],
  ] as const
) {
  Deno.test(`assess() leaves a response as it is that ${what}`, () => {
    const octets = reply(fields);
    const before = octets.slice();
    assertEquals(assess(readResponse(octets), RULES).isStorable, false);
    assertEquals(octets, before);
  });
}

Deno.test("assess() takes a view into a larger buffer", () => {
  const octets = reply({ answers: records(A), additionals: [opt()] });
  const view = concat([new Uint8Array(5), octets, new Uint8Array(5)]).subarray(5, 5 + octets.length);
  assertEquals(assess(readResponse(view), RULES), assess(readResponse(octets.slice()), RULES));
});
