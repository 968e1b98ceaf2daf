import { assertEquals } from "@std/assert";
import { FileError } from "../../../lib/base/files.ts";
import type { FullConfig } from "../../../lib/config/config.ts";
import { DEFAULTS } from "../../../lib/config/settings.ts";
import { Log } from "../../../lib/observe/log.ts";
import { Lists } from "../../../lib/program/lists/lists.ts";
import type { OpenedSet } from "../../../lib/program/lists/set_folder.ts";
import type { NameSet } from "../../../lib/lists/set/name_set.ts";
import { nameFromText } from "../../../lib/wire/name.ts";
import { SILENCE } from "../../support/fake_http.ts";
import { FakeSystem } from "../../support/fake_system.ts";
import { listOf, policyOf } from "../../support/policies.ts";

const FOLDER = "/state";
const URL = "https://lists.example.org/ads.txt";

/** A machine on which the program starts, again and again. */
class Machine {
  readonly fake: FakeSystem;
  readonly lines: string[] = [];
  /** The sets that were used, in turn. */
  readonly used: NameSet[] = [];
  lists: Lists | null = null;

  /** Of two programs on one machine, the second has what the first has. */
  constructor(fake = new FakeSystem([])) {
    this.fake = fake;
  }

  /** The program starts. Resolves to what it has before anything is fetched. */
  async start(config: FullConfig): Promise<OpenedSet | null> {
    const { system, http } = this.fake;
    const runtime = system.runtime({ connectStream: http.connectStream }, () => {});
    const log = new Log({ level: "info", writeLine: (line) => this.lines.push(line.replace("dns-forwarder: ", "")) });
    const lists = this.lists = new Lists(FOLDER, { system, runtime, log });
    const opened = await lists.open();
    lists.begin(config, {
      findAddresses: () => Promise.resolve(["192.0.2.1"]),
      useLists: ({ set }) => this.used.push(set),
    });
    return opened;
  }

  async pass(ms: number): Promise<void> {
    await this.fake.world.time.pass(ms);
  }

  get paths(): string[] {
    return [...this.fake.files.texts.keys()].sort();
  }
}

function configOf(lists: Record<string, string>): FullConfig {
  const policy = policyOf({
    upstreams: { default: ["192.0.2.9"] },
    lists: Object.entries(lists).map(([name, source]) => {
      return listOf(name, { sources: [source.includes(":") ? { url: source } : { file: source }], names: [] });
    }),
  });
  return { ...DEFAULTS, policy, stateDir: FOLDER };
}

function has(set: NameSet | undefined, name: string): boolean {
  const wire = nameFromText(name);
  const message = new Uint8Array(12 + wire.length);
  message.set(wire, 12);
  return set!.find(message, 12, message.length) !== 0;
}

Deno.test("Lists fetches lists, uses a set of them, and begins with it the next time", async () => {
  const machine = new Machine();
  machine.fake.http.answer(URL, { body: ["0.0.0.0 ads.example\n", "0.0.0.0 more.example\n"] });
  assertEquals(await machine.start(configOf({ ads: URL })), null);
  await machine.pass(100);
  assertEquals(machine.used.map((set) => [has(set, "ads.example"), has(set, "good.example")]), [[true, false]]);
  assertEquals(machine.lines[0], `list ads: ${URL}: 2 names`);
  assertEquals(machine.lines[1]!.startsWith("lists are ready: 2 names in 1 list, "), true, machine.lines[1]);
  machine.lists!.stop();
  // Without the Internet.
  machine.fake.http.refused.add("192.0.2.1");
  const opened = await machine.start(configOf({ ads: URL }));
  assertEquals(has(opened!.set, "ads.example"), true);
  await machine.pass(100);
  assertEquals([machine.used.length, machine.fake.http.seen.length], [1, 1]);
  machine.lists!.stop();
});

Deno.test("Lists keeps the set before the newest one, and no others", async () => {
  const machine = new Machine();
  machine.fake.files.write("/lists/own.txt", "a.example\n");
  await machine.start(configOf({ own: "/lists/own.txt" }));
  for (const name of ["b", "c", "d"]) {
    await machine.pass(2000);
    machine.fake.files.write("/lists/own.txt", `${name}.example\n`);
  }
  await machine.pass(2000);
  assertEquals(machine.used.map((set) => ["a", "b", "c", "d"].filter((name) => has(set, `${name}.example`))), [
    ["a"],
    ["b"],
    ["c"],
    ["d"],
  ]);
  assertEquals(machine.paths.filter((path) => path.endsWith(".set")), ["/state/lists-3.set", "/state/lists-4.set"]);
  // The record and the text, and nothing else.
  assertEquals(machine.paths.filter((path) => path.startsWith("/state/fetch/")).length, 2);
  machine.lists!.stop();
});

