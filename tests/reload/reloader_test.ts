import { assertEquals } from "@std/assert";
import type { FullConfig } from "../../lib/config/config.ts";
import { DEFAULTS } from "../../lib/config/settings.ts";
import { Log } from "../../lib/observe/log.ts";
import type { Outcome } from "../../lib/reload/outcome.ts";
import { type Loaded, Reloader, type Unusable } from "../../lib/reload/reloader.ts";
import { endpointAt } from "../../lib/upstream/endpoint.ts";
import { parseEndpoint } from "../../lib/upstream/parse_endpoint.ts";
import { udp } from "../support/fake_socket.ts";
import { FakeTime, settled } from "../support/fake_time.ts";

const CONFIG: FullConfig = { ...DEFAULTS, upstreams: [endpointAt(udp("192.0.2.1", 53))] };

function setUp(config: FullConfig = CONFIG) {
  const time = new FakeTime();
  const lines: string[] = [];
  const told: string[] = [];
  const followed: FullConfig[] = [config];
  const tally = { questions: 0, failures: 0 };
  const scene = {
    time,
    lines,
    told,
    followed,
    tally,
    /** What the file says now. */
    file: config as FullConfig | Unusable,
    warnings: [] as string[],
    /** Why nothing can be followed. */
    refusal: null as Error | null,
    loadCount: 0,
    /** While it waits, a load does. */
    gate: null as PromiseWithResolvers<void> | null,
    aborted: 0,
  };
  const load = async (): Promise<Loaded | Unusable> => {
    scene.loadCount++;
    await scene.gate?.promise;
    return "reason" in scene.file ? scene.file : { config: scene.file, warnings: scene.warnings };
  };
  const reloader = new Reloader({
    config,
    load,
    target: {
      prepare: (to) => {
        if (scene.refusal !== null) throw scene.refusal;
        return { commit: () => void followed.push(to), abort: () => void scene.aborted++ };
      },
      tally: () => ({ ...tally }),
    },
    timers: time,
    log: new Log({ level: "info", writeLine: (line) => void lines.push(line.replace("dns-forwarder: ", "")) }),
    onBegin: () => void told.push("begin"),
    onEnd: ({ kind }) => void told.push(kind),
  });
  /** Lets seconds pass in which 100 questions are asked each, of which a share fails. */
  const pass = async (seconds: number, share: number) => {
    for (let i = 0; i < seconds; i++) {
      tally.questions += 100;
      tally.failures += 100 * share;
      await time.passAndSettle(1000);
    }
  };
  return { scene, reloader, pass };
}

Deno.test("Reloader.reload() follows what the file says now, and says what has changed", async () => {
  const { scene, reloader } = setUp();
  scene.file = { ...CONFIG, timeoutMs: 500, allow: [...CONFIG.allow, "192.0.2.0/24"] };
  const outcome = await reloader.reload();
  assertEquals(scene.followed, [CONFIG, scene.file]);
  assertEquals(reloader.config, scene.file);
  const changes = ["access.allow: 192.0.2.0/24 added", "server.timeout: 2000 → 500"];
  assertEquals(outcome, { kind: "applied", changes: changes.toReversed(), needsRestart: [], warnings: [] });
  assertEquals(scene.lines, ["reloaded: server.timeout: 2000 → 500; access.allow: 192.0.2.0/24 added"]);
  assertEquals(scene.told, ["begin", "applied"]);
});

Deno.test("Reloader.reload() changes nothing for a file that is wrong, and says why", async () => {
  const { scene, reloader } = setUp();
  scene.file = {
    reason: "Cannot use /etc/x.toml: 1 problem",
    problems: ["/etc/x.toml:3:1: server.timout: no such setting\n     3 | timout"],
  };
  assertEquals(await reloader.reload(), { kind: "rejected", ...scene.file });
  assertEquals([scene.followed, reloader.config], [[CONFIG], CONFIG]);
  assertEquals(scene.lines, [
    "error: the configuration is not followed: Cannot use /etc/x.toml: 1 problem; going on as before",
  ]);
  assertEquals(scene.told, ["begin", "rejected"]);
});

Deno.test("Reloader.reload() changes nothing when it cannot be followed, and says why", async () => {
  const { scene, reloader } = setUp();
  scene.file = { ...CONFIG, timeoutMs: 500 };
  scene.refusal = new Error("Cannot listen on 192.0.2.1:53: port 53 is in use there");
  assertEquals(await reloader.reload(), { kind: "rejected", reason: scene.refusal.message, problems: [] });
  assertEquals(reloader.config, CONFIG);
});

