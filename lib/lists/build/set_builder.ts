import { assert } from "../../base/assert.ts";
import { formatCidr } from "../../base/net/cidr.ts";
import { COVERS, type ListSink } from "../list_rule.ts";
import type { Slices } from "../slices.ts";
import { GrowingNumbers } from "./growing_numbers.ts";
import { NameRecords } from "./name_records.ts";
import { CANCELLED } from "./merged_names.ts";
import { layOut } from "./set_layout.ts";
import { LABEL_COUNT_WORDS, type ListOrigin, type SetTail } from "../set/set_file.ts";
import { TOP_WORDS, topWord } from "../set/set_sections.ts";
import { SetHash } from "../set/set_hash.ts";
import { SetMembers } from "./set_members.ts";

/** What a set takes of what the parser of a list reads. */
export type SetSink = Pick<ListSink, "name" | "cancel" | "address" | "pattern">;

/** Makes a set of lists, one after the other; nothing but hashes is kept of their names. */
export class SetBuilder {
  readonly #key: Uint8Array<ArrayBuffer>;
  readonly #generation: number;
  readonly #hash: SetHash;
  readonly #members = new SetMembers();
  readonly #records = new NameRecords();
  /** The low halves of the hashes of domains of two labels, many of them more than once. */
  readonly #suffixes = new GrowingNumbers();
  readonly #tops = new Int32Array(TOP_WORDS);
  readonly #labelCounts = new Uint32Array(LABEL_COUNT_WORDS);
  readonly #lists: ListOrigin[] = [];
  readonly #patterns: SetTail["patterns"][number][] = [];
  readonly #addresses: SetTail["addresses"][number][] = [];
  #lastSuffix = 0;

  /**
   * Begins with no list.
   *
   * @param key 8 octets that nobody knows.
   * @param generation Tells it from the sets before it.
   */
  constructor(key: Uint8Array<ArrayBuffer>, generation: number) {
    this.#key = key;
    this.#generation = generation;
    this.#hash = new SetHash(key);
  }

  /** Takes what the next list says. */
  addList(origin: ListOrigin): SetSink {
    const list = this.#lists.push(origin) - 1;
    const members = this.#members;
    return {
      name: (scratch, length, covers, rule, line) => {
        this.#addName(scratch, length, members.number(list, covers, rule), line);
      },
      cancel: (scratch, length, covers, rule) => {
        this.#addName(scratch, length, members.number(list, covers, rule) | CANCELLED, 0);
      },
      address: (network, rule, line) => {
        const member = members.number(list, COVERS.both, rule);
        this.#addresses.push({ network: formatCidr(network), member, line });
      },
      pattern: ({ source }, rule, line) => {
        const member = members.number(list, COVERS.both, rule);
        this.#patterns.push({ source, member, line });
      },
    };
  }

  /** What has come, as one run of memory; see `set_file.ts`. Nothing more may come. */
  build(): Slices<ArrayBuffer> {
    const { triples, rules } = this.#members;
    return layOut({
      key: this.#key,
      generation: this.#generation,
      labelCounts: this.#labelCounts,
      records: this.#records,
      suffixes: this.#suffixes,
      tops: this.#tops,
      members: triples,
      tail: { lists: this.#lists, rules, patterns: this.#patterns, addresses: this.#addresses },
    });
  }

  #addName(scratch: Uint8Array, length: number, member: number, line: number): void {
    // hot path
    const hash = this.#hash;
    const { low, high } = hash.hashes;
    hash.begin(scratch, 0, length);
    const { labels } = hash;
    assert(labels > 0, "the root is in no list");
    this.#labelCounts[labels >>> 5]! |= 1 << (labels & 31);
    if (labels === 1) {
      hash.make(1);
      this.#tops[topWord(low[1]!)]! |= 1 << (low[1]! & 31);
    } else {
      hash.make(2);
      this.#addSuffix(low[2]!);
      if (labels > 2) hash.make(labels);
    }
    this.#records.add(high[labels]!, low[labels]!, member, line);
  }

  #addSuffix(low: number): void {
    // hot path
    // Lists that are in order have many names of one domain behind each other.
    if (low === this.#lastSuffix) return;
    this.#lastSuffix = low;
    this.#suffixes.push(low);
  }
}
