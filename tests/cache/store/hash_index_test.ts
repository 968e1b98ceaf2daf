import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { sharesOf } from "../../../lib/cache/store/budget.ts";
import { EntrySlab } from "../../../lib/cache/store/entry_slab.ts";
import { ELSEWHERE, HashIndex } from "../../../lib/cache/store/hash_index.ts";
import { typesWord } from "../../../lib/names/question_hash.ts";
import { writeEntry } from "../../../lib/cache/store/write_entry.ts";
import { cacheEntry } from "../../support/cache_entries.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const ENTRY_UNITS = 32;
const entry = cacheEntry();
const MIB = 1024 * 1024;

/** What is looked for: all entries here have the same name, and their hashes tell them apart. */
interface Question {
  readonly nameHash: number;
  readonly hash: number;
  readonly qtype: number;
  readonly variant: number;
}

/** Counts the entries that are looked at. */
class WatchedSlab extends EntrySlab {
  touchCount = 0;

  override answers(...question: Parameters<EntrySlab["answers"]>): boolean {
    this.touchCount++;
    return super.answers(...question);
  }
}

/** An index of so many buckets, over a slab of 64 MiB unless said otherwise. */
class Rig {
  readonly slab: WatchedSlab;
  readonly index: HashIndex;
  #free = 1;

  constructor(bucketCount: number, slabOctets = 64 * MIB) {
    this.slab = new WatchedSlab(slabOctets / 8);
    this.index = new HashIndex(this.slab, bucketCount);
  }

  link({ nameHash, hash, qtype, variant }: Question): number {
    const ref = this.#place();
    writeEntry(this.slab, ref, ENTRY_UNITS, { ...entry, qtype, variant }, nameHash, hash);
    this.index.link(ref);
    return ref;
  }

  move(ref: number): number {
    const to = this.#place();
    this.index.move(ref, to);
    this.slab.move(ref, to);
    return to;
  }

  find({ nameHash, hash, qtype, variant }: Question): number {
    const { wire, nameEnd } = entry;
    const types = typesWord(qtype, 1);
    const ref = this.index.find(nameHash, wire, nameEnd, types, variant);
    return ref === ELSEWHERE ? this.index.findElsewhere(nameHash, hash, wire, nameEnd, types, variant) : ref;
  }

  #place(): number {
    const ref = this.#free;
    this.#free += ENTRY_UNITS;
    return ref;
  }
}

function questions(seed: number, count: number): Question[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => ({
    nameHash: random.uint32() | 0,
    hash: random.uint32() | 0,
    qtype: 1,
    variant: 0,
  }));
}

/** The share of questions that nothing answers for which an entry is looked at, in an index as full as large entries make it. */
function touchingShare(bucketCount: number, slabOctets: number): number {
  const rig = new Rig(bucketCount, slabOctets);
  for (const question of questions(1, bucketCount * 8)) rig.link(question);
  const asked = questions(2, 20_000);
  let touchingCount = 0;
  for (const question of asked) {
    rig.slab.touchCount = 0;
    // The type, and whether the name exists.
    assertEquals([rig.find(question), rig.find({ ...question, qtype: 0 })], [0, 0]);
    if (rig.slab.touchCount > 0) touchingCount++;
  }
  return touchingCount / asked.length;
}

Deno.test("HashIndex: in 64 MiB, 24 of 25 names of which nothing is known touch no entry", () => {
  const share = touchingShare(512, 64 * MIB);
  // Two look-ups among eight tags of nine bits: 1/32.
  assert(share < 0.04, `${share} of the names touched entries`);
});

Deno.test("HashIndex: a name of which nothing is known is looked for in one bucket", () => {
  const rig = new Rig(512);
  for (const question of questions(1, 512 * 8)) rig.link(question);
  const { wire, nameEnd } = entry;
  const found = questions(2, 10_000).map(({ nameHash }) => rig.index.find(nameHash, wire, nameEnd, 1, 0));
  // With eight of 15 places taken on average, one bucket in a hundred has passed something on (Poisson).
  assert(found.filter((ref) => ref === ELSEWHERE).length < 200);
});

const fewHashes = fc.record({
  nameHash: fc.constantFrom(0, 1, -1, 0x7fff_ffff, -0x8000_0000),
  hash: fc.oneof(fc.constantFrom(0, -1), fc.integer()),
  qtype: fc.constantFrom(0, 1, 28, 65_535),
  variant: fc.constantFrom(0, 1, -1, 0x7ff_ffff),
});

Deno.test("HashIndex finds what a Map finds, whatever is linked, moved and unlinked, in one bucket or many", () => {
  const step = fc.record({ question: fewHashes, what: fc.constantFrom("link", "link", "link", "unlink", "move") });
  const property = fc.property(
    fc.integer({ min: 1, max: 64 }),
    fc.array(step, { maxLength: 2000, size: "max" }),
    (bucketCount, steps) => {
      const rig = new Rig(bucketCount, 64 * MIB);
      const refs = new Map<string, { question: Question; ref: number }>();
      for (const { question, what } of steps) {
        const key = [question.nameHash, question.qtype, question.variant].join();
        // The same question always has the same hash.
        const known = refs.get(key);
        assertEquals(rig.find(known?.question ?? question), known?.ref ?? 0);
        if (known === undefined && what === "link" && refs.size < rig.index.entriesMax) {
          refs.set(key, { question, ref: rig.link(question) });
        } else if (known !== undefined && what === "unlink") {
          rig.index.unlink(known.ref);
          refs.delete(key);
        } else if (known !== undefined) {
          known.ref = rig.move(known.ref);
        }
      }
      for (const { question, ref } of refs.values()) assertEquals(rig.find(question), ref);
      for (const { ref } of refs.values()) rig.index.unlink(ref);
      rig.slab.touchCount = 0;
      for (const { question } of refs.values()) assertEquals(rig.find(question), 0);
      assertEquals(rig.slab.touchCount, 0);
    },
  );
  fc.assert(property, { numRuns: 200 });
});

Deno.test("HashIndex holds as many as it says, and finds each of them", () => {
  for (const bucketCount of [1, 2, 7, 256]) {
    const rig = new Rig(bucketCount);
    const asked = questions(4, rig.index.entriesMax);
    const refs = asked.map((question) => rig.link(question));
    asked.forEach((question, i) => assertEquals(rig.find(question), refs[i]));
    rig.index.clear();
    for (const question of asked) assertEquals(rig.find(question), 0);
  }
});

Deno.test("HashIndex: all types of one name, known or not, cost others of its bucket no more than a look elsewhere", () => {
  const { bucketCount } = sharesOf(64 * MIB);
  const rig = new Rig(bucketCount);
  const random = new SeededRandom(5);
  const nameHash = random.uint32() | 0;
  // Every type, data type or not, is more than may be asked for.
  const types = Array.from({ length: 65_536 }, (_, qtype) => ({
    nameHash,
    hash: random.uint32() | 0,
    qtype,
    variant: 0,
  }));
  const refs = types.map((question) => rig.link(question));
  rig.slab.touchCount = 0;
  types.forEach((question, i) => assertEquals(rig.find(question), refs[i]));
  assert(rig.slab.touchCount < 1.1 * types.length, `${rig.slab.touchCount} entries touched`);
  rig.slab.touchCount = 0;
  for (let i = 0; i < 1000; i++) {
    assertEquals(rig.find({ nameHash, hash: random.uint32() | 0, qtype: i, variant: 1 }), 0);
  }
  assert(rig.slab.touchCount < 100, `${rig.slab.touchCount} entries touched`);
});
