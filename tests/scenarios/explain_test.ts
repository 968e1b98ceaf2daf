// What becomes of a question, told to the operator: it goes the way of clients' queries.

import { assertEquals } from "@std/assert";
import type { ExplainRequest } from "../../lib/operator/admin/requests.ts";
import type { Explanation } from "../../lib/operator/explain/explanation.ts";
import { explanationText } from "../../lib/operator/explain/explanation_text.ts";
import { TYPE } from "../../lib/wire/iana.ts";
import { question, records } from "../support/messages.ts";
import { listOf, policyOf } from "../support/policies.ts";
import { recordZone } from "../support/record_zone.ts";
import { Scene, type SceneOptions } from "../support/scene.ts";

const USUAL: ExplainRequest = {
  command: "explain",
  name: "example.org",
  type: TYPE.A,
  client: null,
  dnssec: false,
  at: null,
};

/** A scene, and the lines of an explanation without what only aligns them. */
function setUp(options: SceneOptions = {}) {
  const scene = new Scene({ ...options, config: { cacheSizeMib: 1, ...options.config } });
  const explain = async (fields: Partial<ExplainRequest> = {}, passMs = 0): Promise<string[]> => {
    const explained = scene.app.explain({ ...USUAL, ...fields });
    await scene.settle();
    if (passMs > 0) await scene.pass(passMs);
    return linesOf(await explained);
  };
  return { scene, explain };
}

function linesOf(explanation: Explanation): string[] {
  return explanationText(explanation).trimEnd().split("\n").map((line) => line.trim().replaceAll(/ {2,}/g, "  "));
}

Deno.test("explain: a question that nobody has asked is asked of the upstream, and remembered", async () => {
  const { scene, explain } = setUp();
  assertEquals(await explain(), [
    "example.org. IN A",
    "1  client  127.0.0.1 over UDP  allowed by 0.0.0.0/0",
    "2  policy  nothing applies",
    "3  cache  nothing",
    "4  upstream  +0.0 ms  203.0.113.53:53  asked",
    "+0.0 ms  203.0.113.53:53  NOERROR, 56 octets",
    "5  reply  NOERROR, 1 record  56 octets",
    "example.org. 300 IN A 192.0.2.1",
    "=  NOERROR  0.0 ms  203.0.113.53:53 says so",
  ]);
  await scene.pass(41_000);
  assertEquals((await explain()).slice(3), [
    "3  cache  1 record  learned 41 s ago, for another 259 s",
    "4  reply  NOERROR, 1 record  56 octets",
    "example.org. 259 IN A 192.0.2.1",
    "=  NOERROR  0.0 ms  it is remembered",
  ]);
  scene.app.abort();
});

Deno.test("explain: what has expired is told, and with it who is silent and who is asked next", async () => {
  const { scene, explain } = setUp({ upstreamCount: 2 });
  await explain();
  await scene.pass(301_000);
  scene.upstream.fallSilent();
  assertEquals(await explain({}, 2000), [
    "example.org. IN A",
    "1  client  127.0.0.1 over UDP  allowed by 0.0.0.0/0",
    "2  policy  nothing applies",
    "3  cache  expired 1 s ago  1 record, learned 301 s ago, given for another 23 h if nobody answers",
    "4  upstream  +0.0 ms  203.0.113.53:53  asked",
    "+120.0 ms  203.0.113.54:53  asked",
    "+120.0 ms  203.0.113.54:53  NOERROR, 56 octets",
    "5  reply  NOERROR, 1 record  56 octets",
    "example.org. 300 IN A 192.0.2.1",
    "=  NOERROR  120.0 ms  203.0.113.54:53 says so",
  ]);
  scene.app.abort();
});

