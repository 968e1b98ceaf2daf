import { assert, assertEquals, assertRejects } from "@std/assert";
import { CompileError } from "../../../lib/lists/compile/list_compiler.ts";
import type { CompileOrder, CompileReport } from "../../../lib/lists/compile/orders.ts";
import { compileBetween } from "../../../lib/system/lists/compile_here.ts";
import { COMPILE_ARGUMENT } from "../../../lib/system/lists/compile_process.ts";
import { denoListCompiler } from "../../../lib/system/lists/list_compiler.ts";
import { openSetFile } from "../../../lib/system/lists/open_set.ts";
import { nameFromText } from "../../../lib/wire/name.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).href;
const NAMES = 20_000;
/** Places at which the process is killed: between its start and its end, and some behind it. */
const KILLS = 12;

const permissions = (["run", "read", "write", "ffi"] as const).map((name) =>
  Deno.permissions.querySync({ name }).state
);
const ignore = Deno.build.os !== "linux" || permissions.some((state) => state !== "granted");

function test(name: string, fn: (folder: string) => Promise<void>): void {
  Deno.test({
    name: `${name} (needs --allow-run, --allow-write and --allow-ffi)`,
    ignore,
    // The C library stays open once a set has been mapped.
    sanitizeResources: false,
    fn: async () => {
      const folder = Deno.makeTempDirSync();
      try {
        const text = Array.from({ length: NAMES }, (_, i) => `n${i}.example.org\n`).join("");
        Deno.writeTextFileSync(`${folder}/text`, `${text}a..b\n`);
        await fn(folder);
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    },
  });
}

function orderFor(folder: string, generation: number): CompileOrder {
  const lists = [
    { name: "ads", digest: "1", files: [`${folder}/text`], format: "domains", coversBelow: null },
  ] as const;
  return { kind: "compile", folder: `${folder}/state`, generation, lists };
}

/** The line that lists a name; 0 for none. */
function lineOf(path: string, text: string): number {
  const set = openSetFile(path);
  const name = nameFromText(text);
  const line = set.lineOf(name, 0, name.length, 0);
  set.close();
  return line;
}

test("a process of its own compiles lists, for its user alone", async (folder) => {
  const report = await denoListCompiler(MAIN).compile(orderFor(folder, 1));
  const file = `${folder}/state/lists-1.set`;
  const { size, mode } = Deno.statSync(file);
  assertEquals([report.file, report.sizeOctets, mode! & 0o777], [file, size, 0o600]);
  const firstBad = [{ line: NAMES + 1, text: "a..b", why: "no domain name" }];
  assertEquals(report.lists, [{ name: "ads", digest: "1", names: NAMES, lines: NAMES + 1, bad: 1, firstBad }]);
  assertEquals(["n0.example.org", "x.n7.example.org", "m.example.org"].map((text) => lineOf(file, text)), [1, 8, 0]);
  assert(size <= 16 * NAMES + 8192, `${size} octets for ${NAMES} names`);
});

test("a process of its own counts a text, and copies it; in this process the same comes of it", async (folder) => {
  const order = { kind: "count", file: `${folder}/text`, format: "auto", coversBelow: null } as const;
  const apart = await denoListCompiler(MAIN).count({ ...order, copyTo: `${folder}/copy` });
  const here = await compileBetween({ ...order, copyTo: null });
  assertEquals([apart.names, apart.bad, apart.sizeOctets], [NAMES, 1, Deno.statSync(`${folder}/text`).size]);
  assertEquals(here, apart);
  assertEquals(Deno.readTextFileSync(`${folder}/copy`), Deno.readTextFileSync(`${folder}/text`));
});

test("a text that is not there is told, and so is a folder that is none", async (folder) => {
  const compiler = denoListCompiler(MAIN);
  const count = { kind: "count", file: `${folder}/x`, format: "auto", coversBelow: null, copyTo: null } as const;
  await assertRejects(() => compiler.count(count), CompileError, "there is no such file");
  Deno.writeTextFileSync(`${folder}/state`, "");
  await assertRejects(() => compiler.compile(orderFor(folder, 1)), CompileError);
});

test("what is compiled bit by bit leaves the event loop to others", async (folder) => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const report = await compileBetween(orderFor(folder, 1)) as CompileReport;
  clearInterval(timer);
  assertEquals([report.lists[0]!.names, lineOf(report.file, "n9.example.org")], [NAMES, 10]);
  assert(turns > 10, `${turns} turns of others`);
});

