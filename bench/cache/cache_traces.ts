import { SeededRandom } from "../../tests/support/seeded_random.ts";
import { shuffled } from "../common/shuffled.ts";
import { Zipf } from "../common/zipf.ts";

/** What is asked in a trace. */
export interface TraceOptions {
  /** Names that are asked by Zipf's law: the k-th is asked 1/k^exponent times as often as the first. */
  readonly nameCount: number;
  readonly exponent: number;
  readonly requestCount: number;
  /** The part of all requests that asks for a random name, each once. */
  readonly randomShare: number;
  /** Whether answers grow old. */
  readonly withTtl: boolean;
}

/** Requests, one after the other. Keys below `nameCount` are names, those above are asked once. */
export interface Trace extends TraceOptions {
  readonly keys: Int32Array;
  /** One more than the highest key. */
  readonly keyCount: number;
}

/** Time runs at this rate in traces with TTLs. */
const REQUESTS_PER_SECOND = 1000;
/** TTLs as they are met: most are short. */
const TTL_SECONDS = [20, 60, 60, 300, 300, 300, 1800, 3600, 3600, 86400];

/** Draws a trace; the same options make the same one. */
export function makeTrace(options: TraceOptions): Trace {
  const random = new SeededRandom(JSON.stringify(options));
  const ranks = shuffled(options.nameCount, random);
  const zipf = new Zipf({ count: options.nameCount, exponent: options.exponent, random });
  const keys = new Int32Array(options.requestCount);
  let keyCount = options.nameCount;
  for (let i = 0; i < keys.length; i++) {
    keys[i] = random.chance(options.randomShare) ? keyCount++ : ranks[zipf.draw()]!;
  }
  return { ...options, keys, keyCount };
}

/**
 * Plays a trace against a cache and tells which part of the requests for names was answered. The first half only warms
 * the cache.
 *
 * @param access Whether a key is there.
 * @param fetch Called when a key is not there, or is too old.
 */
export function hitRatio(trace: Trace, access: (key: number) => boolean, fetch?: () => void): number {
  const expirySeconds = new Float64Array(trace.nameCount);
  let asked = 0;
  let hits = 0;
  for (let i = 0; i < trace.keys.length; i++) {
    const key = trace.keys[i]!;
    const isName = key < trace.nameCount;
    const second = i / REQUESTS_PER_SECOND;
    const isHit = access(key) && (!trace.withTtl || (isName && expirySeconds[key]! > second));
    if (!isHit) fetch?.();
    if (!isName) continue;
    if (trace.withTtl && !isHit) expirySeconds[key] = second + ttlSecondsOf(key);
    if (i < trace.keys.length / 2) continue;
    asked++;
    if (isHit) hits++;
  }
  return hits / asked;
}

/** The TTL of a name's answers. */
function ttlSecondsOf(key: number): number {
  return TTL_SECONDS[(Math.imul(key, 0x9e37_79b1) >>> 16) % TTL_SECONDS.length]!;
}
