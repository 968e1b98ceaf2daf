import type { Slices } from "../slices.ts";
import { GrowingNumbers } from "./growing_numbers.ts";
import { MemberSets } from "./member_sets.ts";
import type { NameRecords } from "./name_records.ts";
import { COLD_VALUE_MAX } from "../set/set_sections.ts";

/** Of a member in a record: what this list says in that way is not to be. */
export const CANCELLED: number = -0x8000_0000;

/** Numbers of a record, here and in `NameRecords`. */
export const RECORD = 4;

/** Names, each once, with what is said of it. */
export interface MergedNames {
  /** In the order of their hashes: high half, low half, set, and where it is said; see `lineValue`. */
  readonly runs: (Uint32Array<ArrayBuffer> | null)[];
  /** Names in all runs. */
  readonly count: number;
  /** What is said of names. */
  readonly sets: MemberSets;
  /** Names of each set. */
  readonly uses: readonly number[];
  /** See `SetSections.lines`. */
  readonly lines: GrowingNumbers;
}

/** Makes one of the records of each name: high and low half of its hash, a member (or'd with `CANCELLED`), a line. */
export function* mergeNames(records: NameRecords): Slices<MergedNames> {
  const merging = new Merging();
  const runs: Uint32Array<ArrayBuffer>[] = [];
  let count = 0;
  for (const run of records.takeRuns()) {
    const merged = merging.merge(run);
    runs.push(merged);
    count += merged.length / RECORD;
    yield;
  }
  const { sets, uses, lines } = merging;
  return { runs, count, sets, uses, lines };
}

class Merging {
  readonly sets = new MemberSets();
  readonly uses: number[] = [];
  readonly lines = new GrowingNumbers();
  /** Of the name at hand. */
  readonly #said = new Map<number, number>();

  constructor() {
    // Where no line begins stands for those that are not known.
    this.lines.push(0);
  }

  /** Writes over `run`, and returns what is used of it. */
  merge(run: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
    let to = 0;
    for (let at = 0, end = 0; at < run.length; at = end) {
      const high = run[at]!;
      const low = run[at + 1]!;
      end = at + RECORD;
      while (end < run.length && run[end] === high && run[end + 1] === low) end += RECORD;
      const member = run[at + 2]! | 0;
      let set: number;
      let where: number;
      if (end - at === RECORD) {
        if (member < 0) continue;
        set = this.sets.single(member);
        where = lineValue(run[at + 3]!);
      } else {
        this.#take(run, at, end);
        if (this.#said.size === 0) continue;
        [set, where] = this.#setAndLines();
      }
      this.uses[set] = (this.uses[set] ?? 0) + 1;
      run[to] = high;
      run[to + 1] = low;
      run[to + 2] = set;
      run[to + 3] = where;
      to += RECORD;
    }
    return to === run.length ? run : run.slice(0, to);
  }

  /** The members that are not cancelled, each with the first line that says it. */
  #take(run: Uint32Array, start: number, end: number): void {
    const said = this.#said;
    said.clear();
    for (let at = start; at < end; at += RECORD) {
      const member = run[at + 2]! | 0;
      if (member >= 0 && !said.has(member)) said.set(member, run[at + 3]!);
    }
    for (let at = start; at < end; at += RECORD) {
      const member = run[at + 2]! | 0;
      if (member < 0) said.delete(member & ~CANCELLED);
    }
  }

  #setAndLines(): [set: number, where: number] {
    const said = this.#said;
    if (said.size === 1) {
      const [[member, line]] = [...said] as [[number, number]];
      return [this.sets.single(member), lineValue(line)];
    }
    const members = [...said.keys()].sort((a, b) => a - b);
    const where = this.lines.length;
    const isKnown = where + members.length <= COLD_VALUE_MAX;
    let set = this.sets.empty;
    for (const member of members) {
      set = this.sets.with(set, member);
      if (isKnown) this.lines.push(said.get(member)!);
    }
    return [set, isKnown ? where : 0];
  }
}

/** What stands for a line: 0, unknown, if it does not fit. */
function lineValue(line: number): number {
  return line > COLD_VALUE_MAX ? 0 : line;
}