test("where files cannot be mapped a set is read, and one that is damaged is refused with the reason", async (folder) => {
  const { file } = await denoListCompiler(MAIN).compile(orderFor(folder, 1));
  const damaged = Deno.readFileSync(file);
  damaged[damaged.length >> 1]! ^= 1;
  Deno.writeFileSync(`${folder}/damaged`, damaged);
  Deno.writeFileSync(`${folder}/cut`, damaged.subarray(0, -64));
  const paths = [file, `${folder}/damaged`, `${folder}/cut`, `${folder}/x`];
  const script = `
    import { openSetFile, openSetFileInSteps } from "${new URL("lib/system/lists/open_set.ts", MAIN).href}";
    for (const path of ${JSON.stringify(paths)}) {
      for (const open of [openSetFile, openSetFileInSteps]) {
        try {
          console.log((await open(path)).generation);
        } catch (error) {
          console.log(error.message);
        }
      }
    }
  `;
  const size = damaged.length;
  const cut = `it has ${size - 64} octets instead of ${size}`;
  const said = ["1", "its content is damaged", cut, "there is no such file"].flatMap((text) => [text, text]);
  assertEquals(await outputOf(script), `${said.join("\n")}\n`);
});

test("whenever the process is killed the last good set is there", async (folder) => {
  const compiler = denoListCompiler(MAIN);
  await compiler.compile(orderFor(folder, 1));
  const beganMs = performance.now();
  await compiler.compile(orderFor(folder, 2));
  const usualMs = performance.now() - beganMs;
  for (let kill = 0; kill < KILLS; kill++) {
    const generation = 3 + kill;
    const child = startChild(orderFor(folder, generation));
    const timer = setTimeout(() => killQuietly(child), kill * usualMs / (KILLS - 3));
    await child.status;
    clearTimeout(timer);
    await child.stdin.abort().catch(() => {});
    assertEquals(lineOf(`${folder}/state/lists-2.set`, "n5.example.org"), 6);
    const file = `${folder}/state/lists-${generation}.set`;
    // Its name is that of a whole set or of none.
    if ([...Deno.readDirSync(`${folder}/state`)].some(({ name }) => file.endsWith(`/${name}`))) {
      assertEquals(lineOf(file, "n5.example.org"), 6);
    }
  }
  // What the killed ones have left does not hinder the next.
  const { file } = await compiler.compile(orderFor(folder, 3));
  assertEquals(lineOf(file, "n5.example.org"), 6);
});

test("a process that compiles ends with whoever has started it", async (folder) => {
  const child = startChild(orderFor(folder, 1));
  const writer = child.stdin.getWriter();
  await writer.close();
  assertEquals((await child.status).code, 0);
  // Perhaps it was done already.
  if ([...Deno.readDirSync(folder)].some(({ name }) => name === "state")) {
    const names = [...Deno.readDirSync(`${folder}/state`)].map(({ name }) => name);
    if (names.includes("lists-1.set")) assertEquals(lineOf(`${folder}/state/lists-1.set`, "n5.example.org"), 6);
  }
});

/** It may have ended, and nobody has heard of it yet. */
function killQuietly(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    // Deno's word for a process that has ended.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** What a module prints that may read files and no more. */
async function outputOf(script: string): Promise<string> {
  const args = ["run", "--no-prompt", "--allow-read", "-"];
  const io = { stdin: "piped", stdout: "piped", stderr: "inherit" } as const;
  const child = new Deno.Command(Deno.execPath(), { args, cwd: new URL(".", MAIN).pathname, ...io }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  return new TextDecoder().decode((await child.output()).stdout);
}

function startChild(order: CompileOrder): Deno.ChildProcess {
  const args = ["run", "--no-prompt", "--allow-read", `--allow-write=${order.folder}`, MAIN, COMPILE_ARGUMENT];
  const child = new Deno.Command(Deno.execPath(), { args, stdin: "piped", stdout: "null", stderr: "null" }).spawn();
  const writer = child.stdin.getWriter();
  // A pipe has room for it.
  void writer.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`)).catch(() => {});
  writer.releaseLock();
  return child;
}
