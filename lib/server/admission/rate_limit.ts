import type { Clock } from "../../base/runtime.ts";
import type { Client } from "../../resolver/client.ts";

/** Networks that are remembered. The one seen first goes first; it comes back with a full bucket. */
const NETWORKS_MAX = 65_536;
/** A bucket takes at least this many, so that a page's burst of questions passes however low the rate is. */
const BURST_MIN = 10;

/** What a network may still ask. */
interface Bucket {
  /** Questions; negative after a message with more of them than were left. */
  tokens: number;
  filledAtMs: number;
}

/** A token bucket for each network of clients, see `Client.network`: a second's worth of questions at once, and the rate in the long run. */
export class RateLimit {
  #questionsPerSecond: number;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  /** Lets each network ask `questionsPerSecond`, by the time of `clock`. */
  constructor({ questionsPerSecond, clock }: { questionsPerSecond: number; clock: Clock }) {
    this.#questionsPerSecond = questionsPerSecond;
    this.#clock = clock;
  }

  /** Another rate from now on. Who has used up what there was gets no more at once for it. */
  use(questionsPerSecond: number): void {
    if (questionsPerSecond === this.#questionsPerSecond) return;
    for (const bucket of this.#buckets.values()) this.#fill(bucket);
    this.#questionsPerSecond = questionsPerSecond;
  }

  /** Whether a client may ask `questionCount` questions now. If so, they are counted. */
  allows({ network }: Client, questionCount: number): boolean {
    const bucket = this.#bucketOf(network);
    this.#fill(bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= questionCount;
    return true;
  }

  #bucketOf(network: string): Bucket {
    const known = this.#buckets.get(network);
    if (known !== undefined) return known;
    if (this.#buckets.size >= NETWORKS_MAX) this.#buckets.delete(this.#buckets.keys().next().value!);
    const bucket = { tokens: this.#burst, filledAtMs: this.#clock.nowMs() };
    this.#buckets.set(network, bucket);
    return bucket;
  }

  #fill(bucket: Bucket): void {
    const nowMs = this.#clock.nowMs();
    const earned = (nowMs - bucket.filledAtMs) / 1000 * this.#questionsPerSecond;
    bucket.tokens = Math.min(this.#burst, bucket.tokens + earned);
    bucket.filledAtMs = nowMs;
  }

  get #burst(): number {
    return Math.max(BURST_MIN, this.#questionsPerSecond);
  }
}
