import { assertEquals } from "@std/assert";
import type { FakeAnswer } from "../../support/fake_http.ts";
import { SILENCE } from "../../support/fake_http.ts";
import { DAY_MS, keptList, ListRig } from "../../support/list_rig.ts";

const URL = "https://lists.example.org/ads.txt";
const OTHER = "https://lists.example.org/other.txt?key=secret";
const ADS = keptList({ name: "ads", sources: [{ url: URL }] });

function text(...names: string[]): FakeAnswer {
  return { headers: { etag: `"${names.length}"` }, body: names.map((name) => `${name}\n`) };
}

Deno.test("ListKeeper fetches what it has not, and has a set made of it", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, text("a.example", "b.example"));
  await rig.keeper.use([ADS]);
  await rig.time.pass(1);
  assertEquals(rig.sets, [{ ads: ["a.example", "b.example"] }]);
  assertEquals(rig.takeLines(), ["list ads: https://lists.example.org/ads.txt: 2 names"]);
  assertEquals(rig.keeper.status, [{
    name: "ads",
    names: 2,
    lines: 2,
    bad: 0,
    firstBad: [],
    sources: [{
      what: URL,
      ageSeconds: 0,
      isBeingUpdated: false,
      nextSeconds: rig.keeper.status[0]!.sources[0]!.nextSeconds,
      error: null,
    }],
  }]);
  rig.keeper.stop();
});

Deno.test("ListKeeper.status tells which source is asked, and which wait for their turn", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, { body: [SILENCE] });
  await rig.keeper.use([ADS, keptList({ name: "other", sources: [{ url: OTHER }] })]);
  await rig.time.pass(1);
  assertEquals(
    rig.keeper.status.map(({ sources }) => sources.map((source) => [source.isBeingUpdated, source.nextSeconds])),
    [
      [[true, 0]],
      [[false, 0]],
    ],
  );
  rig.keeper.stop();
});

Deno.test("ListKeeper asks again after the time that is set, a tenth sooner or later, and makes no set where nothing has changed", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, text("a.example"), { status: 304 });
  await rig.keeper.use([ADS]);
  await rig.time.pass(0.9 * DAY_MS - 1000);
  assertEquals(rig.http.seen.length, 1);
  await rig.time.pass(0.2 * DAY_MS + 2000);
  assertEquals(rig.http.seen.map(({ headers }) => headers["if-none-match"] ?? null), [null, '"1"']);
  assertEquals(rig.sets.length, 1);
  await rig.time.pass(10 * DAY_MS);
  assertEquals([11, 12, 13].includes(rig.http.seen.length), true, `${rig.http.seen.length} requests`);
  assertEquals(rig.takeLines().length, 1);
  rig.keeper.stop();
});

Deno.test("ListKeeper knows the same text again where a server does not", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, { body: ["a.example\n"] });
  await rig.keeper.use([ADS]);
  await rig.time.pass(3 * DAY_MS);
  assertEquals([rig.http.seen.length >= 3, rig.sets.length, rig.takeLines().length], [true, 1, 1]);
  rig.keeper.stop();
});

Deno.test("ListKeeper has all of it again at the next refresh where somebody has removed its folder", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, text("a.example"));
  rig.files.write("/lists/own.txt", "b.example\n");
  await rig.keeper.use([ADS, keptList({ name: "own", sources: [{ file: "/lists/own.txt" }] })]);
  await rig.time.pass(1);
  const kept = () => [...rig.files.texts.keys()].filter((path) => path.startsWith("/state/")).sort();
  const before = kept();
  for (const path of before) rig.files.remove(path);
  rig.isKept = false;
  // As long as it cannot be had, all stays as it is, and nobody is asked without a pause.
  rig.http.answer(URL, new Error("no route to host")).seen.length = 0;
  await rig.time.pass(2 * DAY_MS);
  assertEquals(rig.sets.length, 1);
  assertEquals(rig.http.seen.length < 150, true, `${rig.http.seen.length} requests`);
  rig.http.answer(URL, text("a.example")).seen.length = 0;
  await rig.time.pass(DAY_MS);
  assertEquals(rig.http.seen[0]!.headers["if-none-match"], undefined);
  assertEquals(kept(), before);
  assertEquals(rig.sets.length, 2);
  rig.keeper.stop();
});

