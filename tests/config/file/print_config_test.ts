// What print-config prints says the same as the file that it was read from.

import { assertEquals } from "@std/assert";
import { printConfig } from "../../../lib/config/file/print/print_config.ts";
import { loadConfig } from "../../../lib/config/load_config.ts";
import { configIo } from "../../support/config_io.ts";

const ROOT = new URL("../../../", import.meta.url);
const ignore = Deno.permissions.querySync({ name: "read", path: ROOT }).state !== "granted";

async function printed(
  text: string,
  options: { format?: "toml" | "json"; withDefaults?: boolean } = {},
): Promise<string> {
  const { config, places } = await loadConfig({ file: "/a.toml", given: [] }, configIo(text));
  return printConfig(config, { places, format: "toml", withDefaults: false, ...options });
}

/** Without where it stands, and what the groups are called that stand in routes: both are another file's. */
async function meaning(text: string): Promise<unknown> {
  const { config } = await loadConfig({ file: "/a.toml", given: [] }, configIo(text));
  return JSON.parse(JSON.stringify(config, (key, value) => key === "place" ? undefined : value));
}

for (const name of ["home", "company", "isp"]) {
  for (const withDefaults of [false, true]) {
    const fact = `printConfig() of examples/${name}.toml${withDefaults ? " with defaults" : ""}`;
    Deno.test({
      name: `${fact} means the same, and prints the same again (needs --allow-read)`,
      ignore,
      async fn() {
        const text = Deno.readTextFileSync(new URL(`examples/${name}.toml`, ROOT));
        const once = await printed(text, { withDefaults });
        assertEquals(await meaning(once), await meaning(text));
        const withoutPlaces = (lines: string) => lines.replaceAll(/ {2}# .*$/gm, "");
        assertEquals(withoutPlaces(await printed(once, { withDefaults })), withoutPlaces(once));
      },
    });
  }
}

for (const text of ["", '[upstreams.default]\nservers = ["192.0.2.1"]\n', 'answer = ["192.0.2.80"]\n']) {
  Deno.test(`printConfig() with defaults prints nothing of ${JSON.stringify(text)} that a start would warn of`, async () => {
    const once = await printed(text, { withDefaults: true });
    const { warnings } = await loadConfig({ file: "/a.toml", given: [] }, configIo(once));
    assertEquals([warnings, once.includes("answer =")], [[], !text.includes("servers")]);
  });
}

Deno.test("printConfig() says behind each setting where it was given", async () => {
  const text = `[cache]
size = "1GiB"
[upstreams.default]
servers = ["192.0.2.1", "tcp://[2001:db8::1]:5353"]
[[route]]
domains = ["corp.example", "=www.example"]
types = ["A", "TYPE65280"]
to = ["192.0.2.2"]
[local.addresses]
"*.apps.example" = "nas"
nas = ["192.0.2.10"]
`;
  assertEquals(
    await printed(text),
    `[cache]
size = "1GiB"  # /a.toml:2

[upstreams.default]
servers = ["192.0.2.1:53", "tcp://[2001:db8::1]:5353"]  # /a.toml:4

[[route]]
domains = ["corp.example", "=www.example"]  # /a.toml:5
types = ["A", "TYPE65280"]  # /a.toml:5
to = ["192.0.2.2:53"]  # /a.toml:5

[local.addresses]
"*.apps.example" = "nas"  # /a.toml:10
nas = ["192.0.2.10"]  # /a.toml:11
`,
  );
});

Deno.test("printConfig() for programs has the places beside the settings", async () => {
  assertEquals(JSON.parse(await printed('[cache]\nsize = "1GiB"\n', { format: "json" })), {
    config: { cache: { size: "1GiB" } },
    places: { "cache.size": "/a.toml:2" },
  });
});
