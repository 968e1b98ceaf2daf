import { assert, assertEquals } from "@std/assert";
import { EntrySlab } from "../../../lib/cache/store/entry_slab.ts";
import { HashIndex } from "../../../lib/cache/store/hash_index.ts";
import { typesWord } from "../../../lib/names/question_hash.ts";
import { writeEntry } from "../../../lib/cache/store/write_entry.ts";
import { cacheEntry } from "../../support/cache_entries.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const ENTRY_UNITS = 32;
const CHAINS = 1024;
const entry = cacheEntry();

/** Counts the entries that are looked at. */
class WatchedSlab extends EntrySlab {
  touchCount = 0;

  override answers(...question: Parameters<EntrySlab["answers"]>): boolean {
    this.touchCount++;
    return super.answers(...question);
  }
}

function hashes(seed: number, count: number): number[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => random.uint32() | 0);
}

/** As many entries as 64 MiB hold for their chains, and as many bits in a reference. */
function filled(entryHashes: readonly number[]) {
  const slab = new WatchedSlab(64 * 1024 * 1024 / 8);
  const index = new HashIndex(slab, CHAINS);
  const refs = entryHashes.map((hash, i) => {
    const ref = 1 + i * ENTRY_UNITS;
    writeEntry(slab, ref, ENTRY_UNITS, entry, hash);
    index.link(ref);
    return ref;
  });
  const find = (hash: number) => index.find(hash, entry.wire, entry.nameEnd, typesWord(entry.qtype, entry.qclass), 0);
  return { slab, index, refs, find };
}

Deno.test("HashIndex: nine of ten questions that nothing answers touch no entry", () => {
  const { slab, find } = filled(hashes(1, CHAINS * 0.6));
  let touchingCount = 0;
  for (const hash of hashes(2, 10_000)) {
    slab.touchCount = 0;
    assertEquals(find(hash), 0);
    if (slab.touchCount > 0) touchingCount++;
  }
  assert(touchingCount < 1_000, `${touchingCount} of 10000 questions touched entries`);
});

Deno.test("HashIndex: what stays is found, and what is gone leaves no mark, whatever is taken out and moved", () => {
  const entryHashes = hashes(3, CHAINS * 4);
  const { slab, index, refs, find } = filled(entryHashes);
  let free = 1 + refs.length * ENTRY_UNITS;
  for (let i = 0; i < refs.length; i++) {
    if (i % 3 === 0) index.unlink(refs[i]!);
    if (i % 3 !== 1) continue;
    index.move(refs[i]!, free);
    slab.move(refs[i]!, free);
    refs[i] = free;
    free += ENTRY_UNITS;
  }
  entryHashes.forEach((hash, i) => assertEquals(find(hash), i % 3 === 0 ? 0 : refs[i]));
  for (let i = 0; i < refs.length; i++) if (i % 3 !== 0) index.unlink(refs[i]!);
  slab.touchCount = 0;
  for (const hash of entryHashes) assertEquals(find(hash), 0);
  assertEquals(slab.touchCount, 0);
});
