import type { Clock } from "../../base/runtime.ts";
import { LIMIT_MS } from "./pool/connection_limits.ts";

/**
 * Whether one upstream looks at all queries of a TLS record. Some look at the first one alone, and at the others when something more
 * comes (nsd 4.6, dnsdist 1.7): what leaves together would wait there. So each connection is put to the test with two, and once one
 * has failed none is for a while.
 */
export class Gathering {
  readonly #clock: Clock;
  #untilMs = -Infinity;

  /** Goes by `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a connection may be put to the test. */
  get mayBeTried(): boolean {
    return this.#clock.nowMs() >= this.#untilMs;
  }

  /** A record of two has brought one reply. */
  failed(): void {
    this.#untilMs = this.#clock.nowMs() + LIMIT_MS;
  }
}
