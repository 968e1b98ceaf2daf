import { levenshteinDistance } from "@std/text/levenshtein-distance";

/** Longer words are nobody's slip. */
const CHARACTERS_MAX = 64;

/** `; did you mean "split"?`, when one of the words is close to what is there; else nothing. */
export function didYouMean(given: string, words: Iterable<string>): string {
  if (given.length > CHARACTERS_MAX) return "";
  let best: string | null = null;
  let least = Math.max(2, Math.floor(given.length / 3));
  for (const word of words) {
    if (Math.abs(word.length - given.length) > least) continue;
    const distance = levenshteinDistance(given, word);
    if (distance > least || (distance === least && best !== null)) continue;
    // One letter is as close to every other one.
    if (distance >= Math.max(given.length, word.length)) continue;
    best = word;
    least = distance;
  }
  return best === null ? "" : `; did you mean ${JSON.stringify(best)}?`;
}
