import type { Draft, Origin } from "../draft.ts";
import { addWord, useList } from "./list_draft.ts";

/** What is answered for names that a line of a configuration blocks; each has a list of its own. */
export type BlockedAnswer = "zero" | "nxdomain" | "nodata" | "refused";

/** Blocks names with all below them. Returns why one cannot be; `null` when all can. */
export function blockWords(
  names: readonly string[],
  answer: BlockedAnswer,
  origin: Origin,
  draft: Draft,
  note = "",
): string | null {
  const list = { name: answer === "zero" ? "blocked" : `blocked-${answer}`, settings: { answer } };
  for (const name of names) {
    const why = addWord(list, name, origin, draft, note);
    if (why !== null) return why;
    useList("default", "block", list.name, origin, draft);
  }
  return null;
}
