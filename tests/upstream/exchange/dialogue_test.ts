import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Request, SENDS_MAX } from "../../../lib/upstream/request.ts";
import { UpstreamError } from "../../../lib/upstream/upstream_error.ts";
import { EDE, RCODE } from "../../../lib/wire/iana.ts";
import { decode, type Message } from "../../../lib/wire/message.ts";
import { fakeDeadlines } from "../../support/fake_time.ts";
import { answering, type Habit, inTurn, saying, SILENT, UNSENDABLE } from "../../support/fake_transport.ts";
import { lines, opt, questionLines, records } from "../../support/messages.ts";
import { habitualUpstream } from "../../support/race_rig.ts";
import { DEADLINE_MS, requestFor } from "../../support/upstream_rig.ts";

const LESSON_MS = 15 * 60_000;
const SOA = records("org 60 IN SOA ns.example h.example 1 2 3 4 60");

/** An upstream with a habit, and the way to ask it. */
function setUp(udpHabit: Habit, tcpHabit?: Habit) {
  const { time, deadlines } = fakeDeadlines();
  const server = habitualUpstream({ time, deadlines }, { udpHabit, ...(tcpHabit === undefined ? {} : { tcpHabit }) });
  const ask = async (fields: Partial<Request> = {}, passMs = 100) => {
    const request = requestFor("example.org", time.nowMs(), fields);
    const outcome = server.upstream.ask(request).then(({ octets }) => octets, (error: Error) => error);
    await time.passAndSettle(passMs);
    return { request, outcome: await outcome };
  };
  /** Like `ask`, when there is a reply. */
  const reply = async (fields: Partial<Request> = {}) => {
    const { outcome } = await ask(fields);
    if (outcome instanceof Error) throw outcome;
    return decode(outcome);
  };
  return { ...server, time, deadlines, ask, reply };
}

/** Names of zones that have nothing to do with each other. */
const ZONES = ["example.org.", "example.net.", "example.com."];

/** The name as it is asked for. */
function nameOf(query: Message): string {
  return questionLines(query.questions)[0]!.split(" ")[0]!;
}

/** The name as it was asked for in each query. */
function spellings({ asked }: ReturnType<typeof setUp>["datagram"]): string[] {
  return asked.map(({ query }) => nameOf(query));
}

/** A server that answers no query with OPT but with `rcode`. */
function rejectingEdns(rcode: number): Habit {
  return (query, count) => (query.additionals.length > 0 ? saying(rcode) : answering())(query, count);
}

/** For a request about another name. */
function questionFor(name: string): Pick<Request, "questionOctets"> {
  return { questionOctets: requestFor(name).questionOctets };
}

function optCounts({ asked }: ReturnType<typeof setUp>["datagram"]): number[] {
  return asked.map(({ query }) => query.additionals.length);
}

for (const rcode of [RCODE.FORMERR, RCODE.NOTIMP]) {
  Deno.test(`[6891_08] Upstream.ask() asks without EDNS when that is rejected with RCODE ${rcode}, and remembers it for a while`, async () => {
    const { reply, datagram, time, lines: logged, upstream } = setUp(rejectingEdns(rcode));
    assertEquals(lines((await reply()).answers), ["example.org. 9 IN A 192.0.2.1"]);
    // One name may be to blame itself, however often it is asked for.
    await reply();
    assertEquals([optCounts(datagram), logged], [[1, 0, 1, 0], []]);
    await reply(questionFor("example.net"));
    assertEquals([optCounts(datagram), upstream.state.isAskedWithoutEdns], [[1, 0, 1, 0, 1, 0], true]);
    assertEquals(logged, ["dns-forwarder: warn: upstream 192.0.2.1:53 does not know EDNS: it is asked without"]);
    await reply();
    assertEquals(optCounts(datagram).slice(6), [0]);
    await time.passAndSettle(LESSON_MS);
    await reply(questionFor("example.net"));
    assertEquals(optCounts(datagram).slice(7), [1, 0]);
    assertEquals(logged.length, 1);
  });

  Deno.test(`[6891_13] Upstream.ask() asks about one name without EDNS when a server that knows it says RCODE ${rcode} to that name`, async () => {
    // As a forwarder does that passes on what it was told.
    const passingOn: Habit = (query, count) => {
      const isBroken = questionLines(query.questions)[0]!.toLowerCase().startsWith("broken");
      const isRejected = isBroken && query.additionals.length > 0;
      return (isRejected ? saying(rcode) : answering(10, { additionals: query.additionals }))(query, count);
    };
    const { reply, datagram, lines: logged, upstream } = setUp(passingOn);
    await reply();
    for (const name of ["broken.example.net", "broken.example.com"]) {
      assertEquals((await reply(questionFor(name))).answers.length, 1);
    }
    await reply();
    assertEquals(optCounts(datagram), [1, 1, 0, 1, 0, 1]);
    assertEquals([logged, upstream.state.isAskedWithoutEdns], [[], false]);
  });
}

