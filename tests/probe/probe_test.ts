import { assertEquals, assertMatch } from "@std/assert";
import { OPTIONS, ProbeRig, ZONE } from "./probe_rig.ts";
import type { Zone } from "../support/scripted_upstream.ts";
import { records } from "../support/messages.ts";
import { RCODE, TYPE } from "../../lib/wire/iana.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { encode } from "../../lib/wire/message.ts";
import { extendedErrorOption } from "../../lib/wire/edns/edns.ts";
import { opt } from "../support/messages.ts";
import type { Point, ServerReport } from "../../lib/probe/report.ts";

function texts({ findings }: ServerReport, ...points: readonly Point[]): string[] {
  return points.map((point) => findings[point].text);
}

Deno.test("probe() finds out all about a good server, and leaves nothing open", async () => {
  const rig = new ProbeRig();
  const server = rig.add({ cookies: "knows" });
  server.serveTls();
  const [found] = await rig.probe(["192.0.2.1"]);
  assertEquals(
    texts(found!, "tcp", "edns", "cookies", "letterCase", "missingNames", "filtering", "ipv6", "ways"),
    ["4 ms", "1232", "yes", "kept", "honest", "none", "yes", "none"],
  );
  assertEquals([found!.use, found!.against, found!.problem, found!.lostCount], ["good", [], null, 0]);
  assertEquals([found!.known.count, found!.fresh.count, found!.askedCount], [10, 10, 22]);
  // A round trip takes 2 ms there.
  // The certificate of the rig is for another address.
  assertEquals(found!.findings.tls.text, "not believed");
  assertMatch(found!.certificate!.refusal!, /its certificate is for .*, not for 192\.0\.2\.1/);
  assertEquals(rig.world.time.timerCount, 0);
  const last = rig.progress.at(-1)!;
  assertEquals([last.done, last.servers], [last.total, 1]);
});

Deno.test("probe() puts the faster server before the slower one, by names that it knows and names that it does not", async () => {
  const rig = new ProbeRig();
  const [slow, fast] = [rig.add(), rig.add()];
  slow.onQuery = (query) => slow.answer(query, { afterMs: 40 });
  fast.onQuery = (query) => {
    const isKnown = query.message.questions[0]!.name.length <= "a.example".length + 2;
    fast.answer(query, { afterMs: isKnown ? 5 : 30 });
  };
  const ranked = await rig.probe(["192.0.2.1", "192.0.2.2"]);
  assertEquals(ranked.map(({ server }) => server), ["192.0.2.2", "192.0.2.1"]);
  assertEquals(ranked[0]!.known, { count: 10, medianMs: 7, p95Ms: 7 });
  assertEquals(ranked[0]!.fresh, { count: 10, medianMs: 32, p95Ms: 32 });
  assertEquals(ranked.map(({ costMs }) => costMs), [19.5, 42]);
});

Deno.test("probe() counts what is lost, and puts a fast server that loses behind a slow one that does not", async () => {
  const rig = new ProbeRig();
  const [lossy, slow] = [rig.add(), rig.add()];
  let count = 0;
  lossy.onQuery = (query) => count++ % 4 === 3 || lossy.answer(query, { afterMs: 1 });
  slow.onQuery = (query) => slow.answer(query, { afterMs: 200 });
  const [first, second] = await rig.probe(["192.0.2.1", "192.0.2.2"]);
  assertEquals([first!.server, first!.use, second!.use], ["192.0.2.2", "good", "fair"]);
  assertEquals([second!.lostCount, second!.askedCount], [5, 22]);
  assertMatch(second!.against[0]!, /^23 % of the queries had no reply$/);
});

Deno.test("probe() says of a server that gives no reply that it gives none, and asks it no more", async () => {
  const rig = new ProbeRig();
  const silent = rig.add();
  silent.fallSilent();
  silent.refuseStreams();
  const [found] = await rig.probe(["192.0.2.1"]);
  assertEquals([found!.use, found!.against, silent.queries.length], ["bad", ["no reply in 1000 ms"], 3]);
});

