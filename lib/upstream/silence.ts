import { Deadline } from "../base/deadline_queue.ts";
import type { Breaker } from "./breaker.ts";

/** The deadline of one query to an upstream, after which its silence counts as a failure. Others count as well, once. */
export class Silence extends Deadline {
  /** Who is to be told. */
  readonly breaker: Breaker;
  /** Whether the query probes an upstream that was down. */
  readonly isProbe: boolean;
  readonly #onFailed: (silence: Silence) => void;
  #hasFailed = false;

  /** `onFailed` is called once at most. One function for all queries, for one each would be garbage. */
  constructor(onFailed: (silence: Silence) => void, breaker: Breaker, isProbe: boolean) {
    super();
    this.#onFailed = onFailed;
    this.breaker = breaker;
    this.isProbe = isProbe;
  }

  /** The query came to nothing. */
  fail(): void {
    if (!this.#hasFailed) this.#onFailed(this);
    this.#hasFailed = true;
  }

  /** See `Deadline`. */
  override onDue(): void {
    this.fail();
  }
}
