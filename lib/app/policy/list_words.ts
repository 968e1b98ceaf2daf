import type { ListConfig } from "../../config/lists.ts";
import { readOwnName } from "../../lists/formats/own_names.ts";
import { COVERS, type NamePattern } from "../../lists/list_rule.ts";
import type { Name } from "../../wire/name.ts";

/** What a list says of names in the configuration itself. */
export interface ListWords {
  /** Names, each with all below it unless it is meant alone. */
  readonly names: readonly { readonly name: Name; readonly isExact: boolean }[];
  /** Expressions. */
  readonly patterns: readonly NamePattern[];
}

/** Reads the words of a list that stand in the configuration; they have been read once already, when that was checked. */
export function listWords({ names, coversBelow }: Pick<ListConfig, "names" | "coversBelow">): ListWords {
  const words = names.map((text) => readOwnName(text, coversBelow));
  return {
    names: words.flatMap((said) => {
      return "name" in said ? [{ name: said.name, isExact: said.covers === COVERS.self }] : [];
    }),
    patterns: words.flatMap((said) => "pattern" in said ? [said.pattern] : []),
  };
}
