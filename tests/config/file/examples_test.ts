// The files of examples/ can be used, by everybody who has read nothing else.

import { assertEquals } from "@std/assert";
import { loadConfig } from "../../../lib/config/load_config.ts";
import { configIo } from "../../support/config_io.ts";

const ROOT = new URL("../../../", import.meta.url);
const ignore = Deno.permissions.querySync({ name: "read", path: ROOT }).state !== "granted";

for (const name of ["home", "company", "isp", "encrypted", "observed"]) {
  Deno.test({
    name: `examples/${name}.toml can be used (needs --allow-read)`,
    ignore,
    async fn() {
      const text = Deno.readTextFileSync(new URL(`examples/${name}.toml`, ROOT));
      const { config, warnings } = await loadConfig({ file: "/a.toml", given: [] }, configIo(text));
      assertEquals(warnings, []);
      assertEquals(JSON.parse(JSON.stringify(config)), config);
    },
  });
}