Deno.test("explain: pauses for the client's group are told, and what another moment's rules decide", async () => {
  // It is Tuesday or Wednesday, wherever this is run; 2026-11-30 is a Monday.
  const night = { days: [1], fromMinute: 1200, toMinute: 420, timeZone: null };
  const place = { file: "config.toml", line: 1 };
  const rule = { schedule: null, except: [], place };
  const { scene } = setUp({
    config: {
      policy: policyOf({
        upstreams: { default: ["203.0.113.53"] },
        clients: {
          kids: {
            addresses: ["192.168.1.64/26"],
            block: [{ ...rule, lists: "*", schedule: "night" }, { ...rule, lists: ["ads"], schedule: "noon" }],
          },
        },
        lists: [listOf("ads", { names: ["ads.example"] })],
        schedules: [
          { name: "night", windows: [night], place },
          { name: "noon", windows: [{ ...night, fromMinute: 720, toMinute: 780 }], place },
        ],
      }),
    },
  });
  const policyLines = async (fields: Partial<ExplainRequest>) => {
    const explained = scene.app.explain({ ...USUAL, client: "192.168.1.70", ...fields });
    // It never settles: schedules go on and on.
    await scene.pass(100);
    const lines = linesOf(await explained);
    return lines.slice(3, lines.findIndex((line) => /^3 /.test(line)));
  };
  const [usual, all, ads] = [
    "no route  no route is for it, so the upstreams of its client's group are asked, or those for all (law 6)",
    '[clients.kids] block "*"  config.toml:1: names of your own count before lists, a longer name before a shorter one, and allow before block (law 4)',
    "[lists.ads] names  config.toml:1: names of your own count before lists, a longer name before a shorter one, and allow before block (law 4)",
  ].map((reason) => `2  policy  ${reason}`);
  assertEquals(await policyLines({}), [usual]);
  assertEquals(await policyLines({ at: "2026-11-30 21:00" }), [all, "at 2026-11-30 21:00  night, not noon"]);
  assertEquals(await policyLines({ at: "2026-12-01 06:59:59" }), [all, "at 2026-12-01 06:59:59  night, not noon"]);
  const noon = { name: "ads.example", at: "2026-11-30 12:30" };
  assertEquals(await policyLines(noon), [ads, "at 2026-11-30 12:30  not night, noon"]);
  assertEquals(await policyLines({ name: "ads.example" }), [usual]);
  scene.app.usePauses([{ untilSeconds: null, clients: ["kids"], lists: ["ads"] }]);
  const paused = "paused  blocking by ads for kids is paused until it is resumed";
  assertEquals(await policyLines(noon), [usual, "at 2026-11-30 12:30  not night, noon", paused]);
  assertEquals(await policyLines({ client: "192.168.1.1" }), [usual]);
  scene.app.abort();
});

Deno.test("explain: another moment's rules hold for what has to be waited for, and for nobody else", async () => {
  const place = { file: "config.toml", line: 1 };
  const night = { days: [1], fromMinute: 1200, toMinute: 420, timeZone: null };
  const known = recordZone("www.example.org 300 IN CNAME ads.example");
  const { scene } = setUp({
    zone: (asked) => {
      const reply = known(asked);
      return { ...reply, answers: [...reply.answers, ...records("ads.example 300 IN A 192.0.2.1")] };
    },
    config: {
      policy: policyOf({
        upstreams: { default: ["203.0.113.53"] },
        clients: { default: { block: [{ lists: ["ads"], schedule: "night", except: [], place }] } },
        lists: [listOf("ads", { names: ["ads.example"] })],
        schedules: [{ name: "night", windows: [night], place }],
        local: { records: ["x.example. 60 IN NOTHING"] },
      }),
    },
  });
  const askedAt = async (at: string | null) => {
    const explained = scene.app.explain({ ...USUAL, name: "www.example.org", at });
    await scene.pass(100);
    return linesOf(await explained).at(-1);
  };
  const client = scene.client();
  const rcodes = async () => {
    client.ask([question("www.example.org")]);
    await scene.pass(100);
    return client.replies.map(({ message }) => message.answers.length);
  };
  const lines = scene.world.lines.length;
  assertEquals(await askedAt("2026-11-30 21:00"), "=  NOERROR  0.0 ms  blocked by [lists.ads] names: ads.example.");
  assertEquals(await askedAt("2026-11-30 12:00"), "=  NOERROR  0.0 ms  it is remembered");
  assertEquals(await rcodes(), [2]);
  // Remembered by then.
  assertEquals(await askedAt("2026-11-30 21:00"), "=  NOERROR  0.0 ms  blocked by [lists.ads] names: ads.example.");
  assertEquals(await askedAt(null), "=  NOERROR  0.0 ms  it is remembered");
  // What is wrong with the configuration has been told.
  assertEquals(scene.world.lines.length, lines);
  scene.app.abort();
});

