import type { Reason } from "../../resolver/decision.ts";

/**
 * Why what has decided counts, for somebody who has not read the law (`docs/configuration.md`): its sentences, as far as one of them
 * decides by itself.
 */
const IN_WORDS: Readonly<Record<Reason["sentence"], string>> = {
  1: "its client is in that group",
  2: "what the program does by itself: nothing that you have said is about it",
  3: "local data comes before everything else",
  4: "names of your own count before lists, a longer name before a shorter one, and allow before block",
  5: "the answer leads to what is blocked",
  6: "of all routes the one for the longest domain counts",
  7: "another name is asked for in its place",
  8: "it counts at this time",
};

/** Such as `home.toml:12: local data comes before everything else (law 3)`. */
export function lawInWords(reason: Reason): string {
  const { sentence, place } = reason;
  const where = place === null ? "" : `${place.file}:${place.line}: `;
  return `${where}${isRouted(reason) ? IN_WORDS[sentence] : WITHOUT_ROUTE} (law ${sentence})`;
}

const WITHOUT_ROUTE = "no route is for it, so the upstreams of its client's group are asked, or those for all";

/** The sentence about who is asked holds where there is no route, too. */
function isRouted({ sentence, what }: Reason): boolean {
  return sentence !== 6 || what.startsWith("[[route]]");
}
