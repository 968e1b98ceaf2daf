import type { Refusal } from "../refusal.ts";
import { type Failure, OutageEvidence } from "./outage_evidence.ts";

/** The first pause before a probe; each failed probe doubles it. */
export const BACKOFF_MIN_MS = 1000;
/** The longest pause: after an outage of hours the upstream is back in use within half a minute. */
export const BACKOFF_MAX_MS = 30_000;

/** A change of state that the operator should hear of. */
export type Transition = "opened" | "closed";

/**
 * Decides whether an upstream is asked. *Closed*: it is. *Open*: it failed again and again, see
 * `OutageEvidence`, and is left alone until its pause is over. *Half-open*: one query probes it; an answer closes the breaker, silence opens it for twice as long.
 */
export class Breaker {
  #state: "closed" | "open" | "half-open" = "closed";
  readonly #evidence = new OutageEvidence();
  #backoffMs = BACKOFF_MIN_MS;
  #probeAtMs = 0;
  #refusal: Refusal | null = null;
  #openedAtMs = 0;

  /** Whether the upstream takes part in ordinary queries. */
  get isClosed(): boolean {
    return this.#state === "closed";
  }

  /** Whether something has failed since the last success. */
  get hasFailures(): boolean {
    return this.#evidence.hasAny;
  }

  /**
   * Whether there is no point in waiting for the upstream, whatever is asked. That takes more than an open breaker, which
   * only puts others first: one slow name, asked for its addresses of both families, must not speak for all others.
   */
  get isKnownBad(): boolean {
    return !this.isClosed && (this.#refusal !== null || this.#evidence.hasTwoNames);
  }

  /** Why the upstream is not believed to be who it should be, if that is why it is left alone. */
  get refusal(): Refusal | null {
    return this.#refusal;
  }

  /** See the class. */
  get state(): "closed" | "open" | "half-open" {
    return this.#state;
  }

  /** Since when the upstream is left alone, probes aside; `null` when it is asked. */
  get openSinceMs(): number | null {
    return this.isClosed ? null : this.#openedAtMs;
  }

  /** The state as the operator is told. */
  get stateName(): "up" | "down" | "probing" {
    return STATE_NAMES[this.#state];
  }

  /** The upstream has answered. */
  succeeded(): Transition | null {
    const wasClosed = this.isClosed;
    this.#state = "closed";
    this.#refusal = null;
    this.#evidence.clear();
    this.#backoffMs = BACKOFF_MIN_MS;
    return wasClosed ? null : "closed";
  }

  /** A query to the upstream, other than its probe, came to nothing. */
  failed(failure: Failure, nowMs: number): Transition | null {
    this.#evidence.add(failure);
    // What was sent before the breaker opened may fail for a while; only the probe itself says how the probe went.
    if (this.#state !== "closed" || !this.#evidence.isEnough) return null;
    this.#open(nowMs);
    return "opened";
  }

  /** The probe came to nothing. */
  probeFailed(failure: Failure, nowMs: number): Transition | null {
    // Somebody else has had an answer meanwhile: this is one failure among successes.
    if (this.#state !== "half-open") return this.failed(failure, nowMs);
    this.#backoffMs = Math.min(BACKOFF_MAX_MS, 2 * this.#backoffMs);
    this.#open(nowMs);
    return null;
  }

  /**
   * The upstream has not proved who it is: nothing is sent to it, whatever is known of it otherwise. Returns "opened" also if it was
   * left alone for another reason.
   */
  untrusted(refusal: Refusal, nowMs: number): Transition | null {
    const isNews = this.isClosed || this.#refusal?.kind !== refusal.kind;
    this.#backoffMs = BACKOFF_MAX_MS;
    this.#open(nowMs);
    this.#refusal = refusal;
    return isNews ? "opened" : null;
  }

  /** Whether to probe now. `true` means that the caller does: until its outcome is told, nobody else is. */
  beginProbe(nowMs: number): boolean {
    if (this.#state !== "open" || nowMs < this.#probeAtMs) return false;
    this.#state = "half-open";
    return true;
  }

  #open(nowMs: number): void {
    if (this.isClosed) this.#openedAtMs = nowMs;
    this.#state = "open";
    this.#refusal = null;
    this.#probeAtMs = nowMs + this.#backoffMs;
  }
}

const STATE_NAMES = { closed: "up", open: "down", "half-open": "probing" } as const;
