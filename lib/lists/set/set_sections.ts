/** Aligned to what the processor's cache takes at once. */
const ALIGNMENT = 64;
/** See {@linkcode SetSections.tops}. */
export const TOP_WORDS = 256;

/** The runs of numbers, in their order, and octets of each number. */
export const SECTIONS = {
  tops: 4,
  filter: 4,
  hot: 4,
  cold: 4,
  sets: 2,
  wide: 4,
  lines: 4,
  setStarts: 4,
  setMembers: 4,
  members: 4,
  tail: 1,
} as const;

/** How many numbers each run has. */
export type SectionCounts = { readonly [Section in keyof typeof SECTIONS]: number };

/** The runs of numbers. A name stands in the same place of `hot`, `cold` and `sets`. */
export interface SetSections {
  /** A bit for each name of one label, by the low half of its hash. */
  readonly tops: Int32Array<ArrayBuffer>;
  /** Two bits in one word for each domain of two labels that is listed, or has a listed name below it; see `filterBits`. */
  readonly filter: Int32Array<ArrayBuffer>;
  /** The low half of a name's hash; 0 is free, and stands for 0, see `hotOf`. */
  readonly hot: Int32Array<ArrayBuffer>;
  /** The lowest 8 bits of its high half; below, 24 bits: the line, or where in `lines` several begin, or a place in `wide`. */
  readonly cold: Uint32Array<ArrayBuffer>;
  /** What is said of it, a number of `setStarts`; `WIDE_SET` for what stands in `wide`. */
  readonly sets: Uint16Array<ArrayBuffer>;
  /** Pairs: a number of `setStarts`, and what would otherwise stand in the 24 bits of `cold`. */
  readonly wide: Uint32Array<ArrayBuffer>;
  /** Lines, in the order of the members of the set, one for each. */
  readonly lines: Uint32Array<ArrayBuffer>;
  /** Where in `setMembers` the members of each set begin, and where those of the last one end. */
  readonly setStarts: Uint32Array<ArrayBuffer>;
  /** Numbers of `members`. */
  readonly setMembers: Uint32Array<ArrayBuffer>;
  /** Triples: the list, what it covers, the rule. */
  readonly members: Uint32Array<ArrayBuffer>;
  /** See `SetTail`. */
  readonly tail: Uint8Array<ArrayBuffer>;
}

/** Stands in `sets` for what has more bits than fit there. */
export const WIDE_SET = 0xffff;
/** The largest number of 24 bits in `cold`. */
export const COLD_VALUE_MAX = 0xff_ffff;

/** In their order. */
export function sectionNames(): (keyof typeof SECTIONS)[] {
  return Object.keys(SECTIONS) as (keyof typeof SECTIONS)[];
}

/** Where the runs end that begin at `start`. */
export function sectionsEnd(start: number, counts: SectionCounts): number {
  return sectionNames().reduce((at, name) => alignedUp(at + SECTIONS[name] * counts[name]), start);
}

/** The runs that begin at `start`. */
export function sectionsOf(buffer: ArrayBuffer, start: number, counts: SectionCounts): SetSections {
  let end = start;
  const next = (section: keyof typeof SECTIONS): [ArrayBuffer, number, number] => {
    const at = end;
    end = alignedUp(at + SECTIONS[section] * counts[section]);
    return [buffer, at, counts[section]];
  };
  return {
    tops: new Int32Array(...next("tops")),
    filter: new Int32Array(...next("filter")),
    hot: new Int32Array(...next("hot")),
    cold: new Uint32Array(...next("cold")),
    sets: new Uint16Array(...next("sets")),
    wide: new Uint32Array(...next("wide")),
    lines: new Uint32Array(...next("lines")),
    setStarts: new Uint32Array(...next("setStarts")),
    setMembers: new Uint32Array(...next("setMembers")),
    members: new Uint32Array(...next("members")),
    tail: new Uint8Array(...next("tail")),
  };
}

/** Those of a set of nothing. */
export function noSections(): SetSections {
  return sectionsOf(new ArrayBuffer(), 0, Object.fromEntries(sectionNames().map((name) => [name, 0])) as SectionCounts);
}

/** What stands in `hot` for the low half of a hash. */
export function hotOf(low: number): number {
  // hot path
  return low === 0 ? 1 : low;
}

/** Where a hash belongs among so many places, by its highest bits. */
export function placeOf(hash: number, places: number): number {
  // hot path
  return ((hash >>> 0) * places * 2 ** -32) | 0;
}

/** In which word of `tops` the bit of a name of one label stands, by the low half of its hash; its lowest 5 bits say which bit. */
export function topWord(low: number): number {
  // hot path
  return (low >>> 5) & (TOP_WORDS - 1);
}

/** The bits of a domain in its word of the filter, by the low half of its hash. */
export function filterBits(low: number): number {
  // hot path
  return (1 << (low & 31)) | (1 << ((low >>> 5) & 31));
}

function alignedUp(octets: number): number {
  return Math.ceil(octets / ALIGNMENT) * ALIGNMENT;
}