Deno.test("probe() says of a server that is silent over UDP alone how it can be asked", async () => {
  const rig = new ProbeRig();
  const server = rig.add();
  server.onQuery = () => {};
  const [found] = await rig.probe(["192.0.2.1"]);
  assertEquals(found!.against, ["no reply in 1000 ms over UDP; over TCP it answers: tcp://192.0.2.1"]);
  const [overTcp] = await rig.probe(["tcp://192.0.2.1"]);
  assertEquals([overTcp!.use, overTcp!.findings.tcp.text], ["good", "-"]);
});

for (
  const [what, rcode, recursionAvailable, why] of [
    ["refuses", RCODE.REFUSED, true, "it refuses: it does not resolve names for this machine"],
    ["fails", RCODE.SERVFAIL, true, "it fails (SERVFAIL)"],
    ["has only zones of its own", RCODE.NOERROR, false, "it does not ask other servers (RA is not set)"],
  ] as const
) {
  Deno.test(`probe() does not recommend a server that ${what}`, async () => {
    const rig = new ProbeRig();
    const zone: Zone = (question) => ({ ...ZONE(question), rcode });
    rig.add({ zone, recursionAvailable });
    const [found] = await rig.probe(["192.0.2.1"]);
    assertEquals([found!.use, found!.against], ["bad", [why]]);
  });
}

Deno.test("probe() finds a server out that has an address for every name: it is not to be used, however fast it is", async () => {
  const rig = new ProbeRig();
  const lies: Zone = (question) => {
    const answer = ZONE(question);
    if (answer.rcode !== RCODE.NXDOMAIN) return answer;
    const answers = records("x.example 60 IN A 203.0.113.80").map((one) => ({ ...one, name: question.name }));
    return { ...answer, rcode: RCODE.NOERROR, answers, authorities: [] };
  };
  rig.add({ zone: lies });
  const honest = rig.add();
  honest.onQuery = (query) => honest.answer(query, { afterMs: 100 });
  const [first, second] = await rig.probe(["192.0.2.1", "192.0.2.2"]);
  assertEquals([first!.server, second!.findings.missingNames.text, second!.use], ["192.0.2.2", "lies", "bad"]);
  assertMatch(second!.against[0]!, /get the address 203\.0\.113\.80/);
});

Deno.test("probe() tells what servers without EDNS, without letter case and without TCP lack", async () => {
  const rig = new ProbeRig();
  rig.add({ edns: "ignores", lowersCase: true, signs: false }).refuseStreams();
  const [found] = await rig.probe(["192.0.2.1"]);
  assertEquals(texts(found!, "tcp", "edns", "cookies", "letterCase"), ["no", "no", "no", "changed"]);
  assertEquals([found!.use, found!.against.length], ["fair", 4]);
});

const checks: Zone = (question) => {
  const name = nameToText(question.name);
  const answer = ZONE(question);
  if (name === "bogus.example.") return { ...answer, rcode: RCODE.SERVFAIL, answers: [] };
  return { ...answer, isAuthenticData: name === "signed.example." };
};

for (
  const [what, zone, signs, text] of [
    ["checks signatures", checks, true, "checks"],
    ["passes them on", ZONE, true, "passes"],
    ["leaves them out", ZONE, false, "no"],
    [
      "says that they are right, whatever they are",
      ((question) => ({ ...ZONE(question), isAuthenticData: true })) satisfies Zone,
      true,
      "claims",
    ],
  ] as const
) {
  Deno.test(`probe() tells that a server ${what}`, async () => {
    const rig = new ProbeRig();
    rig.add({ zone, signs });
    const [found] = await rig.probe(["192.0.2.1"]);
    assertEquals(found!.findings.dnssec.text, text);
  });
}

