import { LOSSY_SENDS_MAX, SENDS_MAX } from "../request.ts";

/** The share is that of the last hundred queries or so: the newest has this weight. */
const WEIGHT_MIN = 1 / 64;
/** As long as there are few, it is that of all of them, and of so many answered ones before: two lost at once are no half. */
const ANSWERED_BEFORE = 4;
/** Fewer losses are an accident. */
const LOSSES_MIN = 2;
/** A path that loses less than this does so by accident. */
const LOSSY_SHARE_MIN = 0.02;
/**
 * Share of the questions that may get lost with all of their sends, if that of the queries is what it seems to be. It is off
 * by a tenth now and then: not more than one of 100,000 is to get lost then.
 */
const UNANSWERED_SHARE = 1e-6;

/**
 * How much of what is sent to an upstream gets lost, or its reply does. A query counts as lost when it stays unanswered
 * although its question has been answered, to another send: silence about a name may be the name's fault, and silence about
 * everything is an outage.
 */
export class PathLoss {
  #share = 0;
  #weight = 1 / ANSWERED_BEFORE;
  /** Since the start. Among many, the share alone tells one from two. */
  #lossCount = 0;

  /** Whether datagrams get lost again and again: then another send is what a question needs, not more patience. */
  get isLossy(): boolean {
    return this.#share >= LOSSY_SHARE_MIN && this.#lossCount >= LOSSES_MIN;
  }

  /** How many sends a question may take, so that hardly one of them stays without an answer. */
  get sendsMax(): number {
    if (!this.isLossy) return SENDS_MAX;
    // Never enough if nothing comes back; but then there is nothing to pay for them, see `SpareSends`.
    if (this.#share === 1) return LOSSY_SENDS_MAX;
    const count = Math.ceil(Math.log(UNANSWERED_SHARE) / Math.log(this.#share));
    return Math.min(LOSSY_SENDS_MAX, Math.max(SENDS_MAX, count));
  }

  /** A query has been answered. */
  answered(): void {
    // hot path
    this.#age();
    this.#share -= this.#weight * this.#share;
  }

  /** A query has got lost. */
  lost(): void {
    this.#age();
    this.#share += this.#weight * (1 - this.#share);
    this.#lossCount++;
  }

  /** One that was counted as lost has been answered after all: it was slow. */
  found(): void {
    this.#share = Math.max(0, this.#share - this.#weight);
    this.#lossCount--;
  }

  /** One more query: as long as there are few, each of them weighs the same. */
  #age(): void {
    // hot path
    if (this.#weight > WEIGHT_MIN) this.#weight = Math.max(WEIGHT_MIN, this.#weight / (1 + this.#weight));
  }
}
