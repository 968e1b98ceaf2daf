import type { RunningServer } from "./running_server.ts";
import { sleep } from "./sleep.ts";

/** What this program's status says of its cache. */
export interface CacheCounters {
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly entries: number;
}

const LOOK_EVERY_MS = 50;
const LOOKS_MAX = 100;

/**
 * What the program prints when it is sent SIGUSR2. Something must have been asked since the last time.
 *
 * @throws {Error} when it prints nothing of that kind.
 */
export async function cacheCounters(program: RunningServer): Promise<CacheCounters> {
  const cacheLine = () => program.lastWords.split("\n").filter((text) => /cache: .* MiB\)$/.test(text)).at(-1);
  const before = cacheLine();
  Deno.kill(program.pid, "SIGUSR2");
  // Something has been asked since the last time, so the line is another one.
  for (let look = 0; look < LOOKS_MAX; look++) {
    const line = cacheLine();
    if (line !== undefined && line !== before) return parse(line);
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`It does not say how its cache is doing: ${program.lastWords}`);
}

function parse(line: string): CacheCounters {
  const count = (name: string) => Number(new RegExp(`\\b${name}=(\\d+)`).exec(line)![1]);
  return { hits: count("hits"), misses: count("misses"), evictions: count("evictions"), entries: count("entries") };
}
