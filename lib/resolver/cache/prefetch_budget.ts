/** Prefetches for each question that goes upstream, however often it is sent: at most one in ten. */
const PREFETCHES_PER_QUESTION = 0.1;
/** So few saved up that they stay within the one in ten, whenever they are used. */
const PREFETCHES_SAVED_MAX = 10;

/** Bounds what is asked beside what clients ask. It lasts as long as the program: who reloads often earns no less, and no more. */
export class PrefetchBudget {
  #left = 0;
  /** Questions that `#left` has been reckoned from. */
  #seenQuestions = 0;

  /** Whether there may be one more prefetch, now that upstreams have been asked so many questions; then it is counted. */
  take(upstreamQuestions: number): boolean {
    // hot path
    const earned = PREFETCHES_PER_QUESTION * (upstreamQuestions - this.#seenQuestions);
    this.#seenQuestions = upstreamQuestions;
    this.#left = Math.min(PREFETCHES_SAVED_MAX, this.#left + earned);
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
