import { assert, assertEquals } from "@std/assert";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { EDNS_OPTION, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { encode } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { putUint16 } from "../../lib/wire/octets.ts";
import { askedCount, assertRemembered, cacheScene, tell } from "../support/cache_scene.ts";
import { ednsOf, opt, question, records } from "../support/messages.ts";
import { recordZone } from "../support/record_zone.ts";
import { type ReceivedQuery, Scene } from "../support/scene.ts";
import type { UpstreamHabits } from "../support/scripted_upstream.ts";

/** Each in a zone of its own. */
const NAMES = Array.from({ length: 12 }, (_, i) => `n${i}.example`);
const ZONE = recordZone(...NAMES.map((name) => `${name} 300 IN A 192.0.2.1`));

/** Asks for all names, one after another, of an upstream with these habits; tells how many were answered. */
async function askAll(scene: Scene): Promise<number> {
  let answeredCount = 0;
  for (const name of NAMES) answeredCount += (await tell(scene, name, { passMs: 100 })).answers.length;
  return answeredCount;
}

const HARD: readonly [what: string, habits: Partial<UpstreamHabits>, sendsMax: number][] = [
  ["[7873_07] that replays the cookies of others", { cookies: "replays" }, 2],
  ["[0x20_03] that denies names in mixed case, with SOA", { mindsCase: "withSoa" }, 2],
  ["[0x20_03] that refuses names in mixed case", { mindsCase: "refused" }, 2],
  ["[0x20_03] that fails on names in mixed case", { mindsCase: "servfail" }, 2],
  ["[0x20_03] that does not understand names in mixed case", { mindsCase: "formerr" }, 4],
  ["[6891_13] that passes on FORMERR", { edns: "passesOn" }, NAMES.length],
  ["[6891_13] that passes on FORMERR and gives cookies", { edns: "passesOn", cookies: "knows" }, NAMES.length],
  ["that passes on FORMERR, replays cookies and denies names in mixed case", {
    edns: "passesOn",
    cookies: "replays",
    mindsCase: "withSoa",
  }, NAMES.length],
];

for (const [what, habits, extraSendsMax] of HARD) {
  Deno.test(`an upstream ${what} answers every name from the first on`, async () => {
    const scene = new Scene({ zone: ZONE, habits });
    assertEquals(await askAll(scene), NAMES.length);
    // Two proofs for each lesson; a rejection that is passed on is that name's alone.
    const lessonCount = Object.keys(habits).length;
    assert(askedCount(scene) <= NAMES.length + lessonCount * extraSendsMax, `${askedCount(scene)} sends`);
    await scene.settle();
  });
}

Deno.test("[7873_07] a reply with another client's cookie is asked for once more, from another port, with another ID and without cookie", async () => {
  const scene = new Scene({ zone: ZONE, habits: { cookies: "replays" } });
  await tell(scene, NAMES[0]!);
  const [first, second] = scene.upstream.queries;
  assertEquals(scene.upstream.queries.length, 2);
  assertEquals([first!, second!].map(cookieCount), [1, 0]);
  assert(first!.peer.port !== second!.peer.port && first!.message.id !== second!.message.id);
  assertEquals(scene.app.counters.upstreamWrongCookie, 1);
  await tell(scene, NAMES[1]!);
  await tell(scene, NAMES[2]!);
  assertEquals(scene.upstream.queries.slice(2).map(cookieCount), [1, 0, 0]);
  assertEquals(scene.world.lines.filter((line) => line.includes("other clients' cookies")).length, 1);
  // It is put to the test again.
  await scene.pass(15 * 60_000);
  await tell(scene, NAMES[3]!);
  assertEquals(scene.upstream.queries.slice(5).map(cookieCount), [1, 0]);
  assertEquals(scene.world.lines.filter((line) => line.includes("other clients' cookies")).length, 1);
});

Deno.test("[7873_03] a reply with a wrong cookie never counts: the retry's does", async () => {
  const scene = new Scene({ zone: ZONE });
  const { upstream } = scene;
  upstream.onQuery = (query) => {
    if (cookieCount(query) === 0) return upstream.answer(query, { afterMs: 5 });
    const options = [{ code: EDNS_OPTION.COOKIE, data: new Uint8Array(8) }];
    const poison = records(`${NAMES[0]} 86400 IN A 203.0.113.66`);
    const forged = { ...query.message, isResponse: true, answers: poison, additionals: [opt({ options })] };
    for (let i = 0; i < 5; i++) upstream.reply(query, encode(forged));
  };
  assertEquals((await tell(scene, NAMES[0]!)).answers, [`${NAMES[0]}. 300 IN A 192.0.2.1`]);
  assertEquals(upstream.queries.length, 2);
});

Deno.test("--no-cookies: queries go upstream without", async () => {
  const scene = new Scene({ zone: ZONE, config: { asksWithCookies: false } });
  await tell(scene, NAMES[0]!);
  assertEquals([ednsOf(scene.upstream.queries[0]!.message)!.options, scene.upstream.queries.length], [[], 1]);
});

Deno.test("--no-case-randomization: names go upstream as the client spells them", async () => {
  const scene = new Scene({ zone: ZONE, config: { randomizesCase: false } });
  for (const name of ["N0.exAmple.org", "n0.example.org"]) await tell(scene, name);
  const asked = scene.upstream.queries.map(({ message }) => nameToText(message.questions[0]!.name));
  assertEquals(asked, ["N0.exAmple.org.", "n0.example.org."]);
});

function cookieCount({ message }: ReceivedQuery): number {
  return ednsOf(message)?.options.length ?? 0;
}

Deno.test("[6891_14] an answer that was got without EDNS is not kept for who wants DNSSEC, and is for all others", async () => {
  const scene = cacheScene({ zone: ZONE, habits: { edns: "formerr", signs: true } });
  const wanting = { additionals: [opt({ wantsDnssec: true })] };
  assertEquals((await tell(scene, NAMES[0]!, wanting)).answers.length, 1);
  const before = askedCount(scene);
  assertEquals((await tell(scene, NAMES[0]!, wanting)).answers.length, 1);
  assert(askedCount(scene) > before);
  await tell(scene, NAMES[0]!);
  await assertRemembered(scene, NAMES[0]!);
  await scene.settle();
});

Deno.test("[6891_13] one name that EDNS is rejected for costs the others no signatures", async () => {
  const scene = cacheScene({ zone: ZONE, habits: { edns: "passesOn", signs: true } });
  const typesOf = async (name: string) => {
    const { message } = await tell(scene, name, { additionals: [opt({ wantsDnssec: true })] });
    return message.answers.map(({ type }) => type);
  };
  const all = [];
  for (const name of [...NAMES, ...NAMES]) all.push(await typesOf(name));
  const signed = all.filter((types) => types.includes(TYPE.RRSIG)).length;
  assertEquals(all.every((types) => types.includes(TYPE.A)), true);
  assertEquals(signed, 2 * (NAMES.length - rejectedNames(scene)));
  await scene.settle();
});

Deno.test("[6891_13] where there is no TCP, a rejection without the cookie that is known is followed by a query without OPT", async () => {
  const scene = new Scene({ zone: ZONE, habits: { edns: "passesOn", cookies: "knows" } });
  scene.upstream.refuseStreams();
  // The first answer brings the cookie.
  assertEquals(await askAll(scene), NAMES.length);
  const rejected = rejectedNames(scene);
  assert(rejected > 0);
  assertEquals(askedCount(scene), NAMES.length + rejected);
  await scene.settle();
});

/** Names that were asked for without OPT. */
function rejectedNames({ upstream }: Scene): number {
  const plain = upstream.queries.filter(({ message }) => message.additionals.length === 0);
  return new Set(plain.map(({ message }) => nameToText(message.questions[0]!.name).toLowerCase())).size;
}

for (
  const [what, spoil] of [
    ["breaks off inside a record", (octets: Uint8Array<ArrayBuffer>) => octets.slice(0, -3)],
    ["has no question", (octets: Uint8Array<ArrayBuffer>) => {
      const headless = octets.slice();
      putUint16(headless, 4, 0);
      return headless.slice(0, HEADER_OCTETS);
    }],
    ["counts 100 answers and has none", (octets: Uint8Array<ArrayBuffer>) => {
      const counting = octets.slice();
      putUint16(counting, 6, 100);
      return counting;
    }],
  ] as const
) {
  Deno.test(`[2181_09] a truncated reply that ${what} is asked for over TCP at once`, async () => {
    const scene = new Scene({ zone: ZONE });
    const { upstream } = scene;
    upstream.onQuery = (query) => {
      const response = upstream.response(query);
      response[2]! |= 0x02;
      upstream.reply(query, spoil(response));
    };
    const { answers, waitedMs } = await tell(scene, NAMES[0]!);
    assertEquals(answers, [`${NAMES[0]}. 300 IN A 192.0.2.1`]);
    assertEquals([waitedMs, upstream.queries.length, upstream.streamQueries.length], [0, 1, 1]);
  });
}

Deno.test("[4343_02] clients see their own spelling, whatever the upstream was asked in before, also out of memory", async () => {
  const zone = recordZone("www.example.org 300 IN A 192.0.2.1", "www.example.org 300 IN TXT hello");
  const scene = cacheScene({ zone, habits: { keepsSpelling: true } });
  for (const spelling of ["www.example.org", "WWW.example.org", "www.EXAMPLE.org"]) {
    for (const type of ["A", "TXT"]) {
      const { message } = await tell(scene, `${spelling} ${type}`);
      assertEquals(message.answers.map(({ name }) => nameToText(name)), [`${spelling}.`]);
    }
  }
  assertEquals(askedCount(scene), 2);
  await scene.settle();
});

Deno.test("[4343_02] a CNAME that the upstream makes out of a DNAME comes in the client's spelling", async () => {
  const scene = new Scene();
  const { upstream } = scene;
  upstream.onQuery = (query) => {
    const asked = nameToText(query.message.questions[0]!.name);
    const target = asked.replace(/\.old\.example\.org\.$/i, ".new.example.net.");
    const answers = [
      "old.example.org 300 IN DNAME new.example.net",
      `${asked} 300 IN CNAME ${target}`,
      `${target} 300 IN A 192.0.2.1`,
    ];
    upstream.reply(
      query,
      encode({ ...query.message, isResponse: true, answers: records(...answers), additionals: [] }),
    );
  };
  for (const name of ["host.a.old.example.org", "Host.A.old.example.org"]) {
    const start = name.replace(".old.example.org", "");
    assertEquals((await tell(scene, name)).answers, [
      "old.example.org. 300 IN DNAME new.example.net.",
      `${name}. 300 IN CNAME ${start}.new.example.net.`,
      `${start}.new.example.net. 300 IN A 192.0.2.1`,
    ]);
  }
});

Deno.test("what is learned of an upstream is told in one line each", async () => {
  const scene = new Scene({ zone: ZONE, habits: { edns: "formerr", mindsCase: "withSoa" } });
  for (let i = 0; i < 3; i++) {
    await askAll(scene);
    await scene.pass(15 * 60_000);
  }
  const warnings = scene.world.lines.filter((line) => line.includes("upstream 203.0.113.53:53"));
  assertEquals(warnings, [
    "dns-forwarder: warn: upstream 203.0.113.53:53 does not know EDNS: it is asked without",
    "dns-forwarder: warn: upstream 203.0.113.53:53 has trouble with letter case: it is asked in plain letter case",
  ]);
});

for (const upstreamCount of [1, 2]) {
  Deno.test(`[7766_20] a firewall that lets no datagrams through costs ${2 * upstreamCount} questions some time, and none its answer; upstreams: ${upstreamCount}`, async () => {
    const scene = new Scene({ zone: ZONE, upstreamCount });
    for (const upstream of scene.upstreams) upstream.onQuery = () => {};
    const waits: number[] = [];
    for (const name of NAMES) {
      const { answers, waitedMs } = await tell(scene, name);
      assertEquals(answers, [`${name}. 300 IN A 192.0.2.1`]);
      waits.push(waitedMs);
    }
    const slowCount = 2 * upstreamCount;
    assert(waits.slice(0, slowCount).every((waitedMs) => waitedMs < 2000), waits.join(" "));
    assertEquals(waits.slice(slowCount), waits.slice(slowCount).map(() => 0));
    assert(scene.world.lines.some((line) => line.includes("it is asked over TCP")));
  });
}

Deno.test("[7766_20] two names that UDP does not carry do not move all others to TCP for longer than a second", async () => {
  const scene = new Scene({ zone: ZONE });
  const { upstream } = scene;
  const isLost = ({ message }: ReceivedQuery) =>
    NAMES.slice(0, 2).includes(nameToText(message.questions[0]!.name).slice(0, -1).toLowerCase());
  upstream.onQuery = (query) => isLost(query) ? undefined : upstream.answer(query);
  for (const name of NAMES.slice(0, 2)) assertEquals((await tell(scene, name)).answers.length, 1);
  await scene.pass(1000);
  const before = upstream.streamQueries.length;
  for (const name of NAMES.slice(2)) assertEquals((await tell(scene, name)).answers.length, 1);
  // The first one went over both.
  assertEquals(upstream.streamQueries.length - before, 1);
});

Deno.test("[6891_08] two broken names, the first that are asked for, cost others their signatures for a second at most", async () => {
  const scene = cacheScene({ zone: ZONE, habits: { signs: true } });
  const { upstream } = scene;
  const wanting = { additionals: [opt({ wantsDnssec: true })] };
  upstream.onQuery = (query) => {
    const name = nameToText(query.message.questions[0]!.name).toLowerCase();
    const isBroken = NAMES.slice(0, 2).includes(name.slice(0, -1)) && ednsOf(query.message) !== null;
    // As it passes on what a server says that knows no EDNS.
    if (isBroken) {
      upstream.reply(query, encode({ ...query.message, isResponse: true, rcode: RCODE.FORMERR, additionals: [] }));
    } else upstream.answer(query);
  };
  for (const name of NAMES.slice(0, 2)) await tell(scene, name, wanting);
  await scene.pass(1000);
  for (const name of NAMES.slice(2)) {
    const { message } = await tell(scene, name, wanting);
    assertEquals(message.answers.map(({ type }) => type), [TYPE.A, TYPE.RRSIG]);
  }
  await scene.settle();
});

for (const habits of [{ cookies: "replays" }, { lowersCase: true }] as const) {
  const [habit] = Object.keys(habits);
  Deno.test(`[7873_07] [0x20_02] hundreds of questions in flight to an upstream that is new are no attack of its own: ${habit}`, async () => {
    const names = Array.from({ length: 400 }, (_, i) => `n${i}.example.org`);
    const zone = recordZone(...names.map((name) => `${name} 300 IN A 192.0.2.1`));
    const scene = new Scene({ zone, habits, config: { upstreamSockets: 2 } });
    const { upstream } = scene;
    upstream.onQuery = (query) => upstream.answer(query, { afterMs: 100 });
    upstream.onStreamQuery = () => {};
    const clients = names.map((name) => {
      const client = scene.client();
      client.ask([question(name)]);
      return client;
    });
    await scene.settle();
    assertEquals(clients.filter(({ reply }) => reply.message.answers.length !== 1).length, 0);
    assertEquals([scene.app.counters.upstreamFloods, upstream.streamQueries.length], [0, 0]);
  });
}

Deno.test("[0x20_03] a denial in mixed case that could not be put to the test is not kept for others", async () => {
  const scene = new Scene({ zone: ZONE, habits: { mindsCase: "withSoa" }, config: { cacheSizeMib: 1 } });
  const { upstream } = scene;
  upstream.refuseStreams();
  // The reply to the first query comes when no send is left, and the others get lost.
  upstream.onQuery = (query) => upstream.queries.length === 1 && upstream.answer(query, { afterMs: 1900 });
  const first = scene.client();
  first.ask([question(NAMES[0]!)]);
  await scene.pass(2100);
  assertEquals(first.reply.message.rcode, RCODE.NXDOMAIN);
  upstream.onQuery = (query) => upstream.answer(query);
  const second = scene.client();
  second.ask([question(NAMES[0]!)]);
  await scene.settle();
  assertEquals([second.reply.message.rcode, second.reply.message.answers.length], [RCODE.NOERROR, 1]);
});