Deno.test("[6891_13] Upstream.ask() leaves OPT out of a resend when it has been rejected for the same question", async () => {
  const { upstream, datagram, time } = setUp(inTurn(saying(RCODE.FORMERR), SILENT, rejectingEdns(RCODE.FORMERR)));
  const request = requestFor("example.org", time.nowMs());
  upstream.ask(request).catch(() => {});
  await time.passAndSettle(100);
  const resent = upstream.ask(request);
  await time.passAndSettle(100);
  assertEquals(decode((await resent).octets).answers.length, 1);
  assertEquals(optCounts(datagram), [1, 0, 0]);
});

Deno.test("[6891_13] Upstream.ask() asks without EDNS over TCP as well when that is rejected there", async () => {
  const { reply, stream, upstream } = setUp(
    answering(10, { isTruncated: true, answers: [] }),
    rejectingEdns(RCODE.FORMERR),
  );
  assertEquals((await reply()).answers.length, 1);
  assertEquals([optCounts(stream), upstream.state.isAskedWithoutEdns], [[1, 0], false]);
});

Deno.test("[6891_08] Upstream.ask() learns nothing about EDNS from a server that rejects everything", async () => {
  const { reply, datagram } = setUp(saying(RCODE.FORMERR));
  assertEquals((await reply()).rcode, RCODE.FORMERR);
  await reply();
  assertEquals(optCounts(datagram), [1, 0, 0, 1, 0, 0]);
});

Deno.test("[9520_04] Upstream.ask() never sends more than three times for a request, whatever comes back", async () => {
  const rejecting = inTurn(saying(RCODE.FORMERR), answering(10, { answers: [] }), answering(10, { answers: [] }));
  const { ask, datagram } = setUp(rejecting);
  const { request } = await ask();
  assertEquals([request.sendCount, datagram.asked.length], [3, 3]);
  const second = setUp(rejectingEdns(RCODE.FORMERR));
  const { outcome } = await second.ask({ sendCount: 2 });
  assert(outcome instanceof Uint8Array);
  assertEquals([decode(outcome).rcode, second.datagram.asked.length], [RCODE.FORMERR, 1]);
});

Deno.test("[0x20_01] Upstream.ask() mixes the case of the name, each time anew, and restores it in the reply", async () => {
  const { reply, datagram } = setUp((query) => ({
    afterMs: 5,
    fields: { answers: records(`${questionLines(query.questions)[0]!.split(" ")[0]} 9 IN A 192.0.2.1`) },
  }));
  for (let i = 0; i < 3; i++) {
    const { questions, answers } = await reply();
    assertEquals([...questionLines(questions), ...lines(answers)], [
      "example.org. IN A",
      "example.org. 9 IN A 192.0.2.1",
    ]);
  }
  assertEquals(new Set(spellings(datagram)).size, 3);
  assertEquals(new Set(spellings(datagram).map((name) => name.toLowerCase())).size, 1);
});

