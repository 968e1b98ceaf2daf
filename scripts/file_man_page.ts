import { describe } from "../lib/config/file/schema/describe.ts";
import { SCHEMA } from "../lib/config/file/schema/schema.ts";
import { DEFAULT_CONFIG_FILE } from "../lib/config/flags/flags.ts";
import { escaped, item, section } from "../lib/config/flags/man_page.ts";
import { VERSION } from "../lib/version.ts";

const EXAMPLE = `[server]
listen = ["192.0.2.53"]

[upstreams.default]
servers = ["9.9.9.9", "149.112.112.112"]

[upstreams.office]
servers = ["10.0.0.10"]

[[route]]
domains = ["corp.example", "10.in-addr.arpa"]
to = "office"

[local.addresses]
nas = "192.0.2.10"`;

/** The manual page `dns-forwarder.toml(5)` in roff. */
export function fileManPage(): string {
  const settings = describe(SCHEMA).map(({ path, about: { form, fallback, help } }) => {
    const values = fallback === undefined ? form : `${form}, default ${fallback}`;
    return item(path.replaceAll("[]", ""), [`${values}.`, help].map((line) => line.replaceAll("…", "...")));
  });
  return [
    '.\\" Rendered from the schema of files: deno task man',
    `.TH DNS\\-FORWARDER.TOML 5 "" "dns\\-forwarder ${VERSION}"`,
    section("NAME", "dns\\-forwarder.toml \\- settings of dns\\-forwarder"),
    section("SYNOPSIS", `.B ${escaped(DEFAULT_CONFIG_FILE)}`, ".br", ".B dns\\-forwarder --config", "file"),
    section(
      "DESCRIPTION",
      "A file in TOML. Flags count more than the file. The order of routes, rewrites and groups says nothing.",
      "X stands for a name of one's own, NAME for a domain name. What has a unit is text: 2s, 64MiB.",
      "In texts, ${NAME} stands for an environment variable, ${NAME:\\-default} for it or something else, $${ for ${.",
    ),
    section("SETTINGS", ...settings),
    section("EXAMPLE", ".nf", ...EXAMPLE.split("\n").map(escaped), ".fi"),
    section("SEE ALSO", "dns\\-forwarder(8)"),
  ].join("\n") + "\n";
}