Deno.test("explain: nobody answers in time, and that is remembered for a while", async () => {
  const { scene, explain } = setUp();
  scene.upstream.fallSilent();
  const lines = await explain({}, 3000);
  assertEquals(lines[3], "3  cache  nothing");
  assertEquals(lines[4], "4  upstream  +0.0 ms  203.0.113.53:53  asked");
  assertEquals(lines.at(-1), "=  SERVFAIL  2010.0 ms  No reply from 203.0.113.53:53 in time");
  scene.client().ask([question("example.org")]);
  await scene.pass(3000);
  const sentCount = scene.upstream.queries.length;
  const [cache, reply] = (await explain()).slice(3);
  assertEquals(
    cache!.replace(/\d+ s$/, "N s"),
    "3  cache  failed not long ago  learned 0 s ago, not asked again for N s",
  );
  assertEquals(reply!.replace(/\d+ octets/, "N octets"), "4  reply  SERVFAIL, 0 records  N octets");
  assertEquals(scene.upstream.queries.length, sentCount);
  scene.app.abort();
});

Deno.test("explain: which sentence of the configuration decides, where it stands, and for whom", async () => {
  const { scene, explain } = setUp({
    zones: [recordZone("example.org 300 IN A 192.0.2.1"), recordZone("www.corp.example 60 IN A 10.0.0.1")],
    config: {
      policy: policyOf({
        upstreams: { default: ["203.0.113.53"], ad: ["203.0.113.54"] },
        routes: [{ domains: ["corp.example"], to: "ad" }],
        clients: { kids: { addresses: ["192.168.1.64/26"], dropTypes: [TYPE.AAAA] } },
      }),
    },
  });
  assertEquals((await explain({ name: "www.corp.example", client: "192.168.1.70" })).slice(1, 6), [
    "1  client  192.168.1.70 over UDP  allowed by 0.0.0.0/0",
    "group kids",
    "2  policy  [[route]] to ad  config.toml:1: of all routes the one for the longest domain counts (law 6)",
    "3  cache  nothing",
    "4  upstream  +0.0 ms  203.0.113.54:53  asked",
  ]);
  const dropped = await explain({ type: TYPE.AAAA, client: "192.168.1.70" });
  assertEquals([dropped[3], dropped.at(-1)], [
    "2  policy  [clients.kids] drop-types  config.toml:1: its client is in that group (law 1)",
    "=  NOERROR  0.0 ms  [clients.kids] drop-types",
  ]);
  assertEquals(
    (await explain({ at: "2026-12-01 21:00" }))[4],
    "at 2026-12-01 21:00  as now: no rule depends on the time",
  );
  assertEquals((await explain({ name: "localhost" })).slice(1, 4), [
    "1  client  127.0.0.1 over UDP  allowed by 0.0.0.0/0",
    "group default",
    "2  policy  special-use name localhost., RFC 6761  what the program does by itself: nothing that you have said is about it (law 2)",
  ]);
  scene.app.abort();
});

