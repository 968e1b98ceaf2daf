import type { Clock, WallClock } from "../base/runtime.ts";
import type { ObservationRing } from "../observe/ring/observation_ring.ts";
import { RingFeed } from "../observe/ring/ring_feed.ts";
import { RingMerger } from "../observe/ring/ring_merger.ts";
import { RECORD_NAMES } from "../server/observation_writer.ts";
import type { ObservedReport } from "./messages.ts";

/** What observations are gathered with. */
export interface GatheringOptions {
  /** The clock of times here. */
  readonly clock: Clock;
  /** What these are told by. */
  readonly wallClock: WallClock;
  /** Lets all workers, and those that follow them, tell what leaves for clients from now on; 0 ends it. */
  readonly follow: (round: number) => void;
}

/**
 * What leaves for clients of all workers. They tell as long as somebody reads: those of one in their order, and those of several
 * as they come, a tenth of a second late. What a worker has not told when it dies is lost, and nobody knows how much that was.
 */
export class Gathering {
  /** All of it. */
  readonly feed: RingFeed;
  readonly #mergers = new Map<number, RingMerger>();
  #ring: ObservationRing | null = null;
  #round = 0;

  /** See {@linkcode GatheringOptions}. */
  constructor({ clock, wallClock, follow }: GatheringOptions) {
    this.feed = new RingFeed({
      clock,
      wallClock,
      names: RECORD_NAMES,
      fill: (ring) => {
        this.#ring = ring;
        follow(++this.#round);
        return () => {
          this.#ring = null;
          this.#mergers.clear();
          follow(0);
        };
      },
    });
  }

  /** A worker tells. Returns whether that is still wanted: then it shall go on. */
  take(worker: number, { round, isFirst, words, ...told }: ObservedReport): boolean {
    if (this.#ring === null || round !== this.#round) return false;
    if (isFirst) this.#mergers.set(worker, new RingMerger(this.#ring, worker));
    const octets = Uint8Array.fromBase64(words);
    this.#mergers.get(worker)?.merge({ ...told, words: new Int32Array(octets.buffer, 0, octets.length >>> 2) });
    return true;
  }
}
