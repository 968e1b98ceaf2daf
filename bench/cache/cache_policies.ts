/**
 * Compares what eviction policies keep: `deno task bench:cache`. Prints hit ratios, which follow from seeds alone, as a
 * table in Markdown.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { cacheEntry, cacheStore, findEntry, octetsOf } from "../../tests/support/cache_entries.ts";
import { NOT_FOUND } from "../../lib/cache/store/cache_store.ts";
import {
  Clock,
  Fifo,
  Lru,
  type ModelOptions,
  type PolicyModel,
  S3Fifo,
  type S3FifoOptions,
  Sieve,
  WTinyLfu,
} from "./cache_models.ts";
import { hitRatio, makeTrace, type Trace, type TraceOptions } from "./cache_traces.ts";
import { table } from "../common/table.ts";

const POLICIES: Readonly<Record<string, (options: ModelOptions) => PolicyModel>> = {
  FIFO: (options) => new Fifo(options),
  LRU: (options) => new Lru(options),
  CLOCK: (options) => new Clock(options),
  SIEVE: (options) => new Sieve(options),
  "S3-FIFO": (options) => new S3Fifo(options),
  "S3-FIFO, 2 uses": (options) => new S3Fifo({ ...options, promotionUses: 2 }),
  "W-TinyLFU": (options) => new WTinyLfu(options),
};
/** Room for this part of the names. */
const SIZES = [0.005, 0.01, 0.05, 0.1];

/** With these the real store is compared with its model. */
const STORE_TRACES = [1, 3, 4, 7, 9];
const STORE_SIZES = [0.01, 0.1];

/** S3-FIFO with other shares, on these. */
const SHARE_TRACES = [4, 7, 9];
const SHARES: readonly Omit<S3FifoOptions, keyof ModelOptions>[] = [
  { smallShare: 0.05 },
  { smallShare: 0.1 },
  { smallShare: 0.2 },
  { ghostShare: 0.5 },
  { ghostShare: 2 },
];

const SMALL = { nameCount: 100_000, requestCount: 2_000_000, randomShare: 0, withTtl: false };
const LARGE = { nameCount: 1_000_000, requestCount: 5_000_000, randomShare: 0, withTtl: false };
const TRACES: readonly TraceOptions[] = [
  { ...SMALL, exponent: 0.9 },
  { ...SMALL, exponent: 1 },
  { ...SMALL, exponent: 1, randomShare: 0.5 },
  { ...LARGE, exponent: 0.9 },
  { ...LARGE, exponent: 1 },
  { ...LARGE, exponent: 0.9, randomShare: 0.3 },
  { ...LARGE, exponent: 1, randomShare: 0.3 },
  { ...LARGE, exponent: 1, randomShare: 0.5 },
  { ...LARGE, exponent: 1, withTtl: true },
  { ...LARGE, exponent: 1, withTtl: true, randomShare: 0.5 },
];

const rows = TRACES.flatMap((options) => {
  const trace = makeTrace(options);
  return SIZES.map((size) => {
    const modelOptions = { capacity: Math.round(size * trace.nameCount), keyCount: trace.keyCount };
    const ratios = Object.values(POLICIES).map((make) => modelHitRatio(trace, make(modelOptions)));
    return [traceText(trace), percent(size), ...ratios.map(percent)];
  });
});
console.log(table([["Trace", "Size", ...Object.keys(POLICIES)], ...rows]));

const shareRows = TRACES.filter((_, i) => SHARE_TRACES.includes(i)).flatMap((options) => {
  const trace = makeTrace(options);
  return STORE_SIZES.map((size) => {
    const capacity = Math.round(size * trace.nameCount);
    const ratios = SHARES.map((shares) =>
      modelHitRatio(trace, new S3Fifo({ capacity, keyCount: trace.keyCount, ...shares }))
    );
    return [traceText(trace), percent(size), ...ratios.map(percent)];
  });
});
const shareTexts = SHARES.map(({ smallShare = 0.1, ghostShare = 1 }) =>
  `small ${percent(smallShare)}, ghosts × ${ghostShare}`
);
console.log(`\n${table([["S3-FIFO", "Size", ...shareTexts], ...shareRows])}`);

const storeRows = TRACES.filter((_, i) => STORE_TRACES.includes(i)).flatMap((options) => {
  const trace = makeTrace(options);
  return STORE_SIZES.map((size) => {
    const { ratio, count } = storeHitRatio(trace, Math.round(size * trace.nameCount));
    const model = modelHitRatio(trace, new S3Fifo({ capacity: count, keyCount: trace.keyCount }));
    return [traceText(trace), `${count}`, percent(model), percent(ratio)];
  });
});
console.log(`\n${table([["Trace", "Entries", "S3-FIFO, the model", "CacheStore"], ...storeRows])}`);

function modelHitRatio(trace: Trace, model: PolicyModel): number {
  return hitRatio(trace, (key) => model.access(key));
}

/** The same with the real store, of about the size that holds `capacity` entries. */
function storeHitRatio(trace: Trace, capacity: number): { ratio: number; count: number } {
  const entry = cacheEntry({ name: "n0000000.example.org", messageOctets: 120 });
  const store = cacheStore({ budgetOctets: Math.round(capacity * octetsOf(entry) * 1.04) });
  const ratio = hitRatio(trace, (key) => {
    for (let i = 0, rest = key; i < 7; i++, rest = (rest / 10) | 0) entry.wire[20 - i] = 0x30 + rest % 10;
    entry.message.set(entry.wire);
    return findEntry(store, entry) !== NOT_FOUND;
  }, () => store.insert(entry));
  return { ratio, count: store.count };
}

function traceText({ nameCount, exponent, randomShare, withTtl }: TraceOptions): string {
  const names = `${nameCount / 1000}k names, s = ${exponent.toFixed(1)}`;
  return names + (randomShare > 0 ? `, ${percent(randomShare)} random` : "") + (withTtl ? ", TTLs" : "");
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)} %`;
}
