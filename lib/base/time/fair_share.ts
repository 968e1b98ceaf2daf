import type { Timers } from "../runtime.ts";
import { KIB } from "../units.ts";

/**
 * What may be spent in one turn of the event loop, in octets of messages: half a millisecond to a whole one, whether it goes
 * into two of the largest size or into a hundred small ones.
 */
const TURN_OCTETS = 128 * KIB;
/** What a message costs beside its octets, in the time that so many take. */
const MESSAGE_OCTETS = KIB;
/** Those who go on when the next turn comes; each of them deals with one message at least. */
const WOKEN_MAX = 2;

/**
 * Lets the event loop turn while there is much to do for some clients: what nothing has to be waited for is done without
 * a turn, and a few hundred TCP connections with large answers would keep everybody else's datagrams waiting for seconds.
 */
export class FairShare {
  readonly #timers: Timers;
  readonly #waiting: (() => void)[] = [];
  #spentOctets = 0;
  /** Cancels the timer; `null` when there is none. */
  #disarm: (() => void) | null = null;
  #isClosed = false;

  /** The next turn comes when a timer without delay fires. */
  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Whether this turn's share is used up: `nextTurn` is to be waited for. */
  get isUsedUp(): boolean {
    return this.#spentOctets >= TURN_OCTETS;
  }

  /** A message of so many octets was dealt with. */
  spend(octets: number): void {
    if (this.#isClosed) return;
    this.#spentOctets += MESSAGE_OCTETS + octets;
    // Turns come and go without a word. To ask for one only when much is spent spares most timers.
    if (this.#spentOctets >= TURN_OCTETS / 2) this.#arm();
  }

  /** Resolves in a later turn: who has come first goes on first. */
  nextTurn(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#arm();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    return promise;
  }

  /** Everybody goes on; from now on there is enough for all. */
  close(): void {
    this.#isClosed = true;
    this.#spentOctets = 0;
    this.#disarm?.();
    this.#disarm = null;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #arm(): void {
    if (this.#disarm !== null) return;
    this.#disarm = this.#timers.start(0, () => {
      this.#disarm = null;
      this.#spentOctets = 0;
      for (const resolve of this.#waiting.splice(0, WOKEN_MAX)) resolve();
      if (this.#waiting.length > 0) this.#arm();
    });
  }
}
