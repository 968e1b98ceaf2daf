import { clientNetwork, ONE_CLIENT } from "../../base/net/client_network.ts";
import type { Clock } from "../../base/runtime.ts";

/** The pause behind the first login that fails; each further one doubles it. */
export const PAUSE_MIN_MS = 1000;
/** The longest pause. */
export const PAUSE_MAX_MS = 30_000;
/** Sources of failures that are remembered; the oldest is forgotten for another. */
export const SOURCES_MAX = 1000;
/** A source is forgotten when nothing has failed for so long. */
const FORGET_MS = 600_000;

/** Slows down who tries tokens, by where he comes from. Nobody who has logged in is asked, and no right token counts. */
export class LoginThrottle {
  readonly #clock: Clock;
  /** In the order of their last failures. */
  readonly #sources = new Map<string, { readonly untilMs: number; readonly pauseMs: number }>();
  #failureCount = 0;

  /** Goes by `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Logins that have failed, those that were not looked at included. */
  get failureCount(): number {
    return this.#failureCount;
  }

  /** How long an address still has to wait before its next try is looked at; 0 for not at all. */
  waitMs(address: string): number {
    const { untilMs = 0 } = this.#sources.get(sourceOf(address)) ?? {};
    return Math.max(0, untilMs - this.#clock.nowMs());
  }

  /** A try from there has failed. */
  failed(address: string): void {
    const source = sourceOf(address);
    const nowMs = this.#clock.nowMs();
    const former = this.#sources.get(source);
    const isKnown = former !== undefined && nowMs - former.untilMs < FORGET_MS;
    const pauseMs = isKnown ? Math.min(PAUSE_MAX_MS, 2 * former.pauseMs) : PAUSE_MIN_MS;
    this.#sources.delete(source);
    if (this.#sources.size === SOURCES_MAX) this.#sources.delete(this.#sources.keys().next().value!);
    this.#sources.set(source, { untilMs: nowMs + pauseMs, pauseMs });
    this.#failureCount++;
  }

  /** A try that was not looked at, because it came too early. */
  turnedAway(): void {
    this.#failureCount++;
  }

  /** A try from there has succeeded. */
  succeeded(address: string): void {
    this.#sources.delete(sourceOf(address));
  }
}

/** Who has a network to himself may have any address in it. */
function sourceOf(address: string): string {
  return clientNetwork(address, ONE_CLIENT);
}
