import { allOf, type Slices } from "../slices.ts";
import type { RuleJson } from "../rule_json.ts";
import { type SectionCounts, sectionNames, sectionsEnd, sectionsOf, type SetSections } from "./set_sections.ts";

/**
 * The layout of a list set file, which is what stands in memory, too: a header of 4 KiB, then one run of numbers behind the
 * other, each aligned to a cache line, and JSON at the end. Numbers have the lowest octet first, as on every machine that the
 * program runs on; the magic number says so.
 */
const MAGIC = 0x5346_4e44;
const VERSION = 1;

/** A page: what follows is aligned as the system aligns pages. */
const HEADER_OCTETS = 4096;
/** Octets of the key of `QuestionHash`. */
export const SET_KEY_OCTETS = 8;

/** A name has 127 labels at most. */
export const LABEL_COUNT_WORDS = 4;

/** Octets that are added up without a pause. */
const SUMMED_OCTETS = 262_144;
/** FNV's prime. */
const SUM_FACTOR = 0x0100_0193;

/** Where words of the header stand. */
const WORD = {
  magic: 0,
  version: 1,
  headerSum: 2,
  contentSum: 3,
  key: 4,
  generation: 6,
  places: 7,
  labelCounts: 8,
  counts: 12,
} as const;

/** What is few. */
export interface SetTail {
  /** By the number of the list. */
  readonly lists: readonly ListOrigin[];
  /** By the number of the rule. */
  readonly rules: readonly RuleJson[];
  /** Patterns, with their numbers of `members`. */
  readonly patterns: readonly { source: string; member: number; line: number }[];
  /** Networks, likewise. */
  readonly addresses: readonly { network: string; member: number; line: number }[];
}

/** A list that the set was made of. */
export interface ListOrigin {
  /** As in the configuration. */
  readonly name: string;
  /** Another text when what it was made of is another; tells a list that has not changed. */
  readonly digest: string;
}

/** What stands in the header. */
export interface SetHeader {
  /** `SET_KEY_OCTETS` that names are hashed with. */
  readonly key: Uint8Array<ArrayBuffer>;
  /** 32 bits. */
  readonly generation: number;
  /** A bit for each number of labels that a listed name has. */
  readonly labelCounts: Uint32Array;
  /** Where a name can belong in `hot`, see `placeOf`; it stands there or in the next place that is free. */
  readonly places: number;
  /** See `SectionCounts`. */
  readonly counts: SectionCounts;
}

/** A file that is no list set, or a damaged one. The message says why. */
export class SetFileError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "SetFileError";
}

/** Memory for a set, with its header but for the checksums: see `sealSet`. */
export function createSet({ key, generation, labelCounts, places, counts }: SetHeader): [ArrayBuffer, SetSections] {
  const buffer = new ArrayBuffer(sectionsEnd(HEADER_OCTETS, counts));
  const words = new Uint32Array(buffer, 0, HEADER_OCTETS / 4);
  words[WORD.magic] = MAGIC;
  words[WORD.version] = VERSION;
  new Uint8Array(buffer).set(key, 4 * WORD.key);
  words[WORD.generation] = generation;
  words.set(labelCounts, WORD.labelCounts);
  words[WORD.places] = places;
  for (const [i, section] of sectionNames().entries()) words[WORD.counts + i] = counts[section];
  return [buffer, sectionsOf(buffer, HEADER_OCTETS, counts)];
}

/** Writes the checksums, behind everything else. Yields every now and then. */
export function* sealSet(buffer: ArrayBuffer): Slices<void> {
  const words = new Uint32Array(buffer, 0, HEADER_OCTETS / 4);
  words[WORD.contentSum] = yield* contentSumOf(buffer);
  words[WORD.headerSum] = headerSumOf(words);
}

/**
 * What stands in `buffer`, all of it.
 *
 * @param isChecked Whether to add up all that follows the header, which is most of the time that a large set takes; for what has not
 * been written by somebody who would have told of a failure.
 * @throws {SetFileError} when it is no list set, is cut, or its checksums are others.
 */
