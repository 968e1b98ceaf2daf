// Whatever becomes of a file: it can be used, or it is told where and why not.

import { assert } from "@std/assert";
import fc from "fast-check";
import { ConfigError, problemLines } from "../../../lib/config/file/problem.ts";
import { loadConfig } from "../../../lib/config/load_config.ts";
import { configIo } from "../../support/config_io.ts";

const ROOT = new URL("../../../", import.meta.url);
const ignore = Deno.permissions.querySync({ name: "read", path: ROOT }).state !== "granted";
const EXAMPLES = ignore ? [""] : ["home", "company", "isp"].map((name) => {
  return Deno.readTextFileSync(new URL(`examples/${name}.toml`, ROOT));
});

/** What may take the place of a part of a file. */
const splinter = fc.oneof(
  fc.constantFrom(
    "",
    '"',
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    "\n",
    "#",
    '""""',
    "[[",
    "0",
    "-1",
    "1e999",
    "nan",
    "true",
  ),
  fc.constantFrom(
    "2026-12-01",
    '["a"]',
    "{ a = 1 }",
    '"${HOME}"',
    '"${"',
    "[[]]",
    "[1, [2]]",
    "\\u0000",
    "\u{1f600}",
    "\x00",
  ),
  fc.constantFrom(
    "__proto__",
    "constructor",
    "toString",
    "default",
    "\n[clients.default]\n",
    "\n[[route]]\n",
    '"1.2.3.4"',
  ),
  fc.string(),
);

const damaged = fc.tuple(
  fc.constantFrom(...EXAMPLES),
  fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(12), splinter), { minLength: 1, maxLength: 3 }),
).map(([text, damages]) => {
  return damages.reduce((damaged, [where, length, instead]) => {
    const at = Math.floor(where * damaged.length);
    return damaged.slice(0, at) + instead + damaged.slice(at + length);
  }, text);
});

/** A value of TOML in the place of another one: the form stays, the kind changes. */
const exchanged = fc.tuple(
  fc.constantFrom(...EXAMPLES),
  fc.nat(),
  fc.constantFrom(
    "1",
    "true",
    '"x"',
    "[]",
    "[1]",
    '["x"]',
    "{}",
    "{ x = 1 }",
    "[{}]",
    "1.5",
    "07:32:00",
    '"${X:-}"',
    '""',
  ),
).map(([text, n, instead]) => {
  const lines = text.split("\n");
  const pairs = lines.map((line, i) => /^[\w."*-]+ = [^[{].*$|^[\w-]+ = \[.*\]/.test(line) ? i : -1).filter((i) =>
    i !== -1
  );
  const i = pairs[n % pairs.length]!;
  lines[i] = lines[i]!.replace(/=.*$/, () => `= ${instead}`);
  return lines.join("\n");
});

for (const [what, files, numRuns] of [["damaged", damaged, 2000], ["exchanged", exchanged, 1000]] as const) {
  Deno.test({
    name: `loadConfig() reads a file with ${what} parts, or tells where and why not (needs --allow-read)`,
    ignore,
    async fn() {
      let [used, refused] = [0, 0];
      await fc.assert(
        fc.asyncProperty(files, async (text) => {
          try {
            await loadConfig({ file: "/a.toml", given: [] }, configIo(text));
            used++;
          } catch (error) {
            if (!(error instanceof ConfigError)) throw error;
            for (const problem of error.problems) {
              const lines = problemLines(problem);
              assert(
                problem.message !== "" && !/Invalid (?:type|key)|Expected|\[object|undefined/.test(lines[0]!),
                lines[0],
              );
              assert(problem.line <= text.split("\n").length && lines.every((line) => line.length < 1000), lines[0]);
            }
            refused++;
          }
        }),
        { numRuns },
      );
      assert(used > 0 && refused > 0);
    },
  });
}