Deno.test("ListKeeper begins with the last good texts, without the Internet, and is due when it was due", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, text("a.example"));
  await rig.keeper.use([ADS]);
  await rig.time.pass(0.5 * DAY_MS);
  rig.keeper.stop();
  rig.http.answer(URL, new Error("no route to host")).seen.length = 0;
  const keeper = rig.start();
  await keeper.use([ADS]);
  await rig.time.pass(1);
  assertEquals(rig.sets, [{ ads: ["a.example"] }, { ads: ["a.example"] }]);
  assertEquals(rig.http.seen, []);
  await rig.time.pass(0.6 * DAY_MS);
  assertEquals(rig.http.seen.length > 0, true);
  keeper.stop();
});

Deno.test("ListKeeper has no set made at a start when the one that is there is of the same texts", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, text("a.example"));
  await rig.keeper.use([ADS]);
  await rig.time.pass(1);
  rig.keeper.stop();
  const [path] = [...rig.files.texts.keys()].filter((path) => path.endsWith(".json"));
  const record = JSON.parse(new TextDecoder().decode(rig.files.texts.get(path!) as Uint8Array));
  const digests = { ads: JSON.stringify(["auto", null, record.sha256]) };
  await rig.start({ digests }).use([ADS]);
  await rig.time.pass(1);
  assertEquals(rig.sets.length, 1);
  rig.keeper.stop();
  await rig.start({ digests }).use([keptList({ ...ADS, format: "hosts" })]);
  await rig.time.pass(1);
  assertEquals(rig.sets.length, 2);
  rig.keeper.stop();
});

Deno.test.each([
  { what: "is empty", answer: { body: [] }, why: "it has 0 names (min-names is 1)" },
  {
    what: "is no list",
    answer: { body: ["a b\n", "c d\n", "e.example\n"] },
    why: "2 of its 3 lines are no lines of a list (max-errors is 5 %, the first is line 1: it is no name)",
  },
  {
    what: "has lost more than half of its names",
    answer: text("a.example"),
    why: "it has lost 75 % of its names, 1 of 4 are left (max-shrink is 50 %)",
  },
  { what: "is a web page", answer: { body: ["<html>"] }, why: "it is a web page, not a list" },
  { what: "is not there", answer: { status: 404 }, why: "its server answers with status 404" },
])("ListKeeper keeps the last good text when the new one $what, and tells it once", async ({ answer, why }) => {
  const rig = new ListRig();
  const names = ["a.example", "b.example", "c.example", "d.example"];
  rig.http.answer(URL, text(...names), answer as FakeAnswer);
  await rig.keeper.use([ADS]);
  await rig.time.pass(1);
  rig.takeLines();
  await rig.time.pass(3 * DAY_MS);
  assertEquals(rig.takeLines(), [`warn: list ads: ${URL}: ${why}; its last good text stays`]);
  assertEquals([rig.sets.length, rig.keeper.status[0]!.names], [1, 4]);
  assertEquals(rig.keeper.status[0]!.sources[0]!.error, why);
  // And after a restart, too.
  rig.keeper.stop();
  await rig.start().use([ADS]);
  await rig.time.pass(1);
  assertEquals(rig.sets.at(-1), { ads: names });
  rig.takeLines();
  // It is good again.
  rig.http.answer(URL, text(...names, "e.example"));
  await rig.time.pass(DAY_MS);
  assertEquals(rig.takeLines(), [`list ads: ${URL}: 5 names`]);
  assertEquals([rig.sets.at(-1)!.ads!.length, rig.keeper.status[0]!.sources[0]!.error], [5, null]);
  rig.keeper.stop();
});

Deno.test("ListKeeper tries three times before it tells a failure, later and later, and says when all is well again", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, text("a.example"), { status: 502 });
  await rig.keeper.use([ADS]);
  await rig.time.pass(0.89 * DAY_MS);
  rig.takeLines();
  rig.http.seen.length = 0;
  const atMs: number[] = [];
  const told: number[] = [];
  for (let second = 0; second < DAY_MS / 1000; second++) {
    await rig.time.pass(1000);
    if (rig.http.seen.length > atMs.length) atMs.push(second);
    if (rig.lines.length > told.length) told.push(atMs.length);
  }
  const pauses = atMs.slice(1).map((at, i) => at - atMs[i]!);
  const expected = [10, 60, 900, 1800, 3600, 7200, 14400, 28800];
  assertEquals(
    pauses.slice(0, 8).map((pause, i) => Math.abs(pause - expected[i]!) <= 0.1 * expected[i]! + 1),
    Array(pauses.slice(0, 8).length).fill(true),
    `${pauses}`,
  );
  assertEquals(told, [3]);
  assertEquals(rig.takeLines(), [
    `warn: list ads: ${URL}: its server answers with status 502; its last good text stays`,
  ]);
  rig.http.answer(URL, { status: 304 });
  await rig.time.pass(DAY_MS);
  assertEquals(rig.takeLines(), [`list ads: ${URL}: all is well again`]);
  rig.keeper.stop();
});

