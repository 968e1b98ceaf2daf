// What is remembered of queries while somebody looks.

import { assert, assertEquals } from "@std/assert";
import type { Observation } from "../../../lib/observe/observation.ts";
import type { LiveAnswer, QueriesAnswer, QueryRow } from "../../../lib/web/api/answers.ts";
import { EVENT_MS, eventStream } from "../../../lib/web/api/live/event_stream.ts";
import { READERS_MAX } from "../../../lib/web/api/routes/queries.ts";
import { LINGER_MS } from "../../../lib/web/api/live/watching.ts";
import { FakeRecord } from "../../support/fake_record.ts";
import { FakeTime, settled } from "../../support/fake_time.ts";
import { ADMIN, webRig } from "../web_rig.ts";

type Rig = ReturnType<typeof webRig>;

async function get<T>(rig: Rig, path: string): Promise<T> {
  const response = await rig.ask(`/api/v1/${path}`, { headers: ADMIN });
  assertEquals(response.status, 200, path);
  return await response.json();
}

function names({ rows }: { readonly rows: readonly QueryRow[] }): string[] {
  return rows.map(({ name }) => name);
}

function take(rig: Rig, ...parts: readonly Partial<Observation>[]): void {
  for (const part of parts) {
    const record = new FakeRecord(part);
    rig.recent.take(record);
    rig.top.take(record);
  }
}

Deno.test("GET queries tells all of a query, and what its client is called", async () => {
  const rig = webRig();
  take(rig, {
    timeMs: 1_800_000_000_123.4,
    tookMs: 1.23456,
    client: "2001:db8::7",
    group: "kids",
    name: "\\000\\255.ads.example",
    type: 65,
    source: "blocked",
    rcode: 3,
    upstream: null,
    reason: 'list "ads"',
    channel: "https",
    sizeOctets: 99,
    isTruncated: true,
    wantsDnssec: true,
  }, { name: "." });
  const { rows: [root, row], next, searchedBackToAtMs, from } = await get<QueriesAnswer>(rig, "queries");
  assertEquals(root!.name, ".");
  assertEquals(row, {
    id: row!.id,
    atMs: 1_800_000_000_123,
    tookMs: 1.235,
    client: "2001:db8::7",
    clientName: "name-of-2001:db8::7",
    clientNameFrom: "test",
    group: "kids",
    name: "\\000\\255.ads.example",
    type: "HTTPS",
    source: "blocked",
    rcode: "NXDOMAIN",
    upstream: null,
    reason: 'list "ads"',
    channel: "https",
    sizeOctets: 99,
    isTruncated: true,
    wantsDnssec: true,
  });
  assertEquals([next, searchedBackToAtMs, from], [null, 1_800_000_000_123, "memory"]);
  rig.context.watching.stop();
});

Deno.test("GET queries goes back page by page, without gaps when others come meanwhile, and says where there is nothing left", async () => {
  const rig = webRig();
  const seen: string[] = [];
  take(rig, ...Array.from({ length: 1500 }, (_, i) => ({ name: `n${i}.example` })));
  let before = "";
  for (;;) {
    const page = await get<QueriesAnswer>(rig, `queries?limit=300${before}`);
    seen.push(...names(page));
    take(rig, { name: "later.example" });
    if (page.next === null) break;
    before = `&before=${page.next}`;
  }
  // A thousand are kept; of those, four have made room for others meanwhile.
  assertEquals(seen, Array.from({ length: seen.length }, (_, i) => `n${1499 - i}.example`));
  assert(seen.length >= 995 && seen.length <= 1000);
  rig.context.watching.stop();
});

