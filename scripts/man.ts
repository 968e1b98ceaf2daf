/** Writes docs/dns-forwarder.8, the manual page: deno task man */
import { manPage } from "../lib/config/man_page.ts";

await Deno.writeTextFile(new URL("../docs/dns-forwarder.8", import.meta.url), manPage());
