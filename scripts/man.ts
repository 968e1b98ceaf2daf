/**
 * Writes what is rendered from the table of settings and from the schema of files: docs/dns-forwarder.8 and
 * docs/dns-forwarder.toml.5, the manual pages, docs/flags.md, the list in docs/configuration.md, and docs/config.schema.json:
 * deno task man
 */
import { manPage } from "../lib/config/flags/man_page.ts";
import { configSchema } from "./config_schema.ts";
import { fileManPage } from "./file_man_page.ts";
import { flagsPage } from "./flags_page.ts";
import { withSettings } from "./settings_list.ts";

const DOCS = new URL("../docs/", import.meta.url);

await Deno.writeTextFile(new URL("dns-forwarder.8", DOCS), manPage());
await Deno.writeTextFile(new URL("dns-forwarder.toml.5", DOCS), fileManPage());
await Deno.writeTextFile(new URL("flags.md", DOCS), flagsPage());
await Deno.writeTextFile(new URL("config.schema.json", DOCS), configSchema());
const page = new URL("configuration.md", DOCS);
await Deno.writeTextFile(page, withSettings(await Deno.readTextFile(page)));