Deno.test("GET queries finds what each filter says, and together what all of them say", async () => {
  const rig = webRig();
  take(
    rig,
    { name: "a.example", client: "192.0.2.1", source: "cache", rcode: 0, type: 1, upstream: null, channel: "udp" },
    {
      name: "b.example",
      client: "192.0.2.2",
      source: "upstream",
      rcode: 3,
      type: 28,
      upstream: "9.9.9.9:53",
      channel: "tls",
    },
    {
      name: "a.b.org",
      client: "2001:db8::1",
      source: "failure",
      rcode: 2,
      type: 65280,
      upstream: null,
      channel: "tcp",
    },
  );
  const rows: readonly (readonly [query: string, found: readonly string[]])[] = [
    ["name=EXAMPLE", ["b.example", "a.example"]],
    ["name=nothing", []],
    ["name=a.ex", ["a.example"]],
    ["name=.example", ["b.example", "a.example"]],
    ["name=a.b.", ["a.b.org"]],
    ["name=org.", []],
    ["name=7example", []],
    ["client=192.0.2.2", ["b.example"]],
    ["client=2001", ["a.b.org"]],
    ["client=name-of-192.0.2.1", ["a.example"]],
    ["source=cache,failure", ["a.b.org", "a.example"]],
    ["rcode=servfail", ["a.b.org"]],
    ["rcode=RCODE3", ["b.example"]],
    ["type=aaaa,TYPE65280", ["a.b.org", "b.example"]],
    ["upstream=9.9.9", ["b.example"]],
    ["channel=udp,tcp", ["a.b.org", "a.example"]],
    ["name=example&rcode=NXDOMAIN&type=AAAA", ["b.example"]],
    ["name=example&rcode=SERVFAIL", []],
  ];
  // What clients are called is known once they have been looked at.
  await get<QueriesAnswer>(rig, "queries");
  for (const [query, found] of rows) {
    assertEquals(names(await get<QueriesAnswer>(rig, `queries?${query}`)), found, query);
  }
  rig.context.watching.stop();
});

Deno.test("GET queries goes on in the history where memory ends", async () => {
  const rig = webRig();
  const asked: unknown[] = [];
  rig.useHistory({
    oldestMs: 1,
    series: (query) => Promise.resolve({ ...query, sources: ["cache"], counts: [[1]] }),
    top: (query) => Promise.resolve({ ...query, total: 9, rows: [{ key: "a.example", count: 9 }] }),
    search: (query) => {
      asked.push(query);
      const observation = (name: string, timeMs: number) => new FakeRecord({ name, timeMs }).toObservation();
      const same = { id: "8", observation: observation("new.example", 1_800_000_000_000.4) };
      const older = { id: "7", observation: observation("old.example", 1_799_999_999_999) };
      return Promise.resolve({
        rows: query.before === null ? [same, older] : [older],
        next: query.before === null ? "x-y" : null,
        searchedBackToMs: 5,
      });
    },
  });
  take(rig, { name: "new.example", timeMs: 1_800_000_000_000 });
  const first = await get<QueriesAnswer>(rig, "queries?name=e");
  assertEquals([names(first), first.next], [["new.example"], "h1800000000000.1"]);
  const second = await get<QueriesAnswer>(rig, `queries?name=e&before=${first.next}`);
  assertEquals([names(second), second.next, second.from], [["old.example"], "h1800000000000.0-x-y", "history"]);
  const third = await get<QueriesAnswer>(rig, `queries?name=e&before=${second.next}`);
  assertEquals([third.next, third.searchedBackToAtMs], [null, 5]);
  assertEquals(asked.map((query) => (query as { before: string | null }).before), [null, "x-y"]);
  assertEquals((await get<{ from: string }>(rig, "series?window=604800")).from, "history");
  assertEquals((await get<{ from: string }>(rig, "series?window=300")).from, "memory");
  assertEquals((await get<{ total: number }>(rig, "top?by=name&window=604800")).total, 9);
  rig.context.watching.stop();
});

Deno.test("GET live tells what has come since, the newest first and 50 of it, and begins anew for a cursor of before", async () => {
  const rig = webRig();
  const first = await get<LiveAnswer>(rig, "live");
  assertEquals([first.rows, first.more, first.health], [[], 0, "well"]);
  take(rig, ...Array.from({ length: 60 }, (_, i) => ({ name: `n${i}.example` })));
  const second = await get<LiveAnswer>(rig, `live?after=${first.cursor}`);
  assertEquals([second.rows.length, second.more, second.rows[0]!.name], [50, 10, "n59.example"]);
  const filtered = await get<LiveAnswer>(rig, `live?after=${first.cursor}&name=n7.`);
  assertEquals([names(filtered), filtered.more], [["n7.example"], 0]);
  assertEquals((await get<LiveAnswer>(rig, `live?after=${second.cursor}`)).rows, []);
  for (const cursor of ["1-1", "zz", second.cursor.replace(/-.*/, "-zzzz")]) {
    assertEquals((await get<LiveAnswer>(rig, `live?after=${cursor}`)).rows, [], cursor);
  }
  rig.context.watching.stop();
});

