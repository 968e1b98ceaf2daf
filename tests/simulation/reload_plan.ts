import type { SocketAddress } from "../../lib/base/net/address.ts";
import type { FullConfig } from "../../lib/config/config.ts";
import { STRATEGIES } from "../../lib/upstream/group/strategy.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import { drawPolicy } from "./policy_draw.ts";
import { withWords } from "./words_draw.ts";

/** What the configuration is, from a moment on. */
export interface ReloadPlan {
  /** In milliseconds after the start. */
  readonly afterMs: number;
  /** What the file says then; `null` when it is wrong. */
  readonly config: FullConfig | null;
}

/** What reloads are drawn for. */
export interface ReloadScene {
  readonly seed: number;
  /** What is followed at first. */
  readonly config: FullConfig;
  readonly isFair: boolean;
  readonly durationMs: number;
  /** An address of the forwarder's machine that nobody asks, and one that it does not have. */
  readonly listen: { readonly other: SocketAddress; readonly impossible: SocketAddress };
}

/** One life in three. From a source of its own: the other lives stay as they are. */
export function drawReloads({ seed, config, isFair, durationMs, listen }: ReloadScene): readonly ReloadPlan[] {
  const random = new SeededRandom(`reloads ${seed}`);
  if (!random.chance(1 / 3)) return [];
  const { upstreams, maxInFlight, timeoutMs } = config;
  // A fair life has an upstream within reach that answers; without all of them nobody knows which.
  const countMin = isFair ? upstreams.length : Math.min(1, upstreams.length);
  // Now and then faster than they can be followed.
  const isStorm = random.chance(0.2);
  return Array.from({ length: isStorm ? 60 : random.between(1, 6) }, (_, i) => {
    const other: FullConfig = {
      ...config,
      upstreams: random.shuffled(upstreams).slice(0, random.between(countMin, upstreams.length)),
      strategy: random.pick(STRATEGIES),
      prefetches: random.chance(0.5),
      servesStale: config.servesStale && random.chance(0.8),
      maxInFlight: random.pick([maxInFlight, 10_000]),
      timeoutMs: isFair ? timeoutMs : random.pick([timeoutMs, Math.max(100, timeoutMs / 2)]),
      listen: [...config.listen!, ...random.pick([[], [], [listen.other], [listen.other, listen.impossible]])],
      rollbackAfterMs: random.pick([0, 30_000]),
      // What takes a restart.
      workers: random.pick([1, 2]),
    };
    const hasPolicy = upstreams.length > 0 && random.chance(0.6);
    const routed = hasPolicy ? drawPolicy(random, { config: other, countMin, upstreams }) : null;
    // From a source of its own.
    const words = new SeededRandom(`words ${seed} ${i}`);
    const policy = routed !== null && words.chance(0.8) ? withWords(routed, words) : routed;
    return {
      afterMs: isStorm ? i * Math.min(50, durationMs / 60) : random.fraction() * (durationMs + timeoutMs),
      config: random.chance(0.1) ? null : { ...other, policy },
    };
  });
}
