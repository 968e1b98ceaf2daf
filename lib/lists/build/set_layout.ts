import type { Slices } from "../slices.ts";
import type { GrowingNumbers } from "./growing_numbers.ts";
import { type MergedNames, mergeNames, RECORD } from "./merged_names.ts";
import type { NameRecords } from "./name_records.ts";
import { createSet, sealSet, type SetHeader, type SetTail } from "../set/set_file.ts";
import { COLD_VALUE_MAX, filterBits, hotOf, placeOf, type SetSections, WIDE_SET } from "../set/set_sections.ts";

/** Names for each place; with more, names stand far from where they belong. 0.8 takes an octet less, and a third longer. */
const LOAD = 0.7;
const PLACES_MIN = 16;
/** Bits of the filter for each name: with 2 of each domain set, 1 in 15 names that are not listed gets past it. */
const FILTER_BITS = 8;
const FILTER_WORDS_MIN = 16;

/** What has come of lists. */
export interface SetContent extends Pick<SetHeader, "key" | "generation" | "labelCounts"> {
  /** See `mergeNames`. */
  readonly records: NameRecords;
  /** The low halves of the hashes of domains of two labels; as often as may be. */
  readonly suffixes: GrowingNumbers;
  /** See `SetSections`. */
  readonly tops: Int32Array;
  /** See `SetSections`. */
  readonly members: GrowingNumbers;
  /** See `SetTail`. */
  readonly tail: SetTail;
}

/** What stands in `setStarts` and `setMembers`. */
interface NumberedSets {
  /** The members of each; those that most names have come first. */
  readonly sets: readonly (readonly number[])[];
  /** From numbers of `MergedNames.sets`. */
  readonly numbers: Uint32Array;
  /** Names whose set has no number of 16 bits. */
  readonly wideCount: number;
}

/**
 * Lays out a set in the memory that it is used from. Names come in the order of the places where they belong, so that each goes to
 * the next one that is free: memory is written from its beginning to its end.
 *
 * @throws {Error} when more names than there are numbers for say things that few others say.
 */
export function* layOut(
  { records, suffixes, tops, members, tail: tailValue, ...header }: SetContent,
): Slices<ArrayBuffer> {
  const names = yield* mergeNames(records);
  const { sets, numbers, wideCount } = numberSets(names);
  if (wideCount > COLD_VALUE_MAX + 1) throw new Error(`${wideCount} names have rules that few others have`);
  const places = Math.max(PLACES_MIN, Math.ceil(names.count / LOAD));
  const slots = yield* slotsFor(names, places);
  const tail = new TextEncoder().encode(JSON.stringify(tailValue));
  const counts = {
    tops: tops.length,
    filter: Math.max(FILTER_WORDS_MIN, Math.ceil(FILTER_BITS * Math.min(names.count, suffixes.length) / 32)),
    hot: slots,
    cold: slots,
    sets: slots,
    wide: 2 * wideCount,
    lines: names.lines.length,
    setStarts: sets.length + 1,
    setMembers: sets.reduce((sum, { length }) => sum + length, 0),
    members: members.length,
    tail: tail.length,
  };
  const [buffer, sections] = createSet({ ...header, places, counts });
  sections.tops.set(tops);
  yield;
  yield* fillFilter(sections.filter, suffixes);
  yield* putNames(names, numbers, places, sections);
  names.lines.copyTo(sections.lines);
  putSets(sets, sections);
  members.copyTo(sections.members);
  sections.tail.set(tail);
  yield* sealSet(buffer);
  return buffer;
}

function numberSets({ sets, uses }: MergedNames): NumberedSets {
  const used = [...uses.keys()].filter((set) => (uses[set] ?? 0) > 0).sort((a, b) => uses[b]! - uses[a]!);
  const numbers = new Uint32Array(sets.count);
  for (const [number, set] of used.entries()) numbers[set] = number;
  const wideCount = used.slice(WIDE_SET).reduce((sum, set) => sum + uses[set]!, 0);
  return { sets: used.map((set) => sets.members(set)), numbers, wideCount };
}

/** Places in all: with those that the last names take behind the last one, and a free one to end with. */
function* slotsFor({ runs }: MergedNames, places: number): Slices<number> {
  let next = 0;
  for (const run of runs) {
    for (let at = 0; at < run!.length; at += RECORD) next = Math.max(next, placeOf(run![at]!, places)) + 1;
    yield;
  }
  return Math.max(next, places) + 1;
}

/** Forgets each run that has been put. */
function* putNames({ runs }: MergedNames, numbers: Uint32Array, places: number, sections: SetSections): Slices<void> {
  const { hot, cold, sets, wide } = sections;
  let next = 0;
  let wideEnd = 0;
  for (const [i, run] of runs.entries()) {
    for (let at = 0; at < run!.length; at += RECORD) {
      const high = run![at]!;
      const number = numbers[run![at + 2]!]!;
      let value = run![at + 3]!;
      if (number >= WIDE_SET) {
        wide[wideEnd] = number;
        wide[wideEnd + 1] = value;
        value = wideEnd / 2;
        wideEnd += 2;
      }
      const slot = Math.max(next, placeOf(high, places));
      hot[slot] = hotOf(run![at + 1]! | 0);
      cold[slot] = (high << 24) | value;
      sets[slot] = Math.min(number, WIDE_SET);
      next = slot + 1;
    }
    runs[i] = null;
    yield;
  }
}

function putSets(sets: NumberedSets["sets"], { setStarts, setMembers }: SetSections): void {
  let end = 0;
  for (const [i, members] of sets.entries()) {
    setStarts[i] = end;
    setMembers.set(members, end);
    end += members.length;
  }
  setStarts[sets.length] = end;
}

function* fillFilter(filter: Int32Array, suffixes: GrowingNumbers): Slices<void> {
  for (const piece of suffixes.pieces) {
    for (let i = 0; i < piece.length; i++) {
      const low = piece[i]!;
      filter[placeOf(low, filter.length)]! |= filterBits(low);
    }
    yield;
  }
}
