import { assert, assertEquals } from "@std/assert";
import { parseCommand } from "../../lib/config/flags/cli.ts";
import { FLAGS } from "../../lib/config/flags/flags.ts";
import { helpOf, type Setting } from "../../lib/config/setting.ts";
import { DEFAULTS, FIELDS, SETTINGS } from "../../lib/config/settings.ts";

const ROWS: readonly Setting<unknown>[] = Object.values(SETTINGS);

Deno.test("SETTINGS has a path, a name and, unless it says otherwise, a flag of its own for every field", () => {
  for (const words of [ROWS.map(({ path }) => path), ROWS.map(({ name }) => name), FLAGS.map(({ name }) => name)]) {
    assertEquals(new Set(words).size, words.length);
  }
  const withFlag = ROWS.filter(({ hasFlag }) => hasFlag !== false);
  assertEquals(FLAGS.filter(({ setting }) => setting !== null).map(({ setting }) => setting), withFlag);
});

Deno.test("SETTINGS stands in a file as words between dots, so that no setting is within another", () => {
  const paths = ROWS.map(({ path }) => path);
  for (const path of paths) {
    assert(/^[a-z]+(?:-[a-z]+)*(?:\.[a-z]+(?:-[a-z]+)*)*$/.test(path), path);
    assertEquals(paths.filter((other) => other.startsWith(`${path}.`)), []);
  }
});

Deno.test("DEFAULTS is what a command line without flags configures", () => {
  const command = parseCommand([]);
  assert(command.kind === "serve");
  assertEquals(command.config, DEFAULTS);
});

for (const field of FIELDS) {
  const setting: Setting<unknown> = SETTINGS[field];
  const { reader, default: value, path } = setting;
  Deno.test(`SETTINGS.${field} reads its default, and ends of its bounds, and has figures for its help`, () => {
    const read = (text: string) => reader.read([{ path, text, where: path }]);
    if (["number", "string", "boolean"].includes(typeof value)) assertEquals(read(String(value)), value);
    for (const end of Object.values(reader.bounds ?? {})) assertEquals(read(String(end)), end);
    for (const line of helpOf(setting)) assertEquals(line.match(/[{}]|undefined|null|object/), null);
  });
}

Deno.test("a configuration goes through JSON unchanged, which is how workers get it", () => {
  const line =
    "--resolver tcp://[fe80::2%eth0],192.0.2.1 --listen [::]:53 --answer ::1 --allow ::/0 --server-id Zürich " +
    "--workers auto --cache-size 1 --no-stale";
  const command = parseCommand(line.split(" "));
  assert(command.kind === "serve");
  for (const config of [DEFAULTS, command.config]) assertEquals(JSON.parse(JSON.stringify(config)), config);
});