Deno.test("Lists uses the set before a broken one, says so, and makes another one", async () => {
  const machine = new Machine();
  machine.fake.files.write("/lists/own.txt", "a.example\n");
  const config = configOf({ own: "/lists/own.txt" });
  await machine.start(config);
  await machine.pass(2000);
  machine.fake.files.write("/lists/own.txt", "b.example\n");
  await machine.pass(2000);
  machine.lists!.stop();
  const whole = machine.fake.files.texts.get("/state/lists-2.set") as Uint8Array<ArrayBuffer>;
  machine.fake.files.write("/state/lists-2.set", whole.slice(0, whole.length / 2));
  machine.lines.length = 0;
  const opened = await machine.start(config);
  assertEquals(has(opened!.set, "a.example"), true);
  await machine.pass(11_000);
  assertEquals(has(machine.used.at(-1), "b.example"), true);
  assertEquals(machine.paths.filter((path) => path.endsWith(".set")), ["/state/lists-1.set", "/state/lists-3.set"]);
  assertEquals(machine.lines[0]!.startsWith("warn: /state/lists-2.set is not used: "), true, machine.lines[0]);
  machine.lists!.stop();
});

Deno.test("Lists.follow() keeps the lists of another configuration, and makes no set where nothing is different", async () => {
  const machine = new Machine();
  const other = "https://lists.example.org/other.txt";
  machine.fake.http.answer(URL, { body: ["a.example\n"] }).answer(other, { body: ["b.example\n"] });
  await machine.start(configOf({ ads: URL }));
  await machine.pass(100);
  machine.lists!.follow(configOf({ ads: URL }));
  await machine.pass(20_000);
  assertEquals(machine.used.length, 1);
  machine.lists!.follow(configOf({ ads: URL, other }));
  await machine.pass(20_000);
  assertEquals([has(machine.used.at(-1), "a.example"), has(machine.used.at(-1), "b.example")], [true, true]);
  machine.lists!.follow(configOf({ other }));
  await machine.pass(20_000);
  assertEquals([has(machine.used.at(-1), "a.example"), has(machine.used.at(-1), "b.example")], [false, true]);
  assertEquals(machine.lists!.status.map(({ name, names }) => [name, names]), [["other", 1]]);
  assertEquals(machine.fake.http.seen.length, 2);
  machine.lists!.stop();
});

Deno.test("Lists.refresh() resolves when the lists have been asked for", async () => {
  const machine = new Machine();
  machine.fake.http.answer(URL, { body: ["a.example\n"] }, { body: ["a.example\n", "b.example\n"] });
  await machine.start(configOf({ ads: URL }));
  await machine.pass(100);
  const refreshing = machine.lists!.refresh(["ads"]);
  await machine.pass(100);
  assertEquals((await refreshing).map(({ names }) => names), [2]);
  assertEquals(has(machine.used.at(-1), "b.example"), true);
  machine.lists!.stop();
});

Deno.test("Lists.refresh() waits for no server that stalls for longer than who asks does", async () => {
  const machine = new Machine();
  machine.fake.http.answer(URL, { body: ["a.example\n"] }, "silence");
  await machine.start(configOf({ ads: URL }));
  await machine.pass(100);
  const refreshing = machine.lists!.refresh(null);
  await machine.pass(45_000);
  assertEquals((await refreshing).map(({ names }) => names), [1]);
  assertEquals(machine.fake.http.openConnections, 1);
  machine.lists!.stop();
});

Deno.test("Lists.stop() ends what is on its way, and leaves nothing that waits", async () => {
  const machine = new Machine();
  machine.fake.http.answer(URL, { body: ["a.example\n", SILENCE] });
  await machine.start(configOf({ ads: URL, own: "/lists/own.txt" }));
  await machine.pass(100);
  assertEquals(machine.fake.http.openConnections, 1);
  machine.lists!.stop();
  await machine.pass(0);
  assertEquals([machine.fake.http.openConnections, machine.fake.world.time.timerCount], [0, 0]);
  assertEquals(machine.lines, []);
});

