/** Writes docs/dns-forwarder.8, the manual page, and docs/flags.md, which say what the table of flags does: deno task man */
import { manPage } from "../lib/config/flags/man_page.ts";
import { flagsPage } from "./flags_page.ts";

await Deno.writeTextFile(new URL("../docs/dns-forwarder.8", import.meta.url), manPage());
await Deno.writeTextFile(new URL("../docs/flags.md", import.meta.url), flagsPage());
