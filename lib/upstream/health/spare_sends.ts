/** What a reply pays for. */
const SENDS_PER_REPLY = 2;
/** So many may be saved up: as many as an upstream that falls silent gets beyond three for each question. */
const SAVED_MAX = 64;

/**
 * Sends beyond the first `SENDS_MAX` of a question, which an upstream beyond a lossy path may get; its replies pay for them.
 * So whoever is overloaded, and answers little of what it is asked, gets no more than three queries for each question and two
 * for each reply; and whoever falls silent gets three for each question from then on, as anybody does (RFC 9520 §3.1), and
 * what is saved up.
 *
 * That is enough where up to three quarters of the round trips get lost: if `q` of them do, `q³ / (1 − q)` further sends are
 * wanted for each question, 0.3 at a half and 1.7 at three quarters.
 */
export class SpareSends {
  #left = 0;

  /** Whether there is one. */
  get hasAny(): boolean {
    return this.#left > 0;
  }

  /** A reply has come. */
  earn(): void {
    // hot path
    this.#left = Math.min(SAVED_MAX, this.#left + SENDS_PER_REPLY);
  }

  /** One has been sent. */
  spend(): void {
    if (this.#left > 0) this.#left--;
  }
}
