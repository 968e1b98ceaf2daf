import type { Clock, WallClock } from "../../base/runtime.ts";
import type { ObservationFeed } from "../observation.ts";
import { Epoch } from "./epoch.ts";
import { ObservationRing } from "./observation_ring.ts";
import type { RecordNames } from "./ring_record.ts";
import { RingReader } from "./ring_reader.ts";

/** What a feed is made from. */
export interface RingFeedOptions {
  /** The clock of times in records. */
  readonly clock: Clock;
  /** What these are told by. */
  readonly wallClock: WallClock;
  /** What numbers in records mean. */
  readonly names: RecordNames;
  /** Lets observations be written to a ring from now on. Returns what ends that. */
  readonly fill: (ring: ObservationRing) => () => void;
}

/** Observations by way of a ring, which is there, and written to, as long as somebody reads. */
export class RingFeed implements ObservationFeed {
  readonly #options: RingFeedOptions;
  readonly #epoch: Epoch;
  readonly #readers = new Map<RingReader, (() => void) | undefined>();
  #ring: ObservationRing | null = null;
  #end = () => {};

  /** See {@linkcode RingFeedOptions}. */
  constructor(options: RingFeedOptions) {
    this.#options = options;
    this.#epoch = new Epoch(options);
  }

  /** See `ObservationFeed`. */
  watch(onMany?: () => void): RingReader {
    const ring = this.#ring ?? this.#open();
    const reader: RingReader = new RingReader(ring, this.#options.names, () => {
      this.#readers.delete(reader);
      if (this.#readers.size === 0) this.#close();
    });
    this.#readers.set(reader, onMany);
    return reader;
  }

  /** What is written to while somebody reads; `null` while nobody does. */
  get ring(): ObservationRing | null {
    return this.#ring;
  }

  #open(): ObservationRing {
    const ring = this.#ring = new ObservationRing(this.#epoch);
    ring.onMany = () => {
      for (const onMany of this.#readers.values()) onMany?.();
    };
    this.#end = this.#options.fill(ring);
    return ring;
  }

  #close(): void {
    this.#ring = null;
    this.#end();
  }
}
