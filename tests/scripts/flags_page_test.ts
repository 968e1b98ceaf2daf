// docs/flags.md tells the flags of the program, all of them, for it is rendered from their table.

import { assertEquals, assertStringIncludes } from "@std/assert";
import { FLAGS } from "../../lib/config/flags/flags.ts";
import { flagsPage } from "../../scripts/flags_page.ts";

const PAGE_FILE = new URL("../../docs/flags.md", import.meta.url);
const MAY_READ = Deno.permissions.querySync({ name: "read", path: PAGE_FILE }).state === "granted";

Deno.test("flagsPage() has a row for every flag, and no cell that ends too early", () => {
  const page = flagsPage();
  for (const { name } of FLAGS) assertStringIncludes(page, `--${name}`);
  const rows = page.split("\n").filter((line) => line.startsWith("| "));
  for (const row of rows) assertEquals(row.match(/(?<!\\)\|/g)?.length, 3, row);
});

Deno.test({
  name: "docs/flags.md is what flagsPage() renders; else run: deno task man (needs --allow-read)",
  ignore: !MAY_READ,
  async fn() {
    assertEquals(await Deno.readTextFile(PAGE_FILE), flagsPage());
  },
});