Deno.test("Reloader.reload() says that there is nothing new", async () => {
  const { scene, reloader } = setUp();
  assertEquals(await reloader.reload(), { kind: "unchanged", needsRestart: [] });
  assertEquals([scene.followed.length, scene.lines], [1, ["nothing to reload: the configuration is as it was"]]);
});

Deno.test("Reloader.reload() says what needs a restart, each time, and follows the rest", async () => {
  const { scene, reloader } = setUp();
  scene.file = { ...CONFIG, workers: 4, timeoutMs: 500 };
  await reloader.reload();
  assertEquals(scene.followed.at(-1), { ...CONFIG, timeoutMs: 500 });
  assertEquals(await reloader.reload(), { kind: "unchanged", needsRestart: ["server.workers: 1 → 4"] });
  const warning = "warn: needs a restart, and stays as it is until then: server.workers: 1 → 4";
  assertEquals(scene.lines.filter((line) => line === warning).length, 2);
});

Deno.test("Reloader.reload() says once what needs a restart where nobody has asked for it, when that is all that is new", async () => {
  const { scene, reloader } = setUp();
  scene.file = { ...CONFIG, workers: 4 };
  for (let i = 0; i < 3; i++) await reloader.reload({ isQuiet: true });
  scene.file = CONFIG;
  await reloader.reload({ isQuiet: true });
  const warning = "warn: needs a restart, and stays as it is until then: server.workers: 1 → 4";
  assertEquals(scene.lines, [warning]);
  scene.file = { ...CONFIG, workers: 4 };
  await reloader.reload({ isQuiet: true });
  assertEquals(scene.lines, [warning, warning]);
});

Deno.test("Reloader.reload() does not follow a file that leaves nobody to be asked: it may be half written", async () => {
  const { scene, reloader } = setUp();
  scene.file = { ...CONFIG, upstreams: [] };
  assertEquals((await reloader.reload()).kind, "rejected");
  assertEquals(scene.followed.length, 1);
});

Deno.test("Reloader.reload() tells the warnings of what it follows", async () => {
  const { scene, reloader } = setUp();
  scene.file = { ...CONFIG, timeoutMs: 500 };
  scene.warnings = ["answer has no effect beside upstreams"];
  await reloader.reload();
  assertEquals(scene.lines.at(-1), "warn: answer has no effect beside upstreams");
});