const DOUBTFUL: readonly [what: string, fields: Partial<Message>][] = [
  ["an empty answer without SOA", { answers: [] }],
  ["NXDOMAIN without SOA", { answers: [], rcode: RCODE.NXDOMAIN }],
];

for (const [what, fields] of DOUBTFUL) {
  Deno.test(`[0x20_01] Upstream.ask() does not believe ${what} before it has asked in the client's spelling`, async () => {
    const { reply, datagram } = setUp(inTurn(answering(5, fields), answering(5)));
    assertEquals(lines((await reply()).answers), ["example.org. 9 IN A 192.0.2.1"]);
    const [mixed, plain] = spellings(datagram);
    assertNotEquals(mixed, "example.org.");
    assertEquals([plain, datagram.asked.length], ["example.org.", 2]);
  });

  Deno.test(`[0x20_01] Upstream.ask() believes ${what} when it comes for the client's spelling as well`, async () => {
    const { reply, datagram } = setUp(answering(5, fields));
    const { rcode, answers } = await reply();
    assertEquals([rcode, answers, datagram.asked.length], [fields.rcode ?? RCODE.NOERROR, [], 2]);
    // It says nothing about letter case: the next name is asked for in mixed case again.
    await reply();
    assertNotEquals(spellings(datagram)[2], "example.org.");
  });
}

const UNSURE: readonly [what: string, fields: Partial<Message>][] = [
  ["an empty answer with SOA", { answers: [], authorities: SOA }],
  ["NXDOMAIN with SOA", { answers: [], authorities: SOA, rcode: RCODE.NXDOMAIN }],
  ["SERVFAIL", { answers: [], rcode: RCODE.SERVFAIL }],
  ["REFUSED", { answers: [], rcode: RCODE.REFUSED }],
];

for (const [what, fields] of UNSURE.slice(0, 2)) {
  Deno.test(`[0x20_03] Upstream.ask() believes ${what} at once from a server that has found a name in mixed case`, async () => {
    const { reply, datagram } = setUp(inTurn(answering(), answering(5, fields)));
    await reply();
    assertEquals((await reply()).answers, []);
    assertEquals(datagram.asked.length, 2);
  });
}

for (const [what, fields] of UNSURE.slice(2)) {
  Deno.test(`[0x20_04] Upstream.ask() never believes ${what} in mixed case: one of several servers may mind it`, async () => {
    const { reply, datagram, upstream } = setUp(
      inTurn(answering(), ...ZONES.flatMap(() => [answering(5, fields), answering()])),
    );
    await reply();
    for (const name of ZONES) assertEquals((await reply(questionFor(name))).answers.length, 1);
    assertEquals(datagram.asked.length, 1 + 2 * ZONES.length);
    assertEquals(upstream.state.isAskedInPlainCase, false);
  });
}

for (const [what, fields] of UNSURE) {
  Deno.test(`[0x20_03] Upstream.ask() asks in the client's spelling before it believes ${what} from any other`, async () => {
    const { reply, datagram, lines: logged, upstream } = setUp((query, count) => {
      const isPlain = ZONES.includes(nameOf(query));
      return (isPlain ? answering(5) : answering(5, fields))(query, count);
    });
    for (const name of ZONES) assertEquals((await reply(questionFor(name))).answers.length, 1);
    assertEquals([datagram.asked.length, upstream.state.isAskedInPlainCase], [5, true]);
    const lesson = "has trouble with letter case: it is asked in plain letter case";
    assertEquals(logged, [`dns-forwarder: warn: upstream 192.0.2.1:53 ${lesson}`]);
  });

  Deno.test(`[0x20_03] Upstream.ask() gives ${what} when nothing comes in the client's spelling`, async () => {
    const { ask } = setUp(inTurn(answering(5, fields), UNSENDABLE));
    const { outcome } = await ask();
    assertEquals(decode(outcome as Uint8Array<ArrayBuffer>).rcode, fields.rcode ?? RCODE.NOERROR);
  });
}

