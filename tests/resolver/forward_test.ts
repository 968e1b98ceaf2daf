import { assert, assertEquals, assertRejects } from "@std/assert";
import { Forward } from "../../lib/resolver/forward.ts";
import { CHANNELS, Client } from "../../lib/resolver/client.ts";
import { Query } from "../../lib/resolver/query.ts";
import { extendedErrorOption } from "../../lib/wire/edns/edns.ts";
import { EDE, RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { settled } from "../support/fake_time.ts";
import { ednsOf, hex, lines, opt, question, questionLines, record, records, wire } from "../support/messages.ts";
import { clientQuery } from "../support/resolving.ts";
import { responseTo, UPSTREAM, upstreamRig } from "../support/upstream_rig.ts";

const QUESTIONS = [question("eXample.org AAAA")];
const ANSWER = record("example.org 9 IN AAAA 2001:db8::1");

/** A query on its way upstream: `sent()` is what went out last. */
async function forward(query: Query) {
  const rig = upstreamRig({ size: 1 });
  const reply = new Forward({ upstreamsFor: () => rig.upstreams }).resolve(query);
  await settled();
  const socket = rig.network.sockets[0]!;
  return {
    ...rig,
    socket,
    query,
    reply,
    sent: () => decode(socket.sent.at(-1)!.octets),
    answer: async (fields: Partial<Message>) => {
      socket.deliver(responseTo(socket, fields), UPSTREAM);
      await settled();
    },
  };
}

Deno.test("[9619_01] [1035_05] Forward.resolve() sends the one question, and nothing else of the client's", async () => {
  const { sent, pool } = await forward(
    clientQuery({ questions: QUESTIONS, answers: records("a.example 9 IN A 192.0.2.1") }),
  );
  assertEquals(questionLines(sent().questions).map((line) => line.toLowerCase()), ["example.org. in aaaa"]);
  assertEquals([sent().isResponse, sent().opcode, sent().answers, sent().additionals], [false, 0, [], [opt()]]);
  pool.close();
});

for (const channel of CHANNELS) {
  Deno.test(`Forward.resolve() asks for a client over ${channel} what ${channel === "udp" ? "a datagram" : "a stream"} has room for`, async () => {
    const { wire } = clientQuery({ questions: QUESTIONS });
    const query = new Query({ wire, client: new Client("198.51.100.7", channel), deadlineMs: 2000 });
    const { pool } = await forward(query);
    const { usefulOctetsMax, acceptsTruncated } = query.request!;
    assertEquals([usefulOctetsMax, acceptsTruncated], channel === "udp" ? [4 * 512, true] : [4 * 65_535, false]);
    pool.close();
  });
}

Deno.test("[4343_02] Forward.resolve() replies in the client's spelling, whatever the upstream was asked in", async () => {
  const { answer, reply, pool, sent } = await forward(clientQuery({ questions: QUESTIONS }));
  await answer({ answers: [{ ...ANSWER, name: sent().questions[0]!.name }] });
  const got = decode((await reply).octets);
  assertEquals(questionLines(got.questions), ["eXample.org. IN AAAA"]);
  assertEquals(lines(got.answers), ["eXample.org. 9 IN AAAA 2001:db8::1"]);
  pool.close();
});

Deno.test("[rd_01] [4035_01] [5625_10] Forward.resolve() copies RD and CD upstream, each by itself, sets AD, and no other flag", async () => {
  for (const flag of ["recursionDesired", "isAuthenticData", "checkingDisabled"] as const) {
    const none = { recursionDesired: false, isAuthenticData: false, checkingDisabled: false };
    const extra = { isAuthoritative: true, isTruncated: true, recursionAvailable: true, rcode: 5 };
    const { sent, pool } = await forward(clientQuery({ questions: QUESTIONS, ...none, ...extra, [flag]: true }));
    const { id, questions, answers, authorities, additionals, ...flags } = sent();
    assertEquals(flags, { ...flagsOf({ ...none, [flag]: true, isAuthenticData: true }) }, flag);
    assertEquals([questions.length, answers, authorities, additionals.length, typeof id], [1, [], [], 1, "number"]);
    pool.close();
  }
});

function flagsOf(fields: Partial<Message>) {
  const { id: _, questions, answers, authorities, additionals, ...flags } = decode(wire(fields));
  assertEquals([questions, answers, authorities, additionals], [[], [], [], []]);
  return flags;
}

Deno.test("[6891_09] [9715_01] Forward.resolve() advertises 1232 octets, whatever the client takes", async () => {
  for (const theirs of [null, 0, 512, 1232, 4096]) {
    const additionals = theirs === null ? [] : [opt({ udpPayloadOctets: theirs })];
    const { sent, pool } = await forward(clientQuery({ questions: QUESTIONS, additionals }));
    assertEquals(ednsOf(sent())?.udpPayloadOctets, 1232);
    pool.close();
  }
});

Deno.test("[6891_06] [6891_10] [6891_12] [4035_05] Forward.resolve() sends an OPT of its own: DO copied, no option, version 0, Z zero", async () => {
  for (const wantsDnssec of [false, true]) {
    const theirs = opt({
      wantsDnssec,
      options: [{ code: 8, data: hex("0001 2000 c00002") }, { code: 10, data: hex("0102030405060708") }],
    });
    // Z bits in the OPT record's flags, which we do not know.
    const additionals = [{ ...theirs, ttl: theirs.ttl | 0x7fff }];
    const { sent, pool } = await forward(clientQuery({ questions: QUESTIONS, additionals }));
    assertEquals(sent().additionals, [opt({ wantsDnssec })]);
    pool.close();
  }
});

Deno.test("[3597_01] [5625_01] [1035_09] Forward.resolve() returns the upstream's records undecoded", async () => {
  // No letters: the spelling is not what this is about.
  const { socket, reply, pool } = await forward(clientQuery({ questions: [question("10.0 TYPE65280 4660")] }));
  const answers = records("10.0 9 CLASS4660 TYPE65280 \\# 4 c00cffff");
  const octets = responseTo(socket, { answers, rcode: 11 });
  socket.deliver(octets, UPSTREAM);
  assertEquals((await reply).octets, octets);
  pool.close();
});

const SIGNATURE = "RRSIG A 13 2 9 20300101000000 20200101000000 7 example.org. AQIDBA==";
const PASSING: readonly (readonly [string, asked: string, Partial<Message>])[] = [
  ["[ra_01] RA=0", "10.0", { recursionAvailable: false }],
  ["[ra_01] RA=1", "10.0", { recursionAvailable: true }],
  ["[4035_06] DS records", "10.0 DS", { answers: records("10.0 9 IN DS 7 13 2 AABB") }],
  ["[4035_06] DNSKEY records", "10.0 DNSKEY", { answers: records("10.0 9 IN DNSKEY 257 3 13 AQIDBA==") }],
  ["[4035_06] RRSIG records", "10.0 RRSIG", { answers: records(`10.0 9 IN ${SIGNATURE}`) }],
  ["[6604_01] NXDOMAIN behind an alias", "10.0", {
    rcode: RCODE.NXDOMAIN,
    answers: records("10.0 9 IN CNAME 11.0"),
    authorities: records("0 60 IN SOA ns.example h.example 1 2 3 4 60"),
  }],
  ["[9460_02] an HTTPS record in alias form", "10.0 HTTPS", { answers: records("10.0 9 IN HTTPS 0 11.0") }],
  ["[9460_02] an SVCB record in alias form", "10.0 SVCB", { answers: records("10.0 9 IN SVCB 0 11.0") }],
];

for (const [what, asked, fields] of PASSING) {
  Deno.test(`${what}: Forward.resolve() passes it on as it came`, async () => {
    const { socket, reply, pool } = await forward(clientQuery({ questions: [question(asked)] }));
    const octets = responseTo(socket, { answers: records("10.0 9 IN A 192.0.2.1"), ...fields });
    socket.deliver(octets.slice(), UPSTREAM);
    assertEquals((await reply).octets, octets);
    pool.close();
  });
}

Deno.test("[8914_03] Forward.resolve() passes four extended errors on, and 120 letters of each", async () => {
  const query = clientQuery({ questions: QUESTIONS });
  const { answer, reply, pool } = await forward(query);
  const errors = Array.from({ length: 6 }, (_, i) => ({ infoCode: i, text: "x".repeat(118 + i) }));
  await answer({ answers: [ANSWER], additionals: [opt({ options: errors.map(extendedErrorOption) })] });
  await reply;
  assertEquals(query.reply.extendedErrors.map(({ infoCode, text }) => [infoCode, text.length]), [
    [0, 118],
    [1, 119],
    [2, 120],
    [3, 120],
  ]);
  pool.close();
});

for (const rcode of [RCODE.FORMERR, RCODE.NOTIMP]) {
  Deno.test(`[6891_08] Forward.resolve() asks again without OPT when EDNS is rejected with RCODE ${rcode}`, async () => {
    for (const isBare of [true, false]) {
      const { sent, answer, reply, socket, pool } = await forward(clientQuery({ questions: QUESTIONS }));
      await answer(isBare ? { questions: [], rcode } : { rcode });
      assertEquals([socket.sent.length, sent().additionals, sent().questions.length], [2, [], 1]);
      await answer({ answers: [ANSWER] });
      assertEquals(lines(decode((await reply).octets).answers), ["eXample.org. 9 IN AAAA 2001:db8::1"]);
      pool.close();
    }
  });

  Deno.test(`Forward.resolve() makes SERVFAIL out of RCODE ${rcode} when the upstream insists: the query was ours`, async () => {
    for (const isBare of [true, false]) {
      const query = clientQuery({ questions: QUESTIONS });
      const { answer, reply, pool } = await forward(query);
      // With OPT, without, and in the client's spelling.
      for (let i = 0; i < 3; i++) await answer(isBare ? { questions: [], rcode } : { rcode });
      const got = decode((await reply).octets);
      assertEquals([got.rcode, got.recursionAvailable], [RCODE.SERVFAIL, true]);
      assertEquals(questionLines(got.questions), ["eXample.org. IN AAAA"]);
      const text = "192.0.2.53:53 does not understand the query";
      assertEquals(query.reply.extendedErrors, [{ infoCode: EDE.OTHER, text }]);
      pool.close();
    }
  });
}

for (const rcode of [RCODE.SERVFAIL, RCODE.REFUSED, RCODE.NXDOMAIN, 11]) {
  Deno.test(`[9520_05] Forward.resolve() passes RCODE ${rcode} on when there is nobody else to ask`, async () => {
    const query = clientQuery({ questions: QUESTIONS });
    const { answer, reply, pool } = await forward(query);
    const fields = { rcode, authorities: records("org 60 IN SOA ns.example h.example 1 2 3 4 60") };
    await answer(fields);
    // Nothing has shown yet that the upstream does not mind letter case.
    await answer(fields);
    assertEquals([decode((await reply).octets).rcode, query.reply.extendedErrors], [rcode, []]);
    pool.close();
  });
}

Deno.test("Forward.resolve() makes SERVFAIL with an extended error out of an extended RCODE: it is not about the client", async () => {
  const query = clientQuery({ questions: QUESTIONS, additionals: [opt()] });
  const { answer, reply, pool } = await forward(query);
  // BADVERS; with an answer, for an empty one would be asked again.
  await answer({ answers: [ANSWER], additionals: [opt({ extendedRcode: 1 })] });
  const got = decode((await reply).octets);
  assertEquals([got.rcode, questionLines(got.questions), got.answers], [RCODE.SERVFAIL, ["eXample.org. IN AAAA"], []]);
  assertEquals(query.reply.extendedErrors, [{ infoCode: EDE.OTHER, text: "192.0.2.53:53 rejects our EDNS" }]);
  pool.close();
});

Deno.test("Forward.resolve() makes SERVFAIL with the question and extended error 22 out of silence", async () => {
  const query = clientQuery({ questions: QUESTIONS });
  const { time, reply, pool } = await forward(query);
  await time.passAndSettle(2020);
  const got = decode((await reply).octets);
  assertEquals([got.rcode, got.recursionAvailable], [RCODE.SERVFAIL, true]);
  assertEquals(questionLines(got.questions), ["eXample.org. IN AAAA"]);
  assertEquals(query.reply.extendedErrors, [{
    infoCode: EDE.NO_REACHABLE_AUTHORITY,
    text: "No reply from 192.0.2.53:53 in time",
  }]);
  pool.close();
});

Deno.test("[9520_04] Forward.resolve() keeps to the query's deadline over both tries, with EDNS and without", async () => {
  const { time, answer, reply, socket, pool } = await forward(clientQuery({ questions: QUESTIONS }));
  await time.passAndSettle(900);
  await answer({ questions: [], rcode: RCODE.FORMERR });
  await time.passAndSettle(1120);
  assertEquals(decode((await reply).octets).rcode, RCODE.SERVFAIL);
  assert(socket.sent.length <= 3);
  pool.close();
});

Deno.test("Forward.resolve() passes on errors that are not the upstream's", async () => {
  const { upstreams } = upstreamRig();
  upstreams.exchange = () => Promise.reject(new TypeError("broken"));
  await assertRejects(
    async () => await new Forward({ upstreamsFor: () => upstreams }).resolve(clientQuery({ questions: QUESTIONS })),
    TypeError,
  );
});