Deno.test("ListKeeper leaves a server alone for as long as it asks for", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, { status: 503, headers: { "retry-after": "7200" } });
  await rig.keeper.use([ADS]);
  await rig.time.pass(7_199_000);
  assertEquals(rig.http.seen.length, 1);
  assertEquals(rig.takeLines(), [
    `warn: list ads: ${URL}: its server answers with status 503; nothing is known from it yet`,
  ]);
  await rig.time.pass(2000);
  assertEquals(rig.http.seen.length, 2);
  rig.keeper.stop();
});

Deno.test("ListKeeper fetches one source at a time; one that stalls delays the others by its deadline, and no set", async () => {
  const rig = new ListRig();
  const lists = ["one", "two", "three"].map((name) => {
    return keptList({ name, sources: [{ url: `https://lists.example.org/${name}` }] });
  });
  rig.http.answer("https://lists.example.org/one", text("one.example"));
  rig.http.answer("https://lists.example.org/two", { body: ["x.example\n", SILENCE] });
  rig.http.answer("https://lists.example.org/three", text("three.example"));
  await rig.keeper.use(lists);
  await rig.time.pass(9_000);
  assertEquals([rig.http.seen.length, rig.http.openResponses, rig.sets], [2, 1, []]);
  await rig.time.pass(2_000);
  assertEquals(rig.sets, [{ one: ["one.example"] }]);
  await rig.time.pass(20_000);
  assertEquals([rig.http.seen.length, rig.http.openResponses], [3, 0]);
  assertEquals(rig.sets.at(-1), { one: ["one.example"], three: ["three.example"] });
  rig.keeper.stop();
});

Deno.test("ListKeeper tells neither the token nor what stands behind the path of a URL", async () => {
  const rig = new ListRig();
  const list = keptList({ name: "ads", sources: [{ url: OTHER }], token: "very-secret" });
  rig.http.answer(OTHER, text("a.example"), { status: 404 });
  await rig.keeper.use([list]);
  await rig.time.pass(2 * DAY_MS);
  assertEquals(rig.http.seen[0]!.headers.authorization, "Bearer very-secret");
  assertEquals(rig.lines.length, 2);
  assertEquals(/secret/.test(JSON.stringify([rig.lines, rig.keeper.status])), false);
  rig.keeper.stop();
});

Deno.test("ListKeeper.refresh() updates what is asked for at once, and tells how it went", async () => {
  const rig = new ListRig();
  const other = keptList({ name: "other", sources: [{ url: OTHER }] });
  rig.http.answer(URL, text("a.example"), text("a.example", "b.example")).answer(OTHER, text("c.example"));
  await rig.keeper.use([ADS, other]);
  await rig.time.pass(1);
  const refreshing = rig.keeper.refresh(["ads"]);
  await rig.time.pass(1);
  assertEquals((await refreshing).map(({ name, names }) => [name, names]), [["ads", 2]]);
  assertEquals(rig.http.seen.length, 3);
  assertEquals(rig.sets.at(-1), { ads: ["a.example", "b.example"], other: ["c.example"] });
  // What somebody has asked for is told at the first try.
  rig.http.answer(URL, { status: 502 });
  const failing = rig.keeper.refresh(["ads"]);
  await rig.time.pass(1);
  assertEquals((await failing)[0]!.sources[0]!.error, "its server answers with status 502");
  rig.http.answer(URL, text("a.example", "b.example"));
  const all = rig.keeper.refresh(null);
  await rig.time.pass(1);
  assertEquals((await all).length, 2);
  assertEquals(await rig.keeper.refresh(["unknown"]), []);
  // What is given up is not waited for.
  rig.http.answer(URL, "silence");
  const givenUp = rig.keeper.refresh(null);
  await rig.time.pass(1);
  await rig.keeper.use([other]);
  rig.keeper.stop();
  await rig.time.pass(100_000);
  assertEquals((await givenUp).length, 2);
});