Deno.test("[0x20_03] Upstream.ask() asks twice for the first denials alone when the client's spelling confirms them all", async () => {
  const { reply, datagram } = setUp(answering(5, { answers: [], authorities: SOA, rcode: RCODE.NXDOMAIN }));
  for (let i = 0; i < 16; i++) await reply();
  assertEquals(datagram.asked.length, 32);
  await reply();
  assertEquals(datagram.asked.length, 33);
});

Deno.test("[0x20_03] Upstream.ask() leaves the sends to others when a failure may be for the letter case", async () => {
  const { reply, datagram } = setUp(answering(5, { answers: [], rcode: RCODE.REFUSED }));
  assertEquals((await reply({ upstreamCount: SENDS_MAX })).rcode, RCODE.REFUSED);
  assertEquals(datagram.asked.length, 1);
});

Deno.test("[0x20_02] Upstream.ask() asks plainly for a while when names were known in one spelling alone, twice", async () => {
  const knowsPlain: Habit = (query, count) => {
    const isPlain = ["example.org.", "example.net."].includes(nameOf(query));
    return (isPlain ? answering(5) : answering(5, { answers: [] }))(query, count);
  };
  const { reply, datagram, time } = setUp(knowsPlain);
  await reply();
  await reply(questionFor("example.net"));
  assertEquals(datagram.asked.length, 4);
  await reply();
  assertEquals(spellings(datagram).slice(4), ["example.org."]);
  await time.passAndSettle(LESSON_MS);
  await reply();
  assertNotEquals(spellings(datagram)[5], "example.org.");
});

/** Asks a server that echoes in lower case, and tells so of the first query; `habit` is for both. */
async function askWrongCase(habit: Habit) {
  const rig = setUp(habit);
  const request = requestFor("example.org", rig.time.nowMs());
  const state: { outcome: Uint8Array | Error | null } = { outcome: null };
  const pending = rig.upstream.ask(request).then(
    ({ octets }) => state.outcome = octets,
    (error) => state.outcome = error,
  );
  await rig.time.passAndSettle(1);
  rig.datagram.asked[0]!.onWrongCase!();
  return { ...rig, request, state, pending };
}

Deno.test("[0x20_02] Upstream.ask() asks plainly when the question comes back in another case, and takes that answer", async () => {
  const { upstream, datagram, time, pending, state } = await askWrongCase(inTurn(SILENT, answering(20)));
  await time.passAndSettle(100);
  await pending;
  assert(state.outcome instanceof Uint8Array);
  assertEquals([spellings(datagram)[1], datagram.asked[1]!.onWrongCase], ["example.org.", undefined]);
  assertEquals([upstream.state.queryCount, upstream.state.replyCount], [2, 1]);
});

Deno.test("Upstream.ask() still takes the answer in the right case: the other one may have been forged", async () => {
  const { datagram, time, pending, state } = await askWrongCase(inTurn(answering(50), SILENT));
  await time.passAndSettle(100);
  await pending;
  assert(state.outcome instanceof Uint8Array);
  assertEquals(questionLines(decode(new Uint8Array(state.outcome)).questions), ["example.org. IN A"]);
  // Copies of the forged reply do not let it ask over and over.
  for (let i = 0; i < 5; i++) datagram.asked[0]!.onWrongCase!();
  assertEquals(datagram.asked.length, 2);
});

Deno.test("Upstream.ask() still takes the answer in the right case when the plain question cannot be sent", async () => {
  const { time, pending, state } = await askWrongCase(inTurn(answering(50), UNSENDABLE));
  await time.passAndSettle(100);
  await pending;
  assert(state.outcome instanceof Uint8Array);
});

Deno.test("Upstream.ask() fails once when neither the mixed nor the plain question is answered", async () => {
  const { time, pending, state, datagram } = await askWrongCase(SILENT);
  await time.passAndSettle(DEADLINE_MS);
  await pending;
  assert(state.outcome instanceof UpstreamError);
  assertEquals(datagram.asked.length, 2);
});