Deno.test("Lists.stop() between two lists makes no set of the first one later", async () => {
  const machine = new Machine();
  machine.fake.http.answer(URL, { body: ["a.example\n"] });
  machine.fake.http.answer("https://lists.example.org/other.txt", "silence");
  await machine.start(configOf({ ads: URL, other: "https://lists.example.org/other.txt" }));
  await machine.pass(100);
  assertEquals(machine.fake.http.seen.length, 2);
  machine.lists!.stop();
  await machine.pass(0);
  assertEquals([machine.fake.world.time.timerCount, machine.used.length], [0, 0]);
});

Deno.test("Lists tells what hinders it: a folder that must not be written to, a file that is too large", async () => {
  const machine = new Machine();
  machine.fake.http.answer(URL, { body: ["a.example\n"] });
  machine.fake.files.write("/lists/own.txt", "a.example\n");
  machine.fake.files.claimedOctets.set("/lists/own.txt", 10_000_000_000);
  machine.fake.writableFiles.freeOctets = 3;
  await machine.start(configOf({ ads: URL, own: "/lists/own.txt" }));
  await machine.pass(100_000);
  assertEquals(machine.lines.toSorted(), [
    "warn: list ads: https://lists.example.org/ads.txt: the disk is full; nothing is known from it yet",
    "warn: list own: /lists/own.txt: it has more than 268435456 octets; nothing is known from it yet",
  ]);
  assertEquals([machine.used, machine.paths.filter((path) => path.startsWith("/state"))], [[], []]);
  machine.lists!.stop();
});

Deno.test("Lists begins without a set where its folder may not be looked at, and says so", async () => {
  const machine = new Machine();
  machine.fake.http.answer(URL, { body: ["0.0.0.0 ads.example\n"] });
  machine.fake.files.stat = () => Promise.reject(new FileError("the operating system forbids it"));
  assertEquals(await machine.start(configOf({ ads: URL })), null);
  assertEquals(
    machine.lines[0],
    `warn: ${FOLDER} cannot be looked at, no list is in force yet: the operating system forbids it`,
  );
});

Deno.test("Lists opens no set that is no ordinary file: a pipe would never end", async () => {
  const machine = new Machine();
  machine.fake.files.write("/lists/own.txt", "a.example\n");
  machine.fake.files.write("/state/lists-9.set", { kind: "other" });
  assertEquals(await machine.start(configOf({ own: "/lists/own.txt" })), null);
  assertEquals(machine.lines, ["warn: /state/lists-9.set is not used: it is no ordinary file"]);
  assertEquals(machine.fake.files.reads.includes("/state/lists-9.set"), false);
  await machine.pass(11_000);
  assertEquals(has(machine.used.at(-1), "a.example"), true);
  machine.lists!.stop();
});

Deno.test("Lists tries again to keep lists whose folder could not be looked at, and tells it once", async () => {
  const machine = new Machine();
  machine.fake.http.answer(URL, { body: ["0.0.0.0 ads.example\n"] });
  const { files } = machine.fake;
  const stat = files.stat.bind(files);
  files.stat = () => Promise.reject(new FileError("the operating system forbids it"));
  await machine.start(configOf({ ads: URL }));
  await machine.pass(100);
  machine.lines.length = 0;
  await machine.pass(130_000);
  assertEquals([machine.lines, machine.lists!.status], [[], []]);
  files.stat = stat;
  await machine.pass(60_000);
  assertEquals(machine.lines.slice(0, 2), [`${FOLDER} is this program's from now on`, `list ads: ${URL}: 1 name`]);
  assertEquals(has(machine.used.at(-1), "ads.example"), true);
  machine.lists!.stop();
  assertEquals(machine.fake.world.time.timerCount, 0);
});

Deno.test("Lists.follow() and stop() end what was to be tried again", async () => {
  const machine = new Machine();
  machine.fake.http.answer(URL, { body: ["0.0.0.0 ads.example\n"] });
  const { files } = machine.fake;
  const stat = files.stat.bind(files);
  files.stat = () => Promise.reject(new FileError("the operating system forbids it"));
  await machine.start(configOf({ gone: "/lists/gone.txt" }));
  await machine.pass(100);
  files.stat = stat;
  machine.lists!.follow(configOf({ ads: URL }));
  await machine.pass(120_000);
  assertEquals(machine.lists!.status.map(({ name }) => name), ["ads"]);
  files.stat = () => Promise.reject(new FileError("the operating system forbids it"));
  machine.lists!.follow(configOf({ more: "/lists/more.txt" }));
  await machine.pass(100);
  machine.lists!.stop();
  await machine.pass(0);
  assertEquals(machine.fake.world.time.timerCount, 0);
});