Deno.test("ListKeeper follows files, keeps a good copy of each, and goes on with it when the file is spoilt", async () => {
  const rig = new ListRig();
  const path = "/etc/lists/more.txt";
  const list = keptList({ name: "more", sources: [{ file: path }] });
  rig.files.write(path, "a.example\nb.example\n");
  await rig.keeper.use([list]);
  await rig.time.pass(1);
  assertEquals([rig.watched, rig.sets], [[path], [{ more: ["a.example", "b.example"] }]]);
  rig.files.write(path, "a.example\nc.example\n");
  rig.keeper.noteFile(path);
  await rig.time.pass(1);
  assertEquals(rig.sets.at(-1), { more: ["a.example", "c.example"] });
  rig.takeLines();
  rig.files.write(path, "");
  rig.keeper.noteFile(path);
  await rig.time.pass(1);
  assertEquals(rig.takeLines(), [
    `warn: list more: ${path}: it has 0 names (min-names is 1); its last good text stays`,
  ]);
  rig.keeper.stop();
  await rig.start().use([list]);
  await rig.time.pass(1);
  assertEquals(rig.sets.at(-1), { more: ["a.example", "c.example"] });
  rig.keeper.stop();
});

Deno.test("ListKeeper reads a file once more that has changed while it was read", async () => {
  const rig = new ListRig();
  const path = "/etc/lists/more.txt";
  rig.files.write(path, "a.example\n");
  const count = rig.count.bind(rig);
  rig.count = async (order) => {
    const counted = await count(order);
    await new Promise<void>((resolve) => void rig.time.after(10, resolve));
    return counted;
  };
  await rig.keeper.use([keptList({ name: "more", sources: [{ file: path }] })]);
  await rig.time.pass(5);
  rig.files.write(path, "b.example\n");
  rig.keeper.noteFile(path);
  await rig.time.pass(100);
  assertEquals(rig.sets.at(-1), { more: ["b.example"] });
  rig.keeper.stop();
});

Deno.test("ListKeeper.use() follows another configuration: what it knows is not fetched again, what is gone is out of the set", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, text("a.example")).answer(OTHER, text("b.example"));
  await rig.keeper.use([keptList({ name: "ads", sources: [{ url: URL }, { url: OTHER }] })]);
  await rig.time.pass(1);
  assertEquals(rig.sets, [{ ads: ["a.example", "b.example"] }]);
  await rig.keeper.use([keptList({ name: "ads", sources: [{ url: OTHER }], maxErrorsShare: 1 })]);
  await rig.time.pass(1);
  assertEquals([rig.http.seen.length, rig.sets.at(-1)], [2, { ads: ["b.example"] }]);
  await rig.keeper.use([]);
  await rig.time.pass(1);
  assertEquals([rig.sets.at(-1), rig.keeper.status], [{}, []]);
  await rig.time.pass(5 * DAY_MS);
  assertEquals(rig.http.seen.length, 2);
  rig.keeper.stop();
});

Deno.test("ListKeeper.use() reads again what a former configuration refused, and no list that was good", async () => {
  const rig = new ListRig();
  const path = "/etc/lists/more.txt";
  const more = keptList({ name: "more", sources: [{ file: path }] });
  rig.files.write(path, "a.example\nb c\n");
  rig.http.answer(URL, text("a.example")).answer(OTHER, { status: 401 });
  const other = keptList({ name: "other", sources: [{ url: OTHER }], token: "old" });
  await rig.keeper.use([ADS, more, other]);
  await rig.time.pass(1);
  assertEquals(rig.sets, [{ ads: ["a.example"] }]);
  rig.http.answer(OTHER, text("c.example"));
  rig.http.seen.length = 0;
  await rig.keeper.use([{ ...ADS, maxErrorsShare: 1 }, { ...more, maxErrorsShare: 1 }, { ...other, token: "new" }]);
  await rig.time.pass(1);
  assertEquals(rig.http.seen.map(({ headers }) => headers.authorization), ["Bearer new"]);
  assertEquals(rig.sets.at(-1), { ads: ["a.example"], more: ["a.example"], other: ["c.example"] });
  assertEquals(rig.keeper.status.flatMap(({ sources }) => sources.map(({ error }) => error)), [null, null, null]);
  rig.keeper.stop();
});

