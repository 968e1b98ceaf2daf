import { LOSSY_SENDS_MAX, SENDS_MAX } from "../request.ts";

/** Weight of the newest query: the share is that of the last hundred or so, and a second loss among them shows. */
const WEIGHT = 1 / 64;
/** A path that loses this much is lossy. Less is an accident, and more an outage: who is silent then is unresponsive. */
const LOSSY_SHARE = { min: 0.02, max: 0.8 };
/** Share of the questions that may get lost with all of their sends. */
const UNANSWERED_SHARE = 1e-5;

/**
 * How much of what is sent to an upstream gets lost, or its reply does. A query counts as lost when it stays unanswered
 * although its question has been answered, to another send: silence about a name may be the name's fault, and silence about
 * everything is an outage.
 */
export class PathLoss {
  #share = 0;

  /** Whether datagrams get lost again and again: then another send is what a question needs, not more patience. */
  get isLossy(): boolean {
    return this.#share >= LOSSY_SHARE.min && this.#share <= LOSSY_SHARE.max;
  }

  /** How many sends a question may take, so that hardly one of them stays without an answer. */
  get sendsMax(): number {
    if (!this.isLossy) return SENDS_MAX;
    const count = Math.ceil(Math.log(UNANSWERED_SHARE) / Math.log(this.#share));
    return Math.min(LOSSY_SENDS_MAX, Math.max(SENDS_MAX, count));
  }

  /** A query has been answered. */
  answered(): void {
    // hot path
    this.#share -= WEIGHT * this.#share;
  }

  /** A query has got lost. */
  lost(): void {
    this.#share += WEIGHT * (1 - this.#share);
  }

  /** One that was counted as lost has been answered after all: it was slow. */
  found(): void {
    this.#share = Math.max(0, this.#share - WEIGHT);
  }
}
