import type { Draft, DraftRow, DraftSetting, Origin } from "./draft.ts";
import { commentText, keyText, tomlText } from "./toml_text.ts";

/** In this order they stand in a file; others follow. */
const TABLES: readonly string[] = [
  "",
  "server",
  "access",
  "cache",
  "upstreams",
  "route",
  "lists",
  "block",
  "clients",
  "local",
  "rewrite",
];

/** The draft as a file in TOML, with where each value comes from, and with what was left out. */
export function writeDraft(draft: Draft, { program, files }: { program: string; files: readonly string[] }): string {
  const sections = [...draft.tables].map(([name, settings]) => ({ name, lines: tableLines(name, settings) }));
  for (const [name, rows] of draft.rows) {
    for (const row of rows) sections.push({ name, lines: [`[[${name}]]`, ...settingLines(row)] });
  }
  const isComplete = draft.has("upstreams.default", "servers");
  const complete = sections.map((section) => {
    return isComplete || section.name !== "upstreams.default" ? section : withoutServers(section.lines.slice(1));
  });
  if (!isComplete && !draft.tables.has("upstreams.default")) complete.push(withoutServers([]));
  const inOrder = complete.map((section, i) => ({ ...section, i })).sort((a, b) => {
    return placeOf(a.name) - placeOf(b.name) || a.i - b.i;
  });
  return [
    [`# Made of ${files.map(commentText).join(", ")}, a configuration of ${program}. Read it before you use it.`],
    ...inOrder.map(({ lines }) => lines),
    leftOutLines(draft, files),
  ].filter((lines) => lines.length > 0).map((lines) => `${lines.join("\n")}\n`).join("\n");
}

/** A group has servers: without any, what else is said of it stands in comments. */
function withoutServers(lines: readonly string[]): { name: string; lines: string[] } {
  const commented = ["[upstreams.default]", 'servers = ["192.0.2.53"]', ...lines].map((line) => `# ${line}`);
  const why =
    "# No servers to ask by default were found: give some here. Routes need them; without any, all answers are made up.";
  return { name: "upstreams.default", lines: [why, ...commented] };
}

function placeOf(table: string): number {
  const place = TABLES.indexOf(table.split(".")[0]!);
  return place === -1 ? TABLES.length : place;
}

function tableLines(name: string, settings: DraftRow): string[] {
  const header = name === "" ? [] : [`[${name}]`];
  return [...header, ...settingLines(settings)];
}

function settingLines(settings: ReadonlyMap<string, DraftSetting>): string[] {
  return [...settings].flatMap(([key, setting]) => {
    if (setting.kind === "value") {
      const { value, origin, note } = setting.carried;
      return [withComment(`${keyText(key)} = ${tomlText(value)}`, origin, note)];
    }
    const { elements } = setting;
    const [first] = elements;
    if (first === undefined) return [];
    if (elements.length === 1) {
      return [withComment(`${keyText(key)} = [${tomlText(first.value)}]`, first.origin, first.note)];
    }
    const lines = elements.map(({ value, origin, note }) => withComment(`  ${tomlText(value)},`, origin, note));
    return [`${keyText(key)} = [`, ...lines, "]"];
  });
}

function withComment(text: string, origin: Origin, note: string): string {
  return `${text}  # ${commentText(placeText(origin))}${note === "" ? "" : `: ${commentText(note)}`}`;
}

function leftOutLines(draft: Draft, files: readonly string[]): string[] {
  const inOrder = draft.leftOut.toSorted((a, b) => {
    return files.indexOf(a.origin.file) - files.indexOf(b.origin.file) || a.origin.line - b.origin.line;
  });
  const lines = inOrder.map(({ origin, verdict, text }) => {
    return `# ${commentText(`${placeText(origin)}: ${verdict}: ${text}`)}`;
  });
  return lines.length === 0 ? [] : ["# What is left out:", ...lines];
}

function placeText({ file, line }: Origin): string {
  return `${file}:${line}`;
}
