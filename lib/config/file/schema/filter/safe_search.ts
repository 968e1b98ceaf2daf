import { MODERATE, SAFE_SEARCH } from "../../../../resolver/filter/safe_search.ts";
import { alternatives, either, type Field, flag, list, word } from "../fields.ts";

/** Search engines, or whether it is all of them. */
export const SAFE_SEARCH_ENGINES: Field<readonly string[]> = engines();

function engines(): Field<readonly string[]> {
  const words = [...SAFE_SEARCH.keys()];
  const about = {
    form: 'true|["<engine>", …]',
    example: '["google", "youtube-moderate"]',
    help: `Search engines that give them safe results alone, or all: ${alternatives(words)}.`,
  };
  const some = list(about, word({ form: '"google"', help: "" }, words, (one) => one), {}, (all) => [...new Set(all)]);
  return either<readonly string[], readonly string[]>(
    flag(about, (isOn) => isOn ? words.filter((one) => one !== MODERATE) : []),
    some,
    `must be true, or a list of ${alternatives(words)}`,
    words,
  );
}
