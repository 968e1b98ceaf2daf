import { parseCidr } from "../../lib/base/net/cidr.ts";
import { SetBuilder } from "../../lib/lists/build/set_builder.ts";
import { ALLOWS, BLOCKS, COVERS, type ListRule } from "../../lib/lists/list_rule.ts";
import type { NameSetReader } from "../../lib/lists/list_set.ts";
import { allOf } from "../../lib/lists/slices.ts";
import { NameSet } from "../../lib/lists/set/name_set.ts";
import { foldCase, nameFromText } from "../../lib/wire/name.ts";

/** A line of a list; lines are counted from 1, apart for each list. */
export interface LineFields extends Partial<Omit<ListRule, "exceptBelow" | "types">> {
  readonly list: string;
  /** A name, or a network of addresses in answers. */
  readonly name: string;
  readonly covers?: keyof typeof COVERS;
  /** QTYPEs; left out for all. */
  readonly types?: readonly number[] | undefined;
  readonly except?: readonly string[] | undefined;
}

/** What a set says that has been made of these lines. */
export function nameSetOf(lines: readonly LineFields[], generation = 1): NameSetReader {
  const builder = new SetBuilder(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, generation), generation);
  for (const [name, own] of Map.groupBy(lines, ({ list }) => list)) {
    const sink = builder.addList({ name, digest: "" });
    const rules = new Map<string, ListRule>();
    for (const [i, line] of own.entries()) {
      const rule = ruleOf(line);
      const one = rules.getOrInsertComputed(JSON.stringify(rule), () => rule);
      if (line.name.includes("/")) {
        sink.address(parseCidr(line.name), one, i + 1);
        continue;
      }
      const wire = foldCase(nameFromText(line.name));
      sink.name(wire, wire.length, COVERS[line.covers ?? "both"], one, i + 1);
    }
  }
  return new NameSet(allOf(builder.build()), { isChecked: true });
}

function ruleOf({ isAllow = false, isImportant = false, types, except = [], answer = null }: LineFields): ListRule {
  if (!isImportant && types === undefined && except.length === 0 && answer === null) return isAllow ? ALLOWS : BLOCKS;
  return {
    isAllow,
    isImportant,
    types: types === undefined ? null : { types, areExcluded: false },
    exceptBelow: except.map(nameFromText),
    answer,
  };
}
