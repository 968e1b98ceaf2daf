import { SeededRandom } from "../../tests/support/seeded_random.ts";
import type { Step } from "./growth_tables.ts";
import { type Loads, type NameFiles, WARM_UP_NAMES, WARM_UP_SECONDS_MAX } from "../common/name_files.ts";
import { shuffled } from "../common/shuffled.ts";
import { freshName } from "../common/zone.ts";

/** All runs of the bench ask the same. */
const SEED = 1;

/**
 * What is asked for a row. All names exist by a wildcard, so that there may be more of them than a zone would be made of.
 *
 * @param seconds How long a load lasts that is limited by time.
 */
export function growthLoads({ files, seconds }: { files: NameFiles; seconds: number }, step: Step): Loads {
  return step.isCached ? cachedLoads(files, seconds, step) : coldLoads(files, seconds, step);
}

function cachedLoads(files: NameFiles, seconds: number, { nameCount }: Step): Loads {
  const asked = () => {
    // In another order than they were put into the cache: one behind the other in memory they would be cheaper.
    const file = files.file(`asked${nameCount}`, () => {
      return Array.from(shuffled(nameCount, new SeededRandom(SEED)), (index) => freshName("g", index));
    });
    return { file, seconds };
  };
  return {
    warmUp: () => {
      const file = files.fresh("g", nameCount);
      return [{ file, seconds: null }, { file, seconds: Math.min(seconds, WARM_UP_SECONDS_MAX) }];
    },
    full: asked,
    atRate: asked,
  };
}

function coldLoads(files: NameFiles, seconds: number, { nameCount }: Step): Loads {
  return {
    warmUp: () => [{ file: files.fresh("w", WARM_UP_NAMES), seconds: null }],
    full: () => ({ file: files.fresh("e", nameCount), seconds: null }),
    atRate: (rate) => ({ file: files.fresh("c", Math.ceil(rate * seconds)), seconds: null }),
  };
}