Deno.test("Lists uses what another program keeps in its folder, tells it once, and keeps it when that has ended", async () => {
  const one = new Machine();
  one.fake.http.answer(URL, { body: ["a.example\n"] });
  await one.start(configOf({ ads: URL }));
  await one.pass(100);
  const other = new Machine(one.fake);
  const opened = await other.start(configOf({ ads: URL }));
  assertEquals(has(opened!.set, "a.example"), true);
  await other.pass(200_000);
  const others =
    `${FOLDER} is another program's: the lists that it keeps there are in force, and no others, until it ends`;
  assertEquals(other.lines, ["lists are in force as they were: ads", `warn: ${others}`]);
  assertEquals(other.lists!.status.map(({ name, names, sources }) => [name, names, sources[0]!.error]), [
    ["ads", 0, "another program keeps it: server.state-dir is that program's"],
  ]);
  assertEquals((await other.lists!.refresh(null)).length, 1);
  one.fake.http.answer(URL, { body: ["b.example\n"] });
  const refreshing = one.lists!.refresh(null);
  await one.pass(100);
  await refreshing;
  assertEquals(other.used.length, 0);
  other.lines.length = 0;
  await other.pass(5000);
  assertEquals(other.used.map((set) => [has(set, "a.example"), has(set, "b.example")]), [[false, true]]);
  await other.pass(60_000);
  assertEquals(other.lines.splice(0), ["lists are in force as another program has made them ready: ads"]);
  one.lists!.stop();
  await other.pass(5000);
  assertEquals(other.lines, [`${FOLDER} is this program's from now on`, "lists are in force as they were: ads"]);
  assertEquals([has(other.used.at(-1), "b.example"), other.lists!.status[0]!.names], [true, 1]);
  other.lists!.stop();
  await other.pass(0);
  assertEquals([one.fake.world.time.timerCount, one.fake.writableFiles.locked.size], [0, 0]);
});

Deno.test("Lists tells of a list that the other program with its folder does not have", async () => {
  const one = new Machine();
  one.fake.http.answer(URL, { body: ["a.example\n"] });
  await one.start(configOf({ ads: URL }));
  await one.pass(100);
  const other = new Machine(one.fake);
  await other.start(configOf({ ads: URL, own: "/lists/own.txt" }));
  await other.pass(0);
  assertEquals(other.lists!.status.map(({ sources: [source] }) => source!.error), [
    "another program keeps it: server.state-dir is that program's",
    "it is not in force: server.state-dir is another program's, which has no such list",
  ]);
  one.lists!.stop();
  other.lists!.stop();
});

/** What an earlier start has left on a disk, which is taken away. */
async function leftOnDisk({ fake }: Machine): Promise<() => void> {
  const before = new Machine(fake);
  fake.http.answer(URL, { body: ["0.0.0.0 ads.example\n"] });
  await before.start(configOf({ ads: URL }));
  await before.pass(100);
  before.lists!.stop();
  const left = [...fake.files.texts].filter(([path]) => path.startsWith(FOLDER));
  for (const [path] of left) fake.files.remove(path);
  // Without the Internet, as a router is that has just begun.
  fake.http.refused.add("192.0.2.1");
  return () => left.forEach(([path, content]) => fake.files.write(path, content));
}

for (const isThere of [false, true]) {
  const how = isThere ? "over an empty folder" : "where no folder could be made";
  Deno.test(`Lists blocks by what is on a disk that comes late, ${how}, within a minute`, async () => {
    const machine = new Machine();
    const { files, writableFiles, world, http } = machine.fake;
    const mount = await leftOnDisk(machine);
    if (!isThere) writableFiles.lockError = new FileError("no such file or directory");
    assertEquals(await machine.start(configOf({ ads: URL })), null);
    await machine.pass(150_000);
    assertEquals(machine.used, []);
    machine.lines.length = 0;
    mount();
    files.write(`${FOLDER}/lock`, "");
    writableFiles.lockError = null;
    await machine.pass(60_000);
    assertEquals(machine.used.map((set) => has(set, "ads.example")), [true]);
    const [status] = machine.lists!.status;
    assertEquals([status!.names, status!.sources[0]!.error], [1, null]);
    assertEquals(machine.lines, [
      ...(isThere ? [`warn: ${FOLDER} is another folder than before: a disk may have been mounted there`] : []),
      `${FOLDER} is this program's from now on`,
      "lists are in force as they were: ads",
    ]);
    // It is kept there from then on.
    http.refused.clear();
    http.answer(URL, { body: ["0.0.0.0 ads.example\n0.0.0.0 more.example\n"] });
    const refreshing = machine.lists!.refresh(null);
    await machine.pass(100);
    assertEquals([(await refreshing)[0]!.names, has(machine.used.at(-1), "more.example")], [2, true]);
    machine.lists!.stop();
    await machine.pass(0);
    assertEquals([world.time.timerCount, writableFiles.locked.size], [0, 0]);
  });
}