Deno.test("GET events tells once a second, ends with the server, and has room for a few readers", async () => {
  const rig = webRig();
  const open = () => rig.ask("/api/v1/events?name=wanted", { headers: ADMIN });
  const responses = await Promise.all(Array.from({ length: READERS_MAX }, open));
  assertEquals(responses.map(({ status }) => status), responses.map(() => 200));
  assertEquals(responses[0]!.headers.get("content-type"), "text/event-stream");
  const refused = await open();
  assertEquals([refused.status, refused.headers.get("retry-after")], [503, "5"]);
  const texts = responses[0]!.body!.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await texts.read()).value, "retry: 2000\n\n");
  await settled();
  take(rig, { name: "wanted.example" }, { name: "other.example" });
  await rig.time.passAndSettle(EVENT_MS);
  await texts.read();
  const [, data] = /^event: live\ndata: (.*)\n\n$/.exec((await texts.read()).value!)!;
  assertEquals(names(JSON.parse(data!) as LiveAnswer), ["wanted.example"]);
  await responses[1]!.body!.cancel();
  assertEquals((await open()).status, 200);
  rig.closing.abort();
  await settled();
  assertEquals((await texts.read()).done, true);
  await rig.time.passAndSettle(LINGER_MS);
  assertEquals(rig.time.armedCount, 0);
  assertEquals(rig.done, ["watches", "watches no more"]);
});

Deno.test("eventStream() skips a reader that does not read, and goes on when it does", async () => {
  const time = new FakeTime();
  let made = 0;
  const { body, close } = eventStream({
    next: () => Promise.resolve({ number: ++made, filler: "x".repeat(1000) }),
    timers: time,
    onEnd: () => {},
  });
  await time.passAndSettle(3_600_000);
  assert(made <= 6, `${made} events were made for somebody who does not read`);
  const reader = body.getReader();
  for (let i = 0; i < made + 1; i++) await reader.read();
  await time.passAndSettle(EVENT_MS);
  const before = made;
  await time.passAndSettle(EVENT_MS);
  assert(made > before - 1);
  close();
  assertEquals(time.armedCount, 0);
});

Deno.test("Watching writes nothing down before somebody asks, and stops a minute after the last one", async () => {
  const rig = webRig();
  const { watching } = rig.context;
  assertEquals([rig.done, watching.current], [[], null]);
  await get(rig, "top?by=name");
  await rig.time.passAndSettle(LINGER_MS - 1);
  await get(rig, "series");
  await rig.time.passAndSettle(LINGER_MS - 1);
  assertEquals(rig.done, ["watches"]);
  await rig.time.passAndSettle(1);
  assertEquals([rig.done, watching.current], [["watches", "watches no more"], null]);
  const release = watching.hold();
  await get(rig, "top?by=name");
  await rig.time.passAndSettle(10 * LINGER_MS);
  assert(watching.current !== null);
  release();
  release();
  await rig.time.passAndSettle(LINGER_MS);
  assertEquals(watching.current, null);
});

Deno.test("GET top counts names, clients, upstreams and what was blocked", async () => {
  const rig = webRig();
  const now = { timeMs: 1_800_000_000_000 };
  take(
    rig,
    { ...now, name: "a.example", client: "192.0.2.1" },
    { ...now, name: "a.example", client: "192.0.2.2" },
    { ...now, name: "ads.example", client: "192.0.2.2", source: "blocked", upstream: null },
  );
  const top = async (by: string) => {
    const { rows, total } = await get<{ rows: { key: string; count: number; label: string }[]; total: number }>(
      rig,
      `top?by=${by}`,
    );
    return [total, ...rows.map(({ key, count, label }) => `${key} ${count}${label}`)];
  };
  assertEquals(await top("name"), [3, "a.example 2", "ads.example 1"]);
  assertEquals(await top("client"), [3, "192.0.2.2 2name-of-192.0.2.2", "192.0.2.1 1name-of-192.0.2.1"]);
  assertEquals(await top("upstream"), [3, "9.9.9.9:53 2"]);
  assertEquals(await top("blocked"), [3, "ads.example 1"]);
  rig.context.watching.stop();
});

Deno.test("GET live tells how many queries there are in a second, however long ago it was asked before", async () => {
  const rig = webRig();
  let { cursor } = await get<LiveAnswer>(rig, "live");
  const { series } = rig.context.watching.look();
  for (let i = 0; i < 3; i++) {
    for (let second = 0; second < 5; second++) {
      const timeMs = rig.context.epochMs();
      for (let i = 0; i < 10; i++) series.take(new FakeRecord({ timeMs }));
      await rig.time.passAndSettle(1000);
    }
    const live = await get<LiveAnswer>(rig, `live?after=${cursor}`);
    cursor = live.cursor;
    assertEquals(live.queriesPerSecond, 10);
  }
  rig.context.watching.stop();
});
