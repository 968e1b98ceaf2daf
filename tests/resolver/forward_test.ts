import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Query } from "../../lib/resolver/query.ts";
import { Forward } from "../../lib/resolver/forward.ts";
import { EDE, RCODE } from "../../lib/wire/iana.ts";
import { decode, type Message } from "../../lib/wire/message.ts";
import { settled } from "../support/fake_time.ts";
import { ednsOf, hex, lines, opt, question, questionLines, records, wire } from "../support/messages.ts";
import { clientQuery } from "../support/resolving.ts";
import { responseTo, UPSTREAM, upstreamRig } from "../support/upstream_rig.ts";

const QUESTIONS = [question("eXample.org AAAA")];

/** A query on its way upstream: `sent()` is what went out last. */
async function forward(query: Query) {
  const rig = upstreamRig({ size: 1 });
  const reply = new Forward({ upstream: rig.upstream }).resolve(query);
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

Deno.test("[9619_01] [1035_05] Forward.resolve() sends the one question in the client's spelling, and nothing else of the client's", async () => {
  const { sent, pool } = await forward(
    clientQuery({ questions: QUESTIONS, answers: records("a.example 9 IN A 192.0.2.1") }),
  );
  assertEquals(questionLines(sent().questions), ["eXample.org. IN AAAA"]);
  assertEquals([sent().isResponse, sent().opcode, sent().answers, sent().additionals], [false, 0, [], []]);
  pool.close();
});

Deno.test("[4035_01] [5625_10] Forward.resolve() copies RD, AD and CD upstream, each by itself, and no other flag", async () => {
  for (const flag of ["recursionDesired", "isAuthenticData", "checkingDisabled"] as const) {
    const none = { recursionDesired: false, isAuthenticData: false, checkingDisabled: false };
    const extra = { isAuthoritative: true, isTruncated: true, recursionAvailable: true, rcode: 5 };
    const { sent, pool } = await forward(clientQuery({ questions: QUESTIONS, ...none, ...extra, [flag]: true }));
    const { id, questions, answers, authorities, additionals, ...flags } = sent();
    assertEquals(flags, { ...flagsOf({ ...none, [flag]: true }) }, flag);
    assertEquals([questions.length, answers, authorities, additionals, typeof id], [1, [], [], [], "number"]);
    pool.close();
  }
});

function flagsOf(fields: Partial<Message>) {
  const { id: _, questions, answers, authorities, additionals, ...flags } = decode(wire(fields));
  assertEquals([questions, answers, authorities, additionals], [[], [], [], []]);
  return flags;
}

/** Size that the client advertises, and what we tell the upstream. */
const SIZES: readonly [number, number][] = [[0, 512], [512, 512], [800, 800], [1232, 1232], [4096, 1232]];

for (const [theirs, ours] of SIZES) {
  Deno.test(`[6891_09] [9715_01] Forward.resolve() advertises ${ours} octets for a client that takes ${theirs}`, async () => {
    const { sent, pool } = await forward(
      clientQuery({ questions: QUESTIONS, additionals: [opt({ udpPayloadOctets: theirs })] }),
    );
    assertEquals(ednsOf(sent())?.udpPayloadOctets, ours);
    pool.close();
  });
}

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

Deno.test("[6891_04] [4035_05] Forward.resolve() sends no OPT for a client that has none", async () => {
  const { sent, pool } = await forward(clientQuery({ questions: QUESTIONS }));
  assertEquals(sent().additionals, []);
  pool.close();
});

Deno.test("[3597_01] [5625_01] Forward.resolve() returns the upstream's records undecoded", async () => {
  const { socket, reply, pool } = await forward(clientQuery({ questions: [question("example.org TYPE65280 4660")] }));
  const answers = records("example.org 9 CLASS4660 TYPE65280 \\# 4 c00cffff");
  const octets = responseTo(socket, { answers, rcode: 11, isTruncated: true });
  socket.deliver(octets, UPSTREAM);
  assertEquals(await reply, octets);
  pool.close();
});

for (const rcode of [RCODE.FORMERR, RCODE.NOTIMP]) {
  Deno.test(`[6891_08] Forward.resolve() asks again without OPT when EDNS is rejected with RCODE ${rcode}`, async () => {
    for (const isBare of [true, false]) {
      const query = clientQuery({ questions: QUESTIONS, additionals: [opt()] });
      const { sent, answer, reply, socket, pool } = await forward(query);
      await answer(isBare ? { questions: [], rcode } : { rcode });
      assertEquals([socket.sent.length, sent().additionals, questionLines(sent().questions)], [
        2,
        [],
        ["eXample.org. IN AAAA"],
      ]);
      await answer({ answers: records("eXample.org 9 IN AAAA 2001:db8::1") });
      assertEquals(lines(decode(await reply).answers), ["eXample.org. 9 IN AAAA 2001:db8::1"]);
      pool.close();
    }
  });

  Deno.test(`Forward.resolve() gives the client RCODE ${rcode} with its question when the upstream insists`, async () => {
    for (const additionals of [[], [opt()]]) {
      const { answer, reply, pool } = await forward(clientQuery({ questions: QUESTIONS, additionals }));
      for (let i = 0; i <= additionals.length; i++) await answer({ questions: [], rcode });
      const got = decode(await reply);
      assertEquals([got.rcode, questionLines(got.questions), got.recursionAvailable], [
        rcode,
        ["eXample.org. IN AAAA"],
        true,
      ]);
      pool.close();
    }
  });
}

Deno.test("Forward.resolve() makes SERVFAIL with an extended error out of an extended RCODE: it is not about the client", async () => {
  const query = clientQuery({ questions: QUESTIONS, additionals: [opt()] });
  const { answer, reply, pool } = await forward(query);
  // BADVERS
  await answer({ additionals: [opt({ extendedRcode: 1 })] });
  const got = decode(await reply);
  assertEquals([got.rcode, questionLines(got.questions), got.answers], [RCODE.SERVFAIL, ["eXample.org. IN AAAA"], []]);
  assertEquals(query.extendedErrors, [{ infoCode: EDE.OTHER, text: "192.0.2.53:53 rejects our EDNS" }]);
  pool.close();
});

Deno.test("Forward.resolve() makes SERVFAIL with the question and extended error 22 out of silence", async () => {
  const query = clientQuery({ questions: QUESTIONS });
  const { time, reply, pool } = await forward(query);
  await time.passAndSettle(2020);
  const got = decode(await reply);
  assertEquals([got.rcode, got.recursionAvailable], [RCODE.SERVFAIL, true]);
  assertEquals(questionLines(got.questions), ["eXample.org. IN AAAA"]);
  assertEquals(query.extendedErrors, [{
    infoCode: EDE.NO_REACHABLE_AUTHORITY,
    text: "No reply from 192.0.2.53:53 in time",
  }]);
  pool.close();
});

Deno.test("Forward.resolve() keeps to the query's deadline over both tries, with EDNS and without", async () => {
  const { time, answer, reply, socket, pool } = await forward(
    clientQuery({ questions: QUESTIONS, additionals: [opt()] }),
  );
  await time.passAndSettle(900);
  await answer({ questions: [], rcode: RCODE.FORMERR });
  await time.passAndSettle(1120);
  assertEquals(decode(await reply).rcode, RCODE.SERVFAIL);
  assert(socket.sent.length <= 4);
  pool.close();
});

Deno.test("Forward.resolve() passes on errors that are not the upstream's", async () => {
  const { upstream } = upstreamRig();
  upstream.exchange = () => Promise.reject(new TypeError("broken"));
  await assertRejects(
    async () => await new Forward({ upstream }).resolve(clientQuery({ questions: QUESTIONS })),
    TypeError,
  );
});
