import { assert, assertEquals, assertMatch } from "@std/assert";
import { parseCidr } from "../../../lib/base/net/cidr.ts";
import { Counters } from "../../../lib/observe/counters.ts";
import { LineAMinute } from "../../../lib/observe/line_a_minute.ts";
import { Log } from "../../../lib/observe/log.ts";
import { Client } from "../../../lib/resolver/client.ts";
import { Query } from "../../../lib/resolver/query.ts";
import { Access } from "../../../lib/server/admission/access.ts";
import { ADMITTED, IGNORED } from "../../../lib/server/admission/message_check.ts";
import { finish } from "../../support/finish.ts";
import type { Admission } from "../../../lib/server/admission/admission.ts";
import { RateLimit } from "../../../lib/server/admission/rate_limit.ts";
import { type EdnsOption, readExtendedError } from "../../../lib/wire/edns/edns.ts";
import { EDE, EDNS_OPTION, OPCODE, RCODE } from "../../../lib/wire/iana.ts";
import { decode, type Message, type ResourceRecord } from "../../../lib/wire/message.ts";
import { ednsOf, hex, opt, question, questionLines, record, wire } from "../../support/messages.ts";
import { responseTo } from "../../support/resolving.ts";
import { cookies, policy, settableClock } from "../../support/serving.ts";
import type { Reply } from "../../../lib/resolver/reply.ts";

const QUESTIONS = [question("eXample.org")];
const UDP = new Client("198.51.100.100", "udp");
const TCP = new Client(UDP.hostname, "tcp");
const TLS = new Client(UDP.hostname, "tls");
const STRANGER = new Client("203.0.113.9", "udp");
const CLIENT_COOKIE = "2464c4abcf10c957";
/** What RFC 9018 A.1 makes of it for the address of `UDP`, under its secret and at its time. */
const COOKIE = "2464c4abcf10c957010000005cf79f111f8130c3eee29480";
const RFC_COOKIES = cookies(() => 1_559_731_985, {
  fill: (octets) => octets.set(hex("e5e973e5a6b2a43f48e7dc849e37bfcf")),
});

function query(fields: Partial<Message> = {}, client = UDP): Query {
  const octets = wire({ id: 0x4321, recursionDesired: true, questions: QUESTIONS, ...fields });
  return new Query({ wire: octets, client, deadlineMs: 2000 });
}

function withOptions(...options: readonly EdnsOption[]): Partial<Message> {
  return { additionals: [opt({ options })] };
}

function cookie(text: string): EdnsOption {
  return { code: EDNS_OPTION.COOKIE, data: hex(text) };
}

/** The reply that the policy makes by itself, as the client gets it. */
function rejection(judging: Admission, asked: Query): Message {
  const verdict = judging.judge(asked);
  assert(typeof verdict !== "string", `expected a reply, got "${verdict}"`);
  return decode(finish(verdict, asked));
}

/** The options of the reply to a query that is let through and answered. */
function optionsOfAnswer(asked: Query, judging = policy({ cookies: RFC_COOKIES })) {
  assertEquals(judging.judge(asked), ADMITTED);
  return ednsOf(decode(finish(responseTo(asked), asked)))?.options.map(({ code, data }) => [code, data.toHex()]);
}

function errorsOf(reply: Message) {
  return ednsOf(reply)!.options.map(readExtendedError);
}

function setUpAccess(access = new Access([parseCidr("198.51.100.0/24")])) {
  const counters = new Counters();
  const clock = settableClock();
  const logged: string[] = [];
  const log = new Log({ level: "warn", writeLine: (line) => void logged.push(line) });
  return {
    clock,
    counters,
    logged,
    judging: policy({ access, counters, strangers: new LineAMinute(clock, (line) => log.warn(line)) }),
  };
}

Deno.test("[5625_08] Admission.judge() refuses strangers with extended error 18, and counts them", () => {
  const { counters, judging } = setUpAccess();
  const reply = rejection(judging, query({ additionals: [opt()] }, STRANGER));
  assertEquals([reply.rcode, reply.id, questionLines(reply.questions)], [
    RCODE.REFUSED,
    0x4321,
    ["eXample.org. IN A"],
  ]);
  assertEquals(errorsOf(reply).map((error) => error?.infoCode), [EDE.PROHIBITED]);
  assertEquals(judging.judge(query()), ADMITTED);
  assertEquals(counters.prohibited, 1);
});

