import type { Draft, Source } from "../draft.ts";
import { addSource, useList } from "./list_draft.ts";
import { groupName } from "../spellings.ts";

/** With so many lines that block names, and no others, a file is a list; with fewer its names are one's own words. */
const LINES_MIN = 200;

/**
 * Takes a file that is nothing but a list for a source of one, which is read where it stands. Returns whether it is.
 *
 * @param isLine Whether a line blocks a name.
 * @param isNoLine Whether a line says nothing: a comment, say.
 */
export function takeListFile(
  { file, text }: Source,
  format: "dnsmasq" | "hosts" | "unbound",
  { isLine, isNoLine }: { isLine: RegExp; isNoLine: RegExp },
  draft: Draft,
): boolean {
  const lines = text.split("\n").filter((line) => !isNoLine.test(line));
  if (lines.length < LINES_MIN || !lines.every((line) => isLine.test(line))) return false;
  const origin = { file, line: 1 };
  const stem = file.replace(/^.*\//, "").replace(/\.[a-z]+$/, "");
  const name = groupName(stem, (taken) => draft.tables.has(`lists.${taken}`));
  const why = addSource({ name, settings: { format } }, file, origin, draft, `${lines.length} lines`);
  if (why === null) useList("default", "block", name, origin, draft);
  else draft.none(origin, `${lines.length} lines that block names`, "give the absolute path of its file to import");
  return true;
}