Deno.test("explain: where a rewrite or an alias leads, and what decides about that", async () => {
  const { scene, explain } = setUp({
    zones: [recordZone("example.org 300 IN A 192.0.2.1"), recordZone("www.corp.example 60 IN A 10.0.0.1")],
    config: {
      policy: policyOf({
        upstreams: { default: ["203.0.113.53"], ad: ["203.0.113.54"] },
        routes: [{ domains: ["corp.example"], to: "ad" }],
        rewrites: [{ domains: ["old.example"], to: "alias.lan" }],
        local: { addresses: { "alias.lan": "www.corp.example" } },
      }),
    },
  });
  const policy = [
    "2  policy  [[rewrite]] to alias.lan  config.toml:1: another name is asked for in its place (law 7)",
    "[local]  config.toml:1: local data comes before everything else (law 3), for alias.lan.",
    "[[route]] to ad  config.toml:1: of all routes the one for the longest domain counts (law 6), for www.corp.example.",
  ];
  const lines = await explain({ name: "old.example" });
  assertEquals(lines.slice(3, 6), policy);
  assertEquals(lines.slice(6, 8), ["3  cache  nothing", "4  upstream  +0.0 ms  203.0.113.54:53  asked"]);
  assertEquals((await explain({ name: "old.example" })).slice(3, 6), policy);
  scene.app.abort();
});

Deno.test("explain: what a rewrite leads to is remembered under its own name", async () => {
  const { scene, explain } = setUp({
    zones: [recordZone("new.example 300 IN A 192.0.2.1")],
    config: {
      policy: policyOf({
        upstreams: { default: ["203.0.113.53"] },
        rewrites: [{ domains: ["old.example"], to: "new.example" }],
      }),
    },
  });
  await explain({ name: "old.example" });
  const lines = await explain({ name: "old.example" });
  assertEquals([lines[5], lines.at(-1)], [
    "3  cache  remembered  new.example.",
    "=  NOERROR  0.0 ms  it is remembered",
  ]);
  scene.app.abort();
});

Deno.test("explain: who may not ask gets nothing else explained, and nobody is asked", async () => {
  const networks = { allow: ["192.0.2.0/24", "192.0.2.128/25"], deny: ["192.0.2.64/26"] };
  const { scene, explain } = setUp({ config: networks });
  assertEquals((await explain({ client: "192.0.2.65" })).slice(1), [
    "1  client  192.0.2.65 over UDP  denied by 192.0.2.64/26",
    "=  REFUSED  0.0 ms  the client may not ask",
  ]);
  assertEquals(await explain({ client: "203.0.113.9" }), [
    "example.org. IN A",
    "1  client  203.0.113.9 over UDP  in no network that may ask, see access.allow",
    "=  REFUSED  0.0 ms  the client may not ask",
  ]);
  assertEquals(
    (await explain({ client: "192.0.2.200" }))[1],
    "1  client  192.0.2.200 over UDP  allowed by 192.0.2.128/25",
  );
  scene.app.abort();
});

Deno.test("explain: what no client may ask is not asked for the operator, either", async () => {
  const { scene, explain } = setUp();
  const lines = await explain({ type: TYPE.AXFR });
  assertEquals(lines.at(-1), "=  REFUSED  0.0 ms  such a question is not answered");
  assertEquals(scene.upstream.queries.length, 0);
  scene.app.abort();
});

Deno.test("explain: a question that somebody waits for already is not asked twice", async () => {
  const { scene, explain } = setUp();
  const first = explain({}, 100);
  const second = explain({}, 100);
  const lines = (await second).slice(3, 5);
  await first;
  assertEquals(lines, [
    "3  cache  nothing",
    "4  upstream  +0.0 ms  waits for the answer to somebody else's same question",
  ]);
  assertEquals(scene.upstream.queries.length, 1);
  scene.app.abort();
});