Deno.test("ListKeeper.use() leaves a server alone that wants it, whatever the new configuration says", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, { status: 503, headers: { "retry-after": "7200" } });
  await rig.keeper.use([ADS]);
  await rig.time.pass(1000);
  await rig.keeper.use([{ ...ADS, minNames: 0 }]);
  await rig.time.pass(7_190_000);
  assertEquals(rig.http.seen.length, 1);
  rig.keeper.stop();
});

Deno.test("ListKeeper.use() judges by the newest configuration what was on its way when it came", async () => {
  const rig = new ListRig();
  const path = "/etc/lists/more.txt";
  const more = keptList({ name: "more", sources: [{ file: path }] });
  rig.files.write(path, "a.example\nb c\n");
  const count = rig.count.bind(rig);
  rig.count = async (order) => {
    await new Promise<void>((resolve) => void rig.time.after(10, resolve));
    return await count(order);
  };
  await rig.keeper.use([more]);
  await rig.time.pass(5);
  await rig.keeper.use([{ ...more, maxErrorsShare: 1 }]);
  await rig.time.pass(100);
  assertEquals(rig.sets.at(-1), { more: ["a.example"] });
  rig.keeper.stop();
});

Deno.test("ListKeeper.use() asks as often as the new configuration says, from when it was asked last", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, text("a.example"), { status: 304 });
  await rig.keeper.use([{ ...ADS, refreshMs: 14 * DAY_MS }]);
  await rig.time.pass(DAY_MS / 2);
  await rig.keeper.use([ADS]);
  await rig.time.pass(0.3 * DAY_MS);
  assertEquals(rig.http.seen.length, 1);
  await rig.time.pass(0.4 * DAY_MS);
  assertEquals(rig.http.seen.length, 2);
  rig.keeper.stop();
});

Deno.test("ListKeeper says once that no set can be made, and tries again", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, text("a.example"));
  rig.compileErrors.push(...Array.from({ length: 4 }, () => new Error("the disk is full")));
  await rig.keeper.use([ADS]);
  await rig.time.pass(100_000);
  assertEquals(rig.takeLines().slice(1), [
    "warn: lists cannot be made ready, those that are in force stay: the disk is full",
  ]);
  assertEquals(rig.keeper.complaint, "the disk is full");
  await rig.time.pass(1_000_000);
  assertEquals([rig.sets, rig.keeper.complaint, rig.takeLines()], [[{ ads: ["a.example"] }], null, []]);
  rig.keeper.stop();
});

Deno.test("ListKeeper takes no text away from whoever reads it", async () => {
  const rig = new ListRig();
  const fast = keptList({ name: "ads", sources: [{ url: URL }] });
  rig.compileMs = 60_000;
  rig.http.answer(URL, text("a.example"), text("b.example"));
  await rig.keeper.use([fast]);
  await rig.time.pass(1000);
  // A set is being made of the first text; the second one has come, and waits.
  void rig.keeper.refresh(null);
  await rig.time.pass(1000);
  assertEquals(rig.http.seen.length, 2);
  await rig.time.pass(200_000);
  assertEquals(rig.sets, [{ ads: ["a.example"] }, { ads: ["b.example"] }]);
  assertEquals(rig.lines.filter((line) => line.startsWith("warn")), []);
  rig.keeper.stop();
});

Deno.test("ListKeeper waits for no longer than was meant when the clock is set back, and is not hurried by one that is ahead", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, text("a.example"), { status: 304 });
  await rig.keeper.use([ADS]);
  await rig.time.pass(1000);
  rig.clockSeconds = -365 * 86_400;
  await rig.time.pass(1.2 * DAY_MS);
  assertEquals([2, 3].includes(rig.http.seen.length), true, `${rig.http.seen.length} requests`);
  rig.keeper.stop();
});

Deno.test("ListKeeper leaves the last good text on a disk that is full, and tells it once", async () => {
  const rig = new ListRig();
  rig.http.answer(URL, text("a.example"), text("a.example", "b.example"));
  await rig.keeper.use([ADS]);
  await rig.time.pass(1);
  rig.takeLines();
  rig.disk.freeOctets = 5;
  await rig.time.pass(2 * DAY_MS);
  assertEquals(rig.takeLines(), [`warn: list ads: ${URL}: the disk is full; its last good text stays`]);
  rig.keeper.stop();
  await rig.start().use([ADS]);
  await rig.time.pass(1);
  assertEquals(rig.sets.at(-1), { ads: ["a.example"] });
  rig.keeper.stop();
});
