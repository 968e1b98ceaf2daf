import { CacheStore } from "../../lib/cache/store/cache_store.ts";
import { liveWithCache } from "./cache_life.ts";
import { simulate, type SimulationResult } from "./simulation.ts";

/** What the usual way counts for itself. */
const OWN_COUNTS = / slots?[A-Z]\w*=\d+/g;
const OWN_COUNTER = /^counter slots?[A-Z]/;

/** A life on the usual way, and the same one without it: what differs are faults, too. */
export async function liveBothWays(seed: number): Promise<SimulationResult> {
  const [usual, layers] = [
    await remembering(() => simulate(seed, { isTraceKept: true })),
    await remembering(() => {
      return simulate(seed, { isTraceKept: true, hasFastPath: false });
    }),
  ];
  const faults = [
    ...usual.life.faults,
    ...layers.life.faults,
    ...difference("course", tracesOf(usual.life), tracesOf(layers.life)),
    ...difference("counters", countsOf(usual.life), countsOf(layers.life)),
    ...difference("memory", usual.learned, layers.learned),
  ];
  return { ...usual.life, faults };
}

/** The same for hours with a cache. */
export async function cacheBothWays(seed: number): Promise<Awaited<ReturnType<typeof liveWithCache>>> {
  const [usual, layers] = [
    await remembering(() => liveWithCache(seed)),
    await remembering(() => liveWithCache(seed, false)),
  ];
  const faults = [
    ...usual.life.faults,
    ...layers.life.faults,
    ...difference("course", [usual.life.traceHash], [layers.life.traceHash]),
    ...difference("counters", countsOf(usual.life), countsOf(layers.life)),
    ...difference("memory", usual.learned, layers.learned),
  ];
  return { ...usual.life, faults };
}

function tracesOf({ traceLines }: SimulationResult): readonly string[] {
  return traceLines.map((line) => line.replaceAll(OWN_COUNTS, ""));
}

function countsOf({ counts }: { readonly counts: ReadonlyMap<string, number> }): readonly string[] {
  return [...counts].filter(([name]) => !OWN_COUNTER.test(name)).map(([name, count]) => `${name}=${count}`).toSorted();
}

/** The first lines that are not the same. */
function difference(what: string, usual: readonly string[], layers: readonly string[]): string[] {
  const count = Math.max(usual.length, layers.length);
  const at = Array.from({ length: count }, (_, i) => i).find((i) => usual[i] !== layers[i]);
  return at === undefined ? [] : [`${what}, ${at + 1} of ${count}: ${usual[at]} on the usual way, else ${layers[at]}`];
}

/** Lives, and writes down what is learned and forgotten meanwhile, octet for octet. */
async function remembering<T>(live: () => Promise<T>): Promise<{ life: T; learned: readonly string[] }> {
  const learned: string[] = [];
  const { insert, remove } = CacheStore.prototype;
  CacheStore.prototype.insert = function (entry) {
    const { wire, nameEnd, qtype, qclass, variant, message, options, kind, streak, storedAtMs, expiresAtMs } = entry;
    const question = [wire.subarray(12, nameEnd).toHex(), qtype, qclass, variant];
    const ttls = Array.from({ length: entry.ttlCount }, (_, i) => entry.ttlOffsets[i]);
    const octets = [message.toHex(), options.toHex(), ttls.join(",")];
    learned.push(
      ["learns", ...question, kind, streak, storedAtMs, expiresAtMs, entry.keepUntilMs, ...octets].join(" "),
    );
    return insert.call(this, entry);
  };
  CacheStore.prototype.remove = function (ref) {
    learned.push(`forgets ${ref}`);
    remove.call(this, ref);
  };
  try {
    return { life: await live(), learned };
  } finally {
    Object.assign(CacheStore.prototype, { insert, remove });
  }
}