export function openSet(buffer: ArrayBuffer, isChecked: boolean): [SetHeader, SetSections, SetTail] {
  if (buffer.byteLength < HEADER_OCTETS) throw new SetFileError(`it is cut: ${buffer.byteLength} octets`);
  const words = new Uint32Array(buffer, 0, HEADER_OCTETS / 4);
  if (words[WORD.magic] !== MAGIC) throw new SetFileError("it is no list set");
  if (words[WORD.version] !== VERSION) throw new SetFileError(`its version is ${words[WORD.version]}, not ${VERSION}`);
  if (words[WORD.headerSum] !== headerSumOf(words)) throw new SetFileError("its header is damaged");
  const counts = Object.fromEntries(
    sectionNames().map((section, i) => [section, words[WORD.counts + i]!]),
  ) as SectionCounts;
  const octets = sectionsEnd(HEADER_OCTETS, counts);
  if (buffer.byteLength !== octets) {
    throw new SetFileError(`it has ${buffer.byteLength} octets instead of ${octets}`);
  }
  if (isChecked) allOf(checkContent(buffer));
  const sections = sectionsOf(buffer, HEADER_OCTETS, counts);
  const key = new Uint8Array(buffer.slice(4 * WORD.key, 4 * WORD.key + SET_KEY_OCTETS));
  const header = {
    key,
    generation: words[WORD.generation]!,
    places: words[WORD.places]!,
    labelCounts: words.slice(WORD.labelCounts, WORD.labelCounts + LABEL_COUNT_WORDS),
    counts,
  };
  return [header, sections, tailOf(sections.tail)];
}

/**
 * Adds up all that follows the header. Yields every now and then.
 *
 * @throws {SetFileError} when the sum is another one than the header says.
 */
export function* checkContent(buffer: ArrayBuffer): Slices<void> {
  const [wanted] = new Uint32Array(buffer, 4 * WORD.contentSum, 1);
  if ((yield* contentSumOf(buffer)) !== wanted) throw new SetFileError("its content is damaged");
}

function tailOf(octets: Uint8Array<ArrayBuffer>): SetTail {
  try {
    return JSON.parse(new TextDecoder().decode(octets.slice())) as SetTail;
  } catch (error) {
    throw new SetFileError("its end is damaged", { cause: error });
  }
}

/** Of all words but the one that it stands in. */
function headerSumOf(words: Uint32Array<ArrayBuffer>): number {
  return sumOf(Int32Array.from(words).fill(0, WORD.headerSum, WORD.headerSum + 1));
}

function* contentSumOf(buffer: ArrayBuffer): Slices<number> {
  let sum = 1;
  for (let at = HEADER_OCTETS; at < buffer.byteLength; at += SUMMED_OCTETS) {
    const words = new Int32Array(buffer, at, Math.min(SUMMED_OCTETS, buffer.byteLength - at) / 4);
    sum = Math.imul(sum ^ sumOf(words), SUM_FACTOR);
    yield;
  }
  return sum >>> 0;
}

/**
 * A checksum of 32 bits, against accidents. Four at a time: a sum waits for the one before it. See bench/micro/name_set_bench.ts.
 */
function sumOf(words: Int32Array<ArrayBuffer>): number {
  let [a, b, c, d] = [1, 2, 3, 4];
  let i = 0;
  for (; i + 4 <= words.length; i += 4) {
    a = Math.imul(a ^ words[i]!, SUM_FACTOR);
    b = Math.imul(b ^ words[i + 1]!, SUM_FACTOR);
    c = Math.imul(c ^ words[i + 2]!, SUM_FACTOR);
    d = Math.imul(d ^ words[i + 3]!, SUM_FACTOR);
  }
  for (; i < words.length; i++) a = Math.imul(a ^ words[i]!, SUM_FACTOR);
  for (const sum of [b, c, d]) a = Math.imul(a ^ sum, SUM_FACTOR);
  return a >>> 0;
}