Deno.test("Upstream.ask() mixes the case of a question's first send alone", async () => {
  // Otherwise a server that knows names in one spelling could deny twice, and use up all sends, before it is asked plainly.
  const { reply, datagram } = setUp(answering());
  await reply({ sendCount: 0 });
  await reply({ sendCount: 1 });
  const [first, second] = spellings(datagram);
  assertNotEquals(first, "example.org.");
  assertEquals(second, "example.org.");
});

Deno.test("[7873_04] Upstream.ask() goes over to TCP when a fresh cookie is not good either", async () => {
  // BADCOOKIE is 23: 7 in the header, 1 in the OPT record.
  const demanding = answering(10, { rcode: 7, answers: [], additionals: [opt({ extendedRcode: 1 })] });
  const { reply, datagram, stream } = setUp(demanding, answering());
  assertEquals(lines((await reply()).answers), ["example.org. 9 IN A 192.0.2.1"]);
  assertEquals([datagram.asked.length, stream.asked.length], [2, 1]);
  const withoutTcp = setUp(demanding, UNSENDABLE);
  assertEquals([(await withoutTcp.reply()).rcode, withoutTcp.stream.asked.length], [7, 1]);
});

Deno.test("[6891_06] [9619_01] Upstream.ask() sends one question with an OPT record of its own", async () => {
  const { reply, datagram } = setUp(answering());
  await reply({ wantsDnssec: true });
  const { query } = datagram.asked[0]!;
  assertEquals([query.questions.length, query.additionals], [1, [opt({ wantsDnssec: true })]]);
});

Deno.test("CVE-2024-8508: Upstream.ask() takes the truncated reply rather than one that its client could not use", async () => {
  const truncated: Habit = answering(10, { isTruncated: true, answers: [] });
  const { reply } = setUp(truncated, answering(10));
  assertEquals((await reply({ usefulOctetsMax: 20 })).isTruncated, true);
  assertEquals((await reply({ usefulOctetsMax: 512 })).isTruncated, false);
});

Deno.test("CVE-2024-8508: Upstream.ask() goes over UDP again when a reply has grown beyond what the client can use", async () => {
  const { reply, datagram, stream } = setUp(answering(10, { isTruncated: true, answers: [] }), answering(10));
  await reply();
  stream.habit = answering(10, { answers: records(`example.org 9 IN TXT ${"x".repeat(200)}`) });
  for (let i = 0; i < 2; i++) await reply({ usefulOctetsMax: 100 });
  assertEquals([datagram.asked.length, stream.asked.length], [2, 3]);
});

Deno.test("[7766_08] [7873_04] Upstream.ask() goes over UDP when TCP brings a rejection for a reply known to be large", async () => {
  const badCookie = answering(10, { rcode: 7, answers: [], additionals: [opt({ extendedRcode: 1 })] });
  for (const rejection of [badCookie, saying(RCODE.FORMERR), saying(RCODE.NOTIMP)]) {
    const { reply, datagram, stream } = setUp(answering(10, { isTruncated: true, answers: [] }), answering(10));
    await reply();
    stream.habit = rejection;
    datagram.habit = answering();
    assertEquals(lines((await reply()).answers), ["example.org. 9 IN A 192.0.2.1"]);
    // EDNS is put to the test over TCP as well.
    assertEquals([datagram.asked.length, stream.asked.length], [2, rejection === badCookie ? 2 : 3]);
  }
});

/** What of a request for ANY goes where, and what comes of it. */
async function askForAny(udpHabit: Habit, tcpHabit?: Habit) {
  const { time, deadlines } = fakeDeadlines();
  const rig = habitualUpstream({ time, deadlines }, { udpHabit, ...(tcpHabit === undefined ? {} : { tcpHabit }) });
  const outcome = rig.upstream.ask(requestFor("example.org ANY", time.nowMs())).then(({ octets }) => octets);
  await time.passAndSettle(100);
  return { rcode: decode(await outcome).rcode, sends: [rig.datagram, rig.stream].map(({ asked }) => asked.length) };
}