Deno.test("Lists has all of it on a disk that is mounted when everything has been fetched", async () => {
  const machine = new Machine();
  const { files, http } = machine.fake;
  const mount = await leftOnDisk(machine);
  http.refused.clear();
  http.answer(URL, { body: ["0.0.0.0 new.example\n"] });
  await machine.start(configOf({ ads: URL }));
  await machine.pass(1000);
  for (const path of machine.paths) if (path.startsWith(FOLDER)) files.remove(path);
  mount();
  files.write(`${FOLDER}/lock`, "");
  await machine.pass(80_000);
  // It never went back to what was there.
  assertEquals(machine.used.map((set) => [has(set, "ads.example"), has(set, "new.example")]), [[false, true]]);
  assertEquals(machine.paths.filter((path) => path.startsWith(`${FOLDER}/fetch/`)).length >= 2, true);
  machine.lists!.stop();
});

Deno.test("Lists writes nothing to a folder that has become another program's", async () => {
  const machine = new Machine();
  const { files, writableFiles, http } = machine.fake;
  http.answer(URL, { body: ["0.0.0.0 ads.example\n"] });
  await machine.start(configOf({ ads: URL }));
  await machine.pass(1000);
  writableFiles.lock = () => Promise.resolve(null);
  files.write(`${FOLDER}/lock`, "");
  await machine.pass(60_000);
  const steps = writableFiles.steps.filter((step) => !step.startsWith("makeFolder")).length;
  void machine.lists!.refresh(null);
  await machine.pass(2 * 86_400_000);
  assertEquals(writableFiles.steps.filter((step) => !step.startsWith("makeFolder")).length, steps);
  assertEquals(
    machine.lists!.status[0]!.sources[0]!.error,
    "another program keeps it: server.state-dir is that program's",
  );
  machine.lists!.stop();
  await machine.pass(0);
  assertEquals(machine.fake.world.time.timerCount, 0);
});

Deno.test("Lists tells at the start that its folder cannot be written to, and when it can", async () => {
  const machine = new Machine();
  machine.fake.http.answer(URL, { body: ["a.example\n"] });
  machine.fake.writableFiles.lockError = new FileError("the file system is read-only");
  await machine.start(configOf({ ads: URL }));
  await machine.pass(0);
  assertEquals(
    machine.lines[0],
    `warn: ${FOLDER} (server.state-dir) cannot be written to, nothing new is kept there: the file system is read-only`,
  );
  machine.fake.writableFiles.lockError = null;
  machine.lines.length = 0;
  await machine.pass(60_000);
  assertEquals(machine.lines.includes(`${FOLDER} is this program's from now on`), true);
  machine.lists!.stop();
  await machine.pass(0);
  assertEquals(machine.fake.world.time.timerCount, 0);
});

Deno.test("Lists.keepPauses() keeps pauses for the next start, and what somebody else has written there is none", async () => {
  const machine = new Machine();
  await machine.start(configOf({}));
  await machine.pass(0);
  const pauses = [{ untilSeconds: 2_000_000_000, clients: ["kids"], lists: null }];
  await machine.lists!.keepPauses(pauses);
  machine.lists!.stop();
  machine.lines.length = 0;
  await machine.start(configOf({}));
  assertEquals(await machine.lists!.readPauses(), pauses);
  const path = `${FOLDER}/pauses.json`;
  for (const text of ["", "{}", "[1]", '[{"untilSeconds":"soon","clients":null,"lists":null}]']) {
    machine.fake.files.write(path, text);
    assertEquals(await machine.lists!.readPauses(), []);
  }
  assertEquals(machine.lines, Array(4).fill(`warn: ${path} is not used: there are no pauses in it`));
  machine.lines.length = 0;
  machine.fake.writableFiles.freeOctets = 3;
  await machine.lists!.keepPauses(pauses);
  assertEquals(machine.lines, ["warn: Pauses end with a restart, they cannot be kept: the disk is full"]);
  machine.lists!.stop();
});