Deno.test("Admission.judge() warns once a minute while strangers ask, names one of them and the knob", () => {
  const { clock, logged, judging } = setUpAccess();
  judging.judge(query());
  assertEquals(logged, []);
  for (let i = 0; i < 5; i++) judging.judge(query({}, STRANGER));
  assertEquals(logged.length, 1);
  assertMatch(logged[0]!, /^dns-forwarder: warn: 203\.0\.113\.9 is in no network of --allow, .* \(1 so far /);
  clock.set(60_000);
  judging.judge(query({}, STRANGER));
  assertEquals(logged.length, 2);
  assertMatch(logged[1]!, / \(6 so far /);
});

Deno.test("Admission.judge() names the network that may not ask, and the knob", () => {
  const { logged, judging } = setUpAccess(
    new Access(["0.0.0.0/0"].map(parseCidr), { denied: [parseCidr("203.0.113.0/24")] }),
  );
  judging.judge(query({}, STRANGER));
  assertMatch(
    logged[0]!,
    /203\.0\.113\.9 is in 203\.0\.113\.0\/24, which may not ask, .* a longer network in access\.allow lets it$/,
  );
});

Deno.test("Admission.judge() tells strangers nothing but that, whatever they send, and ignores what everybody's is", () => {
  const { judging } = setUpAccess();
  const fields: readonly Partial<Message>[] = [
    { opcode: OPCODE.UPDATE },
    { additionals: [opt(), opt()] },
    { additionals: [opt({ version: 1 })] },
    withOptions(cookie("00")),
    withOptions(cookie(CLIENT_COOKIE)),
    { questions: [] },
  ];
  for (const each of fields) {
    const reply = rejection(judging, query(each, STRANGER));
    const edns = ednsOf(reply);
    assertEquals([reply.rcode, edns?.extendedRcode ?? 0, edns?.options.length ?? 1], [RCODE.REFUSED, 0, 1]);
  }
  const cut = new Query({ wire: wire({ questions: QUESTIONS }).slice(0, -1), client: STRANGER, deadlineMs: 2000 });
  assertEquals(rejection(judging, cut).rcode, RCODE.REFUSED);
  assertEquals(judging.judge(query({ isResponse: true }, STRANGER)), IGNORED);
});

Deno.test("[7873_01] Admission.judge() answers FORMERR to a COOKIE option of any other length than 8 or 16 to 40", () => {
  for (let length = 0; length <= 45; length++) {
    const asked = query(withOptions({ code: EDNS_OPTION.COOKIE, data: new Uint8Array(length) }));
    const verdict = policy().judge(asked);
    assertEquals(verdict === ADMITTED, length === 8 || (length >= 16 && length <= 40), `${length} octets`);
    if (typeof verdict === "string") continue;
    const reply = decode(finish(verdict, asked));
    assertEquals([reply.rcode, errorsOf(reply).map((error) => error?.infoCode)], [RCODE.FORMERR, [EDE.OTHER]]);
  }
});

Deno.test("[9018_01] [7873_05] Admission.judge() has the reply carry the client's cookie and ours", () => {
  const asked = query(withOptions(cookie(CLIENT_COOKIE)));
  assertEquals(optionsOfAnswer(asked), [[EDNS_OPTION.COOKIE, COOKIE]]);
  assertEquals(asked.hasValidCookie, false);
});

Deno.test("[7873_05] Admission.judge() leaves the cookies of queries alone that have been judged before", () => {
  const judging = policy({ cookies: RFC_COOKIES });
  const [first, second] = [CLIENT_COOKIE, "ff".repeat(8)].map((text) => query(withOptions(cookie(text))));
  for (const asked of [first!, second!]) judging.judge(asked);
  const cookieOf = ({ reply }: Query) => reply.options[0]!.data.toHex();
  assertEquals([cookieOf(first!), cookieOf(second!).slice(0, 16)], [COOKIE, "ff".repeat(8)]);
});

Deno.test("[9018_02] Admission.judge() notes who brings a cookie of ours, and that others do not", () => {
  const wrong = COOKIE.replace(/.$/, "1");
  for (const [text, isValid] of [[COOKIE, true], [wrong, false]] as const) {
    const asked = query(withOptions(cookie(text)));
    assertEquals(optionsOfAnswer(asked), [[EDNS_OPTION.COOKIE, COOKIE]]);
    assertEquals(asked.hasValidCookie, isValid);
  }
});

Deno.test("Admission.judge() knows a cookie again when the client's IPv4 address comes as IPv6", () => {
  const asked = query(withOptions(cookie(COOKIE)));
  const mapped = new Query({
    wire: asked.wire,
    client: new Client("::ffff:198.51.100.100", "udp"),
    deadlineMs: 2000,
  });
  assertEquals(policy({ cookies: RFC_COOKIES }).judge(mapped), ADMITTED);
  assertEquals(mapped.hasValidCookie, true);
});

Deno.test("[4007_01] Admission.judge() gives cookies to clients on a link, and knows them again", () => {
  const judging = policy({ cookies: RFC_COOKIES });
  const from = (text: string) => {
    const { wire } = query(withOptions(cookie(text)));
    const asked = new Query({ wire, client: new Client("fe80::2%eth0", "udp"), deadlineMs: 2000 });
    assertEquals(judging.judge(asked), ADMITTED);
    return asked;
  };
  const [given] = from(CLIENT_COOKIE).reply.options;
  assertEquals(from(given!.data.toHex()).hasValidCookie, true);
});

Deno.test("Admission.judge() goes by the first of several COOKIE options (RFC 7873 §5.2)", () => {
  const asked = query(withOptions(cookie(CLIENT_COOKIE), cookie("00"), cookie("1122334455667788")));
  assertEquals(optionsOfAnswer(asked), [[EDNS_OPTION.COOKIE, COOKIE]]);
});

for (
  const [what, text, rcode] of [
    ["a client cookie", CLIENT_COOKIE, RCODE.NOERROR],
    ["a cookie of ours", COOKIE, RCODE.NOERROR],
    ["a cookie that is not ours", COOKIE.replace(/.$/, "1"), RCODE.BADCOOKIE],
  ] as const
) {
  Deno.test(`[7873_06] Admission.judge() answers ${what} without a question with RCODE ${rcode} and a good cookie`, () => {
    const asked = query({ questions: [], ...withOptions(cookie(text)) });
    const verdict = policy({ cookies: RFC_COOKIES }).judge(asked);
    const reply = decode(finish(verdict === ADMITTED ? responseTo(asked) : verdict as Reply, asked));
    const edns = ednsOf(reply)!;
    assertEquals((edns.extendedRcode << 4) | reply.rcode, rcode);
    assertEquals(edns.options, [cookie(COOKIE)]);
  });
}

const KEEPALIVE: EdnsOption = { code: EDNS_OPTION.TCP_KEEPALIVE, data: new Uint8Array(0) };

Deno.test("[7828_02] Admission.judge() tells who asks for it over TCP that a connection may be idle for 10 s", () => {
  assertEquals(optionsOfAnswer(query(withOptions(KEEPALIVE), TCP)), [[EDNS_OPTION.TCP_KEEPALIVE, "0064"]]);
  assertEquals(optionsOfAnswer(query(withOptions(), TCP)), []);
  assertEquals(optionsOfAnswer(query(withOptions(cookie(CLIENT_COOKIE), KEEPALIVE), TCP)), [
    [EDNS_OPTION.TCP_KEEPALIVE, "0064"],
    [EDNS_OPTION.COOKIE, COOKIE],
  ]);
});

Deno.test("Admission.judge() tells that it may be idle for 30 s over TLS (RFC 7858 §3.4), and nothing where channels have a way of their own", () => {
  const [overTls, ...others] = (["tls", "https", "quic"] as const).map((channel) => {
    const options = optionsOfAnswer(query(withOptions(KEEPALIVE), new Client(UDP.hostname, channel)));
    return options!.filter(([code]) => code !== EDNS_OPTION.PADDING);
  });
  assertEquals([overTls, others], [[[EDNS_OPTION.TCP_KEEPALIVE, "012c"]], [[], []]]);
});

Deno.test("[7828_01] Admission.judge() ignores the keepalive option over UDP", () => {
  assertEquals(optionsOfAnswer(query(withOptions(KEEPALIVE))), []);
});

Deno.test("[6891_07] Admission.judge() ignores unknown options, however many, and never echoes them", () => {
  const options = Array.from({ length: 800 }, () => ({ code: 65_001, data: hex("01") }));
  assertEquals(optionsOfAnswer(query(withOptions(...options))), []);
  assertEquals(optionsOfAnswer(query(withOptions(...options, cookie(CLIENT_COOKIE)))), [[EDNS_OPTION.COOKIE, COOKIE]]);
});

Deno.test("finish() keeps room for the options that a reply must carry", () => {
  for (let answerOctets = 400; answerOctets < 520; answerOctets++) {
    const asked = query({
      additionals: [opt({ udpPayloadOctets: 512, options: [cookie(CLIENT_COOKIE)] })],
    });
    assertEquals(policy({ cookies: RFC_COOKIES }).judge(asked), ADMITTED);
    const filler = { ...QUESTIONS[0]!, type: 65_280, ttl: 9, rdata: new Uint8Array(answerOctets) };
    const octets = finish(responseTo(asked, { answers: [filler] }), asked);
    assert(octets.length <= 512);
    const reply = decode(octets);
    assertEquals([reply.isTruncated, ednsOf(reply)!.options], [answerOctets + 80 > 512, [cookie(COOKIE)]]);
  }
});

/** Messages that are rejected as they stand, each with the OPT record that it is given. All but the first are queries. */
const REJECTED: readonly [string, (additional: ResourceRecord) => Uint8Array<ArrayBuffer>, number][] = [
  ["of opcode UPDATE", (additional) => message({ opcode: OPCODE.UPDATE, additionals: [additional] }), RCODE.NOTIMP],
  ["that cannot be read to its end", (additional) => {
    const octets = message({ additionals: [additional, record("a.example 9 IN A 192.0.2.1")] });
    return octets.slice(0, -1);
  }, RCODE.FORMERR],
  ["with a signature", (additional) => {
    return message({ additionals: [additional, record("key.example 0 CLASS255 TSIG \\# 0")] });
  }, RCODE.NOTIMP],
  ["for NXNAME", (additional) => {
    return message({ questions: [question("example.org TYPE128")], additionals: [additional] });
  }, RCODE.FORMERR],
];

function message(fields: Partial<Message>): Uint8Array<ArrayBuffer> {
  return wire({ id: 0x4321, questions: QUESTIONS, ...fields });
}

for (const [what, octets, rcode] of REJECTED) {
  Deno.test(`Admission.judge() answers the COOKIE option of a message ${what} along with rejecting it`, () => {
    const asked = new Query({
      wire: octets(opt({ options: [cookie(CLIENT_COOKIE)] })),
      client: UDP,
      deadlineMs: 2000,
    });
    const reply = rejection(policy({ cookies: RFC_COOKIES }), asked);
    assertEquals([reply.rcode, ednsOf(reply)!.options[0]], [rcode, cookie(COOKIE)]);
  });

  Deno.test(`[7873_01] Admission.judge() rejects a message ${what} and with a malformed cookie for both`, () => {
    const asked = new Query({ wire: octets(opt({ options: [cookie("00")] })), client: UDP, deadlineMs: 2000 });
    const reply = rejection(policy({ cookies: RFC_COOKIES }), asked);
    assertEquals([reply.rcode, errorsOf(reply).map((error) => error === null)], [rcode, [false, false]]);
  });
}

Deno.test("Admission.judge() gives no cookie where the OPT record says nothing that it understands", () => {
  const good = opt({ options: [cookie(COOKIE)] });
  for (const additionals of [[good, good], [{ ...good, name: QUESTIONS[0]!.name }], [{ ...good, ttl: 1 << 16 }]]) {
    const asked = query({ additionals });
    const options = ednsOf(rejection(policy({ cookies: RFC_COOKIES }), asked))!.options;
    assertEquals([options.some(({ code }) => code === EDNS_OPTION.COOKIE), asked.hasValidCookie], [false, false]);
  }
});

function setUpRate() {
  const clock = settableClock();
  const counters = new Counters();
  const rateLimit = new RateLimit({ questionsPerSecond: 10, clock });
  const judging = policy({ rateLimit, counters, cookies: RFC_COOKIES });
  const passing = (count: number, ask: () => Query) => {
    return Array.from({ length: count }, () => judging.judge(ask())).filter((verdict) => verdict === ADMITTED).length;
  };
  return { counters, judging, passing };
}

Deno.test("Admission.judge() answers whose network asks too much over UDP with TC and nothing else", () => {
  const { counters, judging, passing } = setUpRate();
  assertEquals(passing(10, query), 10);
  const reply = rejection(judging, query({ additionals: [opt()] }));
  assertEquals([reply.rcode, reply.isTruncated, questionLines(reply.questions)], [
    RCODE.NOERROR,
    true,
    ["eXample.org. IN A"],
  ]);
  assertEquals([reply.answers, reply.authorities, reply.additionals.length], [[], [], 1]);
  assertEquals(errorsOf(reply).map((error) => error?.infoCode), [EDE.OTHER]);
  assertEquals(counters.rateLimited, 1);
});

Deno.test("[8906_06] Admission.judge() never lets an UPDATE or a NOTIFY take the rate limit for success", () => {
  for (const opcode of [OPCODE.UPDATE, OPCODE.NOTIFY, OPCODE.STATUS, 15]) {
    const { counters, judging, passing } = setUpRate();
    assertEquals(passing(10, query), 10);
    const reply = rejection(judging, query({ opcode, additionals: [opt()], recursionDesired: false }));
    assertEquals([reply.rcode, reply.opcode, reply.questions, errorsOf(reply)], [RCODE.NOTIMP, opcode, [], []]);
    assertEquals([reply.isTruncated, reply.recursionAvailable], [false, false]);
    assertEquals(counters.rateLimited, 1);
  }
});

Deno.test("[9018_02] Admission.judge() exempts TCP, TLS and who has a cookie of ours from the rate, and no other cookie", () => {
  const { passing } = setUpRate();
  assertEquals(passing(50, () => query({}, TCP)), 50);
  assertEquals(passing(50, () => query({}, TLS)), 50);
  assertEquals(passing(50, () => query(withOptions(cookie(COOKIE)))), 50);
  assertEquals(passing(50, () => query(withOptions(cookie(CLIENT_COOKIE)))), 10);
  assertEquals(passing(50, () => query(withOptions(cookie(COOKIE.replace(/.$/, "1"))))), 0);
});

Deno.test("[2.1.3] Admission.judge() charges every question against the rate", () => {
  const { passing } = setUpRate();
  const eight = Array.from({ length: 8 }, () => QUESTIONS[0]!);
  assertEquals(passing(10, () => query({ questions: eight })), 2);
});

for (
  const [what, octets] of [...REJECTED.slice(1), ["with two OPT records", twoOpts], [
    "of EDNS version 1",
    versionOne,
  ]] as const
) {
  Deno.test(`Admission.judge() charges a message ${what} against the rate, and asks for TCP beyond it`, () => {
    const { counters, judging } = setUpRate();
    const ask = (additional = opt()) => new Query({ wire: octets(additional), client: UDP, deadlineMs: 2000 });
    const flags = Array.from({ length: 12 }, () => {
      const { rcode, isTruncated } = rejection(judging, ask());
      return isTruncated && rcode === RCODE.NOERROR;
    });
    assertEquals(flags.map(Number).join(""), "000000000011");
    const reply = rejection(judging, ask());
    const edns = ednsOf(reply)!;
    assertEquals([edns.extendedRcode, errorsOf(reply).map((error) => error?.text)], [0, ["Rate limit, ask over TCP"]]);
    assertEquals([reply.answers, reply.authorities, reply.additionals.length], [[], [], 1]);
    assertEquals([judging.judge(query()) === ADMITTED, counters.rateLimited], [false, 4]);
  });
}

function twoOpts(additional: ResourceRecord) {
  return message({ additionals: [additional, additional] });
}

function versionOne(additional: ResourceRecord) {
  return message({ additionals: [{ ...additional, ttl: 1 << 16 }] });
}

Deno.test("[9018_02] Admission.judge() rejects who has a cookie of ours, whatever the rate", () => {
  const { judging, passing } = setUpRate();
  assertEquals(passing(50, query), 10);
  for (const [, octets, rcode] of REJECTED) {
    const asked = new Query({ wire: octets(opt({ options: [cookie(COOKIE)] })), client: UDP, deadlineMs: 2000 });
    assertEquals([rejection(judging, asked).rcode, asked.hasValidCookie], [rcode, true]);
  }
});

Deno.test("Admission.judge() lets no single message use up more of the rate than eight questions do", () => {
  const { judging, passing } = setUpRate();
  const many = Array.from({ length: 300 }, () => QUESTIONS[0]!);
  judging.judge(query({ questions: many }));
  assertEquals(passing(10, query), 2);
});
