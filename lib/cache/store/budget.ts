import { assert } from "../../base/assert.ts";
import { UNIT_OCTETS } from "./entry_layout.ts";
import { GHOST_OCTETS } from "./ghosts.ts";
import { HashIndex } from "./hash_index.ts";

/** Less than this holds nothing worth the while. */
export const BUDGET_OCTETS_MIN = 64 * 1024;
/** What an octet's place in one typed array can say with 32 bits. */
export const BUDGET_OCTETS_MAX = 4 * 1024 ** 3;
/** So many octets of the budget for a bucket of the index, which has 15 places: 4 % of it. Most entries take 130 to 250 octets. */
const BUDGET_PER_BUCKET = 1600;
/** There are at most as many ghosts as there would be entries of this size. */
const BUDGET_PER_GHOST = 128;

/** What a budget is spent on. */
export interface Shares {
  /** Ghosts, a power of two. */
  readonly ghostCount: number;
  /** Buckets of the index. */
  readonly bucketCount: number;
  /** What is left for entries, in units. */
  readonly units: number;
}

/** Shares out the memory of a store, to the octet. */
export function sharesOf(budgetOctets: number): Shares {
  const isWithinLimits = budgetOctets >= BUDGET_OCTETS_MIN && budgetOctets <= BUDGET_OCTETS_MAX;
  assert(isWithinLimits, "a cache has a budget within limits");
  const ghostCount = 2 ** Math.floor(Math.log2(budgetOctets / BUDGET_PER_GHOST));
  const bucketCount = Math.floor(budgetOctets / BUDGET_PER_BUCKET);
  const rest = budgetOctets - ghostCount * GHOST_OCTETS - HashIndex.octetsFor(bucketCount);
  return { ghostCount, bucketCount, units: Math.floor(rest / UNIT_OCTETS) };
}
