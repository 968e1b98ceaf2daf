import { describe, type Described } from "../lib/config/file/schema/describe.ts";
import { SCHEMA } from "../lib/config/file/schema/schema.ts";
import { code, prose, table } from "./markdown.ts";

const BEGIN = "<!-- Rendered from lib/config/file/schema/schema.ts: deno task man -->";
const END = "<!-- Up to here. -->";

/** What the tables are about, by the paths of their settings. */
const TITLES: Readonly<Record<string, string>> = {
  "": "At the top",
  "server": "`[server]`",
  "access": "`[access]`",
  "cache": "`[cache]`",
  "upstreams": "`[upstreams.X]`",
  "route": "`[[route]]`",
  "clients": "`[clients.X]`",
  "local": "`[local]`",
  "rewrite": "`[[rewrite]]`",
  "lists": "`[lists.X]`",
  "schedules": "`[schedules.X]`",
  "block": "`[block]`",
  "answers": "`[answers]`",
  "log": "`[log]`",
  "admin": "`[admin]`",
};

/** The page docs/configuration.md with the list of all settings in its place. */
export function withSettings(page: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  return `${page.slice(0, begin)}${BEGIN}\n\n${settingsList()}\n\n${page.slice(end)}`;
}

/** In Markdown, in the form that `deno fmt` gives it. */
function settingsList(): string {
  const tables = Map.groupBy(describe(SCHEMA), ({ path }) => headOf(path));
  return [...tables].map(([head, rows]) => {
    return `### ${TITLES[head]}\n\n${
      table(["Setting", "Values", "Default", "Meaning"], rows.map((row) => cells(row, head)))
    }`;
  }).join("\n\n");
}

function headOf(path: string): string {
  const [top] = /^[a-z]+(?=[.[])/.exec(path) ?? [""];
  return top;
}

function cells({ path, about: { form, fallback, help } }: Described, head: string): string[] {
  const below = path.slice(head.length).replace(/^\[\]/, "").replace(/^\.X\b/, "").replace(/^\./, "");
  return [code(below), code(form), fallback === undefined ? "" : code(fallback), prose([help])];
}