Deno.test("explain: in which manner an upstream is asked again, and what TCP brings", async () => {
  const { scene, explain } = setUp({ habits: { truncates: true } });
  const truncated = await explain();
  assertEquals(truncated.slice(4, -3).map((line) => line.replace(/\d+ octets/, "N octets")), [
    "4  upstream  +0.0 ms  203.0.113.53:53  asked",
    "+0.0 ms  203.0.113.53:53  NOERROR, N octets, truncated: asked over TCP",
    "+0.0 ms  203.0.113.53:53  NOERROR, N octets",
  ]);
  assertEquals(truncated.at(-1), "=  NOERROR  0.0 ms  203.0.113.53:53 says so");
  scene.app.abort();
  const without = setUp({ habits: { edns: "formerr" } });
  const again = await without.explain();
  assertEquals(again[5], "+0.0 ms  203.0.113.53:53  asked again, in another manner");
  without.scene.app.abort();
});

Deno.test("explain: it is not counted as a client's question, and takes nothing from a rate", async () => {
  const { scene, explain } = setUp({ config: { rateLimit: 1 } });
  for (let i = 0; i < 5; i++) await explain({ client: "198.51.100.7" });
  const { received, replied, cacheHits, cacheMisses, rateLimited, upstreamQuestions } = scene.app.counters;
  assertEquals({ received, replied, cacheHits, cacheMisses, rateLimited, upstreamQuestions }, {
    received: 0,
    replied: 0,
    cacheHits: 0,
    cacheMisses: 0,
    rateLimited: 0,
    upstreamQuestions: 1,
  });
  assertEquals(scene.app.held.inFlight, 0);
  scene.app.abort();
});

Deno.test("explain: a reload meanwhile leaves it its upstreams", async () => {
  const { scene, explain } = setUp();
  scene.upstream.fallSilent();
  const explained = explain({}, 3000);
  scene.app.use({ ...scene.config, upstreams: [] });
  assertEquals((await explained).at(-1), "=  SERVFAIL  2010.0 ms  No reply from 203.0.113.53:53 in time");
  scene.app.abort();
});

Deno.test("explain: what is told while the program ends keeps nothing alive that follows schedules", async () => {
  const place = { file: "config.toml", line: 1 };
  const night = { days: [1], fromMinute: 1200, toMinute: 420, timeZone: "UTC" };
  const policy = policyOf({
    upstreams: { default: ["203.0.113.53"] },
    schedules: [{ name: "night", windows: [night], place }],
  });
  const scene = new Scene({ config: { policy } });
  scene.upstream.fallSilent();
  const explained = scene.app.explain(USUAL);
  await scene.pass(100);
  const stopped = scene.app.stop();
  await scene.pass(3000);
  await stopped;
  await explained;
  assertEquals(scene.world.time.timerCount, 0);
});

Deno.test("flush: a name is forgotten, with those below it, or all; and asked for anew", async () => {
  const records = ["example.org", "www.example.org", "example.net"].map((name) => `${name} 300 IN A 192.0.2.1`);
  const { scene, explain } = setUp({ zone: recordZone(...records) });
  const rememberAll = async () => {
    for (const name of ["example.org", "www.example.org", "example.net"]) await explain({ name });
  };
  const asked = () => scene.upstream.queries.splice(0).length;
  const flush = async (name: string | null, below: boolean) => {
    const flushed = scene.app.flush({ command: "flush", name, below });
    await scene.pass(10);
    return await flushed;
  };
  await rememberAll();
  assertEquals(asked(), 3);
  assertEquals(await flush("EXAMPLE.org", false), 1);
  await rememberAll();
  assertEquals(asked(), 1);
  assertEquals(await flush("example.org", true), 2);
  await rememberAll();
  assertEquals(asked(), 2);
  assertEquals(await flush("example.com", true), 0);
  assertEquals(await flush(null, false), 3);
  await rememberAll();
  assertEquals(asked(), 3);
  scene.app.abort();
});

Deno.test("flush: there is nothing to forget without a cache", async () => {
  const { scene } = setUp({ config: { cacheSizeMib: 0 } });
  assertEquals(await scene.app.flush({ command: "flush", name: null, below: false }), 0);
  scene.app.abort();
});