Deno.test("probe() takes a denial for a filter only where another server knows the name", async () => {
  const denies: Zone = (question) => {
    const answer = ZONE(question);
    const isAd = nameToText(question.name) === "ads.example.";
    return isAd ? { ...answer, rcode: RCODE.NXDOMAIN, answers: [] } : answer;
  };
  const alone = new ProbeRig();
  alone.add({ zone: denies });
  assertEquals((await alone.probe(["192.0.2.1"]))[0]!.findings.filtering.text, "?");
  const together = new ProbeRig();
  together.add({ zone: denies });
  together.add();
  const ranked = await together.probe(["192.0.2.1", "192.0.2.2"]);
  const filters = Object.fromEntries(ranked.map(({ server, findings }) => [server, findings.filtering.text]));
  assertEquals(filters, { "192.0.2.1": "ads", "192.0.2.2": "none" });
});

Deno.test("probe() takes what is said to be filtered, or leads to 0.0.0.0, for filtered", async () => {
  const zero: Zone = (question) => {
    const answer = ZONE(question);
    if (nameToText(question.name) !== "ads.example.") return answer;
    return { ...answer, answers: records("ads.example 60 IN A 0.0.0.0") };
  };
  const rig = new ProbeRig();
  rig.add({ zone: zero });
  const told = rig.add();
  told.onQuery = (query) => {
    const { questions, id } = query.message;
    if (nameToText(questions[0]!.name) !== "ads.example.") return told.answer(query);
    const options = [extendedErrorOption({ infoCode: 17, text: "" })];
    const reply = { ...query.message, id, isResponse: true, rcode: RCODE.NXDOMAIN, additionals: [opt({ options })] };
    told.reply(query, encode(reply));
  };
  const ranked = await rig.probe(["192.0.2.1", "192.0.2.2"]);
  assertEquals(ranked.map(({ findings }) => findings.filtering.text), ["ads", "ads"]);
});

Deno.test("probe() asks over TLS as over UDP, and tells what the certificate says", async () => {
  const rig = new ProbeRig();
  const server = rig.add({ address: "203.0.113.53" });
  server.serveTls();
  const [found] = await rig.probe(["tls://dns.example.org?ip=203.0.113.53"]);
  assertEquals([found!.use, found!.server], ["good", "tls://dns.example.org?ip=203.0.113.53"]);
  assertMatch(found!.findings.tls.text, /^\d+ days$/);
  assertEquals([found!.certificate!.names, found!.certificate!.refusal], [["dns.example.org", "203.0.113.53"], null]);
  assertEquals(texts(found!, "tcp", "cookies", "letterCase", "ways"), ["-", "-", "-", "-"]);
  assertEquals([server.queries.length, found!.known.count], [0, 10]);
});

Deno.test("probe() does not believe whoever is somebody else, and sends nothing there", async () => {
  const rig = new ProbeRig();
  const server = rig.add({ address: "203.0.113.53" });
  server.serveTls();
  const [found] = await rig.probe(["tls://other.example.org?ip=203.0.113.53"]);
  assertEquals([found!.use, server.streamQueries.length], ["bad", 0]);
  assertMatch(found!.against[0]!, /its certificate is for dns\.example\.org.*, not for other\.example\.org/);
});

Deno.test("probe() asks each server for its names alone, and not more often than it says", async () => {
  const rig = new ProbeRig();
  const server = rig.add();
  await rig.probe(["192.0.2.1"]);
  const asked = server.queries.map(({ message: { questions: [question] } }) => question!);
  // 1 at first, 2 of the round before, 20 for speed, and a handful for the others.
  assertEquals(asked.length <= 2 * OPTIONS.count + 20, true);
  const domains = new Set(asked.map(({ name }) => nameToText(name).toLowerCase().split(".").slice(-2)[0]));
  assertEquals(domains, new Set(["example", "test", "arpa"]));
  assertEquals(asked.every(({ type }) => [TYPE.A, TYPE.AAAA, TYPE.SVCB].includes(type as 1)), true);
});