Deno.test("whatever asks for a reload while one is under way is one more afterwards", async () => {
  const { scene, reloader } = setUp();
  scene.gate = Promise.withResolvers();
  const outcomes = [reloader.reload()];
  await settled();
  scene.file = { ...CONFIG, timeoutMs: 500 };
  for (let i = 0; i < 1000; i++) outcomes.push(reloader.reload());
  scene.gate.resolve();
  const kinds = new Map<Outcome["kind"], number>();
  for (const { kind } of await Promise.all(outcomes)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  assertEquals(scene.loadCount, 2);
  assertEquals([...kinds], [["applied", 1], ["unchanged", 1000]]);
});

Deno.test("a reload that nobody has asked for says nothing of what is not new, and the same fault once", async () => {
  const { scene, reloader } = setUp();
  const quiet = { isQuiet: true };
  await reloader.reload(quiet);
  assertEquals(scene.lines, []);
  scene.file = { reason: "Cannot use /etc/x.toml: 1 problem", problems: [] };
  for (let i = 0; i < 3; i++) await reloader.reload(quiet);
  assertEquals(scene.lines.length, 1);
  await reloader.reload();
  assertEquals(scene.lines.length, 2);
  scene.file = { ...CONFIG, timeoutMs: 500 };
  await reloader.reload(quiet);
  assertEquals(scene.lines.at(-1), "reloaded: server.timeout: 2000 → 500");
});

Deno.test("a reload that makes questions fail is taken back, and no further", async () => {
  const { scene, reloader, pass } = setUp();
  await pass(60, 0);
  scene.file = { ...CONFIG, timeoutMs: 500 };
  await reloader.reload();
  await pass(5, 0.3);
  assertEquals(scene.followed, [CONFIG, scene.file, CONFIG]);
  assertEquals(reloader.config, CONFIG);
  assertEquals(
    scene.lines.at(-1),
    "error: the reload is taken back: 30 % of 500 questions failed, 0.0 % before; going on with the former configuration",
  );
  assertEquals(scene.told, ["begin", "applied", "begin", "taken back"]);
  await pass(60, 1);
  assertEquals(scene.followed.length, 3);
});

Deno.test("a reload is taken back when a worker dies within its probation, and not when one dies later", async () => {
  const { scene, reloader, pass } = setUp();
  for (const [afterSeconds, length] of [[29, 3], [30, 4]] as const) {
    scene.file = { ...CONFIG, timeoutMs: 500 };
    await reloader.reload();
    await pass(afterSeconds, 0);
    reloader.noteDeath("worker 2 has died (SIGSEGV)");
    await settled();
    assertEquals(scene.followed.length, length);
  }
});

Deno.test("a second reload ends the probation of the first, and is taken back to it alone", async () => {
  const { scene, reloader, pass } = setUp();
  const first = scene.file = { ...CONFIG, timeoutMs: 500 };
  await reloader.reload();
  await pass(4, 0);
  const second = scene.file = { ...CONFIG, timeoutMs: 700 };
  await reloader.reload();
  await pass(60, 1);
  assertEquals(scene.followed, [CONFIG, first, second, first]);
});

Deno.test('a reload is never taken back with rollback-after = "0"', async () => {
  const { scene, reloader, pass } = setUp();
  scene.file = { ...CONFIG, rollbackAfterMs: 0 };
  await reloader.reload();
  await pass(60, 1);
  assertEquals(scene.followed.length, 2);
});

Deno.test("a reload that cannot be taken back stays, and says why", async () => {
  const { scene, reloader, pass } = setUp();
  scene.file = { ...CONFIG, timeoutMs: 500 };
  await reloader.reload();
  scene.refusal = new Error("not all workers are ready within 5 s");
  await pass(5, 1);
  assertEquals(reloader.config, scene.file);
  assertEquals(
    scene.lines.at(-1),
    "error: Cannot take the reload back (100 % of 500 questions failed, 0.0 % before): not all workers are ready within 5 s",
  );
});

Deno.test("Reloader.stop() leaves what is being prepared, and no timer", async () => {
  const { scene, reloader } = setUp();
  scene.gate = Promise.withResolvers();
  scene.file = { ...CONFIG, timeoutMs: 500 };
  const reloading = reloader.reload();
  reloader.stop();
  scene.gate.resolve();
  assertEquals((await reloading).kind, "rejected");
  assertEquals([scene.followed.length, scene.aborted, scene.time.armedCount], [1, 1, 0]);
});

Deno.test("what was taken back is not followed again because of something else near it, but for whoever asks for it", async () => {
  const { scene, reloader, pass } = setUp();
  scene.file = { ...CONFIG, timeoutMs: 500 };
  await reloader.reload({ isQuiet: true });
  await pass(5, 1);
  assertEquals(reloader.config, CONFIG);
  const before = scene.lines.length;
  await reloader.reload({ isQuiet: true });
  assertEquals([reloader.config, scene.lines.length], [CONFIG, before]);
  await reloader.reload();
  assertEquals(reloader.config, scene.file);
});

Deno.test("whoever manages services is not told of reloads that nobody has asked for and that change nothing", async () => {
  const { scene, reloader } = setUp();
  await reloader.reload({ isQuiet: true });
  assertEquals(scene.told, ["unchanged"]);
  scene.file = { ...CONFIG, timeoutMs: 500 };
  await reloader.reload({ isQuiet: true });
  assertEquals(scene.told, ["unchanged", "begin", "applied"]);
});

for (const isChanged of [false, true]) {
  Deno.test(`harm that shows while a reload is under way is ${isChanged ? "not taken back when that follows another configuration" : "taken back when that follows nothing else"}`, async () => {
    const { scene, reloader } = setUp();
    const harmful = scene.file = { ...CONFIG, timeoutMs: 500 };
    await reloader.reload();
    scene.gate = Promise.withResolvers();
    const other = { ...CONFIG, timeoutMs: 700 };
    if (isChanged) scene.file = other;
    const reloading = reloader.reload();
    reloader.noteDeath("worker 1 has died (SIGSEGV)");
    await settled();
    assertEquals(reloader.config, harmful);
    scene.gate.resolve();
    await reloading;
    await settled();
    assertEquals(reloader.config, isChanged ? other : CONFIG);
  });
}

Deno.test("Reloader.reload() warns of an upstream that need not prove who it is, once", async () => {
  const { scene, reloader } = setUp();
  const open = parseEndpoint("tls://192.0.2.2?auth=none", 53);
  scene.file = { ...CONFIG, upstreams: [...CONFIG.upstreams, open] };
  const warning =
    "warn: upstream tls://192.0.2.2:853?auth=none need not prove who it is (auth=none): whoever is on the way " +
    "may answer in its place";
  await reloader.reload();
  assertEquals(scene.lines.filter((line) => line.startsWith("warn")), [warning]);
  scene.file = { ...scene.file, timeoutMs: 500 };
  await reloader.reload();
  assertEquals(scene.lines.filter((line) => line.startsWith("warn")), [warning]);
});