Deno.test("[8482_02] Upstream.ask() asks for ANY over TCP, and not over UDP", async () => {
  const { rcode, sends } = await askForAny(saying(RCODE.REFUSED), answering());
  assertEquals([rcode, sends], [RCODE.NOERROR, [0, 1]]);
});

Deno.test("[8482_02] Upstream.ask() asks for ANY over UDP where there is no TCP", async () => {
  const { rcode, sends } = await askForAny(answering(), UNSENDABLE);
  assertEquals([rcode, sends], [RCODE.NOERROR, [1, 1]]);
});

/** Lets a third send follow two that have met silence; tells what comes of it. */
async function askThrice(rig: ReturnType<typeof setUp>) {
  const startMs = rig.time.nowMs();
  const request = requestFor("example.org", startMs);
  const outcomes: Promise<Uint8Array | Error>[] = [];
  for (let i = 0; i < 3; i++) {
    outcomes.push(rig.upstream.ask(request).then(({ octets }) => octets, (error: Error) => error));
    await rig.time.passAndSettle(300);
  }
  await rig.time.passAndSettle(DEADLINE_MS);
  return await Promise.all(outcomes);
}

Deno.test("[7766_20] Upstream.ask() asks over TCP as well in a third send when UDP is silent, then over TCP alone for a while", async () => {
  const rig = setUp(SILENT, answering());
  const { datagram, stream, upstream, time, ask, lines: logged } = rig;
  const counts = () => [datagram.asked.length, stream.asked.length];
  for (let i = 0; i < 2; i++) {
    const [first, second, third] = await askThrice(rig);
    assert(first instanceof Error && second instanceof Error && third instanceof Uint8Array);
  }
  assertEquals(counts(), [6, 2]);
  const lesson = "answers over TCP and not over UDP, a firewall perhaps: it is asked over TCP";
  assertEquals(logged.filter((line) => line.includes("firewall")), [
    `dns-forwarder: warn: upstream 192.0.2.1:53 ${lesson}`,
  ]);
  // A second has passed: one question puts it to the test, and waits for nothing.
  assertEquals([(await ask()).outcome instanceof Uint8Array, upstream.state.isAskedOverTcp], [true, true]);
  assertEquals(counts(), [7, 3]);
  assert((await ask()).outcome instanceof Uint8Array);
  assertEquals(counts(), [7, 4]);
  await time.passAndSettle(LESSON_MS);
  for (let i = 0; i < 2; i++) assert((await ask()).outcome instanceof Uint8Array);
  assertEquals(counts(), [8, 6]);
  // The firewall opens.
  datagram.habit = answering();
  await time.passAndSettle(LESSON_MS);
  await ask();
  assertEquals([...counts(), upstream.state.isAskedOverTcp], [9, 7, false]);
  await ask();
  assertEquals(counts(), [10, 7]);
});

Deno.test("[7766_20] Upstream.ask() does not try TCP where UDP has just brought a reply, and fails as over UDP when TCP is silent, too", async () => {
  const alive = setUp(answering(), answering());
  await alive.reply();
  await alive.reply({ sendCount: 2 });
  assertEquals([alive.datagram.asked.length, alive.stream.asked.length], [2, 0]);
  const silent = setUp(SILENT, UNSENDABLE);
  const outcomes = await askThrice(silent);
  assertEquals(
    outcomes.map((outcome) => outcome instanceof UpstreamError && outcome.infoCode),
    Array(3).fill(EDE.NO_REACHABLE_AUTHORITY),
  );
  assertEquals([silent.datagram.asked.length, silent.stream.asked.length], [3, 1]);
});

Deno.test("[7766_20] Upstream.ask() goes over UDP again when TCP breaks", async () => {
  const rig = setUp(SILENT, answering());
  for (let i = 0; i < 2; i++) await askThrice(rig);
  rig.stream.habit = UNSENDABLE;
  rig.datagram.habit = answering();
  assert((await rig.ask()).outcome instanceof Uint8Array);
  assertEquals([rig.datagram.asked.length, rig.upstream.state.isAskedOverTcp], [7, false]);
});
