// The import map as someone with access to JSR would have it, one line for each package of @std: a copy of the program and
// of a test runs with it. The registry is not asked: `links` puts local packages of the same names in its place, which
// hand on what this project has, and a stand-in for @std/testing, which npm does not carry.

import { assertEquals, assertMatch } from "@std/assert";
import { CAN_RUN, ROOT } from "../end_to_end/child_program.ts";

/** Entry points, and the file of each that the packages of today have. */
const PACKAGES = {
  assert: { ".": "@std/assert" },
  bytes: { "./concat": "@std/bytes/concat", "./equals": "@std/bytes/equals" },
  cli: { "./parse-args": "@std/cli/parse-args" },
  text: {
    "./closest-string": "@std/text/closest-string",
    "./levenshtein-distance": "@std/text/levenshtein-distance",
  },
} as const;

/** The entry points of @std/testing, with as much in them as the test below takes. */
const TESTING = {
  "./bdd": "export const it = (name: string, fn: () => void): void => Deno.test(name, fn);",
  "./time": "export class FakeTime { now = 0; tick(ms: number): void { this.now += ms; } }",
  "./mock": "export const spy = () => { const calls: unknown[][] = []; " +
    "return Object.assign((...args: unknown[]): void => void calls.push(args), { calls }); };",
  "./snapshot": "export const assertSnapshot = (_t: unknown, actual: unknown): void => " +
    'void (actual ?? (() => { throw new Error("nothing"); })());',
} as const;

const TEST = `
import { assertEquals } from "@std/assert";
import { it } from "@std/testing/bdd";
import { spy } from "@std/testing/mock";
import { assertSnapshot } from "@std/testing/snapshot";
import { FakeTime } from "@std/testing/time";

it("all entry points", () => {
  const time = new FakeTime();
  const heard = spy();
  time.tick(5);
  heard(time.now);
  assertEquals(heard.calls, [[5]]);
  assertSnapshot(null, heard.calls);
});
`;

/** A copy of the project with that map, in a folder that is removed with it. */
class Copy implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Copy> {
    const copy = new Copy(await Deno.makeTempDir());
    const { run } = copy;
    await run("cp", "-R", `${ROOT}/lib`, `${ROOT}/main.ts`, `${ROOT}/deno.json`, copy.folder);
    await Deno.mkdir(`${copy.folder}/tests/base/net`, { recursive: true });
    await Deno.copyFile(
      `${ROOT}/tests/base/net/client_network_test.ts`,
      `${copy.folder}/tests/base/net/client_network_test.ts`,
    );
    await Deno.writeTextFile(`${copy.folder}/tests/testing_test.ts`, TEST);
    await copy.#rewriteMap();
    return copy;
  }

  /** Runs a command in the copy to its end. */
  readonly run = async (executable: string, ...args: string[]): Promise<{ isWell: boolean; output: string }> => {
    const env = { NO_COLOR: "1" };
    const command = new Deno.Command(executable, { args, cwd: this.folder, env, stdin: "null" });
    const { success, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { isWell: success, output: decoder.decode(stdout) + decoder.decode(stderr) };
  };

  /** One line for each package of @std, and nothing else changes. */
  async #rewriteMap(): Promise<void> {
    const file = `${this.folder}/deno.json`;
    const settings = JSON.parse(await Deno.readTextFile(file)) as { imports: Record<string, string>; links?: string[] };
    const others = Object.entries(settings.imports).filter(([name]) => !name.startsWith("@std/"));
    const names = [...Object.keys(PACKAGES), "testing"];
    settings.imports = Object.fromEntries([...others, ...names.map((name) => [`@std/${name}`, `jsr:@std/${name}@^1`])]);
    settings.links = names.map((name) => `./std/${name}`);
    await Deno.writeTextFile(file, JSON.stringify(settings));
    for (const [name, entries] of Object.entries(PACKAGES)) {
      const sources = Object.entries(entries).map(([entry, today]) => {
        return [entry, `export * from ${JSON.stringify(import.meta.resolve(today))};`] as const;
      });
      await this.#writePackage(name, "js", sources);
    }
    await this.#writePackage("testing", "ts", Object.entries(TESTING));
  }

  async #writePackage(name: string, suffix: string, sources: readonly (readonly [string, string])[]): Promise<void> {
    const folder = `${this.folder}/std/${name}`;
    await Deno.mkdir(folder, { recursive: true });
    const exports: Record<string, string> = {};
    for (const [i, [entry, source]] of sources.entries()) {
      exports[entry] = `./entry${i}.${suffix}`;
      await Deno.writeTextFile(`${folder}/entry${i}.${suffix}`, `${source}\n`);
    }
    await Deno.writeTextFile(
      `${folder}/deno.json`,
      JSON.stringify({ name: `@std/${name}`, version: "1.0.0", exports }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test({
  name: "with one jsr: line for each package of @std the program and its tests run (needs --allow-run)",
  ignore: !CAN_RUN,
  async fn() {
    await using copy = await Copy.make();
    const deno = Deno.execPath();
    const offline = ["--no-lock", "--cached-only", "--no-check", "--no-prompt"];
    const version = await copy.run(deno, "run", ...offline, "--allow-net", "main.ts", "--version");
    assertMatch(version.output, /^dns-forwarder /);
    const mistyped = await copy.run(deno, "run", ...offline, "--allow-net", "main.ts", "--resolvr", "192.0.2.1");
    assertMatch(mistyped.output, /the closest is --resolver/);
    const { isWell, output } = await copy.run(deno, "test", ...offline, "tests");
    assertEquals(isWell, true, output);
    assertMatch(output, /all entry points \.\.\. ok/);
  },
});
