import { Latencies } from "../../observe/tally/latencies.ts";
import { type Protocol, PROTOCOLS } from "../endpoint.ts";
import { FAILURE_REASONS, type FailureReason, type UpstreamTraffic } from "./upstream_traffic.ts";

/** RCODEs that are counted one by one, see RFC 6895 §2.3; higher ones need more than four bits, and are counted in the last place. */
const RCODE_COUNT = 32;

/** Counts what goes to an upstream and comes back. */
export class TrafficCounts {
  readonly #replyTimes = new Latencies(1);
  readonly #rcodes = new Float64Array(RCODE_COUNT);
  readonly #failures = new Map<FailureReason, number>();
  /** In the order of `PROTOCOLS`. */
  readonly #queries = new Float64Array(PROTOCOLS.length);
  #failureCount = 0;
  #hedgeCount = 0;
  #probeCount = 0;

  /** A message has been sent, over this; or, with -1, has not been after all. */
  sent(protocol: Protocol, count: 1 | -1 = 1): void {
    // hot path
    // A look into a `Map` takes longer than the few words of that list.
    this.#queries[PROTOCOLS.indexOf(protocol)]! += count;
  }

  /** A reply with that RCODE was accepted, so long after what it replies to was sent. */
  heard(rcode: number, tookMs: number): void {
    // hot path
    this.#rcodes[Math.min(rcode, RCODE_COUNT - 1)]!++;
    this.#replyTimes.add(0, tookMs);
  }

  /** A question has come to nothing. */
  failed(reason: FailureReason): void {
    this.#failureCount++;
    this.#failures.set(reason, (this.#failures.get(reason) ?? 0) + 1);
  }

  /** It is asked once more, or is the next one, because there was silence. */
  hedged(): void {
    this.#hedgeCount++;
  }

  /** It is asked to see whether it is back. */
  probed(): void {
    this.#probeCount++;
  }

  /** Questions that have come to nothing. */
  get failureCount(): number {
    return this.#failureCount;
  }

  /** All of it. */
  get traffic(): UpstreamTraffic {
    const inOrder = <K>(keys: readonly K[], counts: ReadonlyMap<K, number>) => {
      return Object.fromEntries(keys.map((key) => [key, counts.get(key) ?? 0]).filter(([, count]) => count !== 0));
    };
    return {
      replyTimes: this.#replyTimes.histogram(0),
      failures: inOrder(FAILURE_REASONS, this.#failures),
      rcodes: [...this.#rcodes].map((count, rcode) => [rcode, count] as const).filter(([, count]) => count > 0),
      queries: inOrder(PROTOCOLS, new Map(PROTOCOLS.map((protocol, i) => [protocol, this.#queries[i]!]))),
      hedgeCount: this.#hedgeCount,
      probeCount: this.#probeCount,
    };
  }
}
