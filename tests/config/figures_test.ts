// What README and the pages of docs/ call the program's defaults is what the table of settings says.

import { assert, assertEquals } from "@std/assert";
import { DEFAULT_LISTEN_PORT } from "../../lib/config/config.ts";
import { FLAGS } from "../../lib/config/flags/flags.ts";

const ROOT = new URL("../../", import.meta.url);
const MAY_READ = Deno.permissions.querySync({ name: "read", path: ROOT }).state === "granted";

/** Of what is written behind a figure, how many of the setting's own units it is. */
const UNITS: Readonly<Record<string, number>> = { "": 1, "s": 1000, "ms": 1, "MiB": 1, "seconds": 1 };

Deno.test({
  name: "README and docs/ quote defaults as the table has them (needs --allow-read)",
  ignore: !MAY_READ,
  fn() {
    // "10,000, `--max-in-flight`", "2 s, `--timeout`", "`--cache-size` (default 64 MiB)"
    const patterns = [
      /(?<figure>[\d,]*\d) ?(?<unit>[A-Za-z]*), `--(?<name>[\w-]+)`/g,
      /`--(?<name>[\w-]+)` \((?:default|by default) (?<figure>[\d,]*\d) ?(?<unit>[A-Za-z]*)/g,
    ];
    const quotes = pages().flatMap((page) => patterns.flatMap((pattern) => [...read(page).matchAll(pattern)]));
    assert(quotes.length >= 2);
    for (const { 0: quote, groups } of quotes) {
      const { figure, unit, name } = groups as Record<string, string>;
      const setting = FLAGS.find((flag) => flag.name === name)?.setting;
      assertEquals(Number(figure!.replaceAll(",", "")) * UNITS[unit!]!, setting?.default, quote);
    }
  },
});

Deno.test({
  name: "README asks the program at the port where it serves by default (needs --allow-read)",
  ignore: !MAY_READ,
  fn() {
    const ports = [...read("README.md").matchAll(/dig @127\.0\.0\.1 -p (\d+)/g)].map(([, port]) => Number(port));
    assertEquals(ports, [DEFAULT_LISTEN_PORT]);
  },
});

/** README and docs/, but for the page that is rendered from the table. */
function pages(): string[] {
  const names = [...Deno.readDirSync(new URL("docs/", ROOT))].map(({ name }) => `docs/${name}`);
  return ["README.md", ...names.filter((name) => name.endsWith(".md") && name !== "docs/flags.md").sort()];
}

function read(page: string): string {
  return Deno.readTextFileSync(new URL(page, ROOT));
}
