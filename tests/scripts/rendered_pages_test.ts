// What is rendered from the schema of configuration files is what the pages say; else run: deno task man

import { assertEquals } from "@std/assert";
import { describe } from "../../lib/config/file/schema/describe.ts";
import { SCHEMA } from "../../lib/config/file/schema/schema.ts";
import { FLAGS } from "../../lib/config/flags/flags.ts";
import type { Setting } from "../../lib/config/setting.ts";
import { SETTINGS } from "../../lib/config/settings.ts";
import { configSchema } from "../../scripts/config_schema.ts";
import { fileManPage } from "../../scripts/file_man_page.ts";
import { withSettings } from "../../scripts/settings_list.ts";

const DOCS = new URL("../../docs/", import.meta.url);
const ignore = Deno.permissions.querySync({ name: "read", path: DOCS }).state !== "granted";

for (
  const [name, render] of [
    ["configuration.md", withSettings],
    ["dns-forwarder.toml.5", fileManPage],
    ["config.schema.json", configSchema],
  ] as const
) {
  Deno.test({
    name: `docs/${name} is what is rendered; else run: deno task man (needs --allow-read)`,
    ignore,
    fn() {
      const page = Deno.readTextFileSync(new URL(name, DOCS));
      assertEquals(page, render(page));
    },
  });
}

Deno.test("every flag that sets something has its place in a file, and every setting of the table has one", () => {
  const inFile = describe(SCHEMA).map(({ path }) => path.replace("upstreams.X.", "upstreams.default."));
  const settings: readonly Setting<unknown>[] = Object.values(SETTINGS);
  assertEquals(settings.filter(({ path }) => !inFile.includes(path)).map(({ path }) => path), []);
  const flags = FLAGS.flatMap(({ setting }) => setting === null ? [] : [setting]);
  assertEquals(flags.filter((setting) => !settings.includes(setting)), []);
});

Deno.test("every setting in a file says what it does and what can be written", () => {
  for (const { path, about } of describe(SCHEMA)) {
    assertEquals([path, /^[A-Z].*\.$/s.test(about.help), about.form !== ""], [path, true, true]);
  }
});
