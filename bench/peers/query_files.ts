import { SeededRandom } from "../../tests/support/seeded_random.ts";
import { type Load, type Loads, NameFiles, WARM_UP_NAMES, WARM_UP_SECONDS_MAX } from "../common/name_files.ts";
import { shuffled } from "../common/shuffled.ts";
import { nameAt } from "../common/zone.ts";
import { HOT_NAMES, type Workload, ZIPF_EXPONENT, ZIPF_QUERIES_PER_NAME } from "../common/workloads.ts";
import { Zipf } from "../common/zipf.ts";

/** All runs of the bench ask the same. */
const SEED = 1;

/** Writes the names that are asked into files for dnsperf, each file when it is first needed. */
export class QueryFiles {
  readonly #files: NameFiles;
  readonly #nameCount: number;
  readonly #seconds: number;

  /** @param seconds How long a load lasts that is limited by time. */
  constructor({ folder, nameCount, seconds }: { folder: string; nameCount: number; seconds: number }) {
    this.#files = new NameFiles(folder);
    this.#nameCount = nameCount;
    this.#seconds = seconds;
  }

  /** What is asked under `workload`. */
  loads(workload: Workload): Loads {
    return {
      warmUp: () => [this.#warmUp(workload)],
      full: () => this.#full(workload),
      atRate: (rate) => this.#atRate(workload, rate),
    };
  }

  /**
   * What comes before everything that is measured: where hits are measured, the hot names, so that caches know them;
   * elsewhere names that are not asked again.
   */
  #warmUp({ names }: Workload): Load {
    if (names === "hot") return { file: this.#hot(), seconds: Math.min(this.#seconds, WARM_UP_SECONDS_MAX) };
    return { file: this.#files.fresh("w", Math.min(WARM_UP_NAMES, this.#nameCount)), seconds: null };
  }

  /**
   * For full load. How many hits and misses there are must not depend on how fast a server is, so only hits are limited
   * by time; everything else is the same number of queries for all.
   */
  #full({ names }: Workload): Load {
    if (names === "hot") return { file: this.#hot(), seconds: this.#seconds };
    const zipfQueries = this.#nameCount * ZIPF_QUERIES_PER_NAME;
    return { file: names === "zipf" ? this.#zipf(SEED, zipfQueries) : this.#every(), seconds: null };
  }

  /** For a load at `rate` queries per second, after the full load: hot names, Zipf's further draws, other cold names. */
  #atRate({ names }: Workload, rate: number): Load {
    if (names === "hot") return { file: this.#hot(), seconds: this.#seconds };
    const count = Math.ceil(rate * this.#seconds);
    return { file: names === "zipf" ? this.#zipf(SEED + 1, count) : this.#files.fresh("c", count), seconds: null };
  }

  #hot(): string {
    return this.#files.file("hot", () => [...shuffled(HOT_NAMES, new SeededRandom(SEED))].map(nameAt));
  }

  #every(): string {
    return this.#files.file("every", () => [...shuffled(this.#nameCount, new SeededRandom(SEED))].map(nameAt));
  }

  #zipf(seed: number, count: number): string {
    return this.#files.file(`zipf${seed}-${count}`, () => {
      const zipf = new Zipf({ count: this.#nameCount, exponent: ZIPF_EXPONENT, random: new SeededRandom(seed) });
      // Popularity has nothing to do with the order of the names.
      const byRank = shuffled(this.#nameCount, new SeededRandom(SEED));
      return Array.from({ length: count }, () => nameAt(byRank[zipf.draw()]!));
    });
  }
}
