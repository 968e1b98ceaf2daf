// What is imported from other programs can be used.

import { assertEquals } from "@std/assert";
import { loadConfig } from "../../../lib/config/load_config.ts";
import { configIo } from "../../support/config_io.ts";

const FOLDER = new URL("../import/examples/", import.meta.url);
const ignore = Deno.permissions.querySync({ name: "read", path: FOLDER }).state !== "granted";
const names = ignore
  ? []
  : [...Deno.readDirSync(FOLDER)].map(({ name }) => name).filter((name) => name.endsWith(".imported"));

for (const name of names.toSorted()) {
  Deno.test(`loadConfig() reads ${name}`, async () => {
    const text = Deno.readTextFileSync(new URL(name, FOLDER));
    const { config } = await loadConfig({ file: "/a.toml", given: [] }, configIo(text));
    assertEquals(JSON.parse(JSON.stringify(config)), config);
  });
}
