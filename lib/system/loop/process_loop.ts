import type { Timers, Turns } from "../../base/runtime.ts";
import { TurnClock } from "../../base/time/turn_clock.ts";
import type { Reactor } from "../../native/reactor/reactor.ts";

/** Deno's own timers: where a reactor waits for the sockets, they are late by up to a second. */
export const DENO_TIMERS: Timers = {
  start(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Who waits in this process, and what goes by that: turns and timers. A process has one thread that serves, and one of these. */
export class ProcessLoop implements Turns, Timers {
  /** Shows one time in each turn. */
  readonly clock: TurnClock = new TurnClock({ nowMs: () => performance.now() });
  /** Who waits for the sockets; `null`: Deno does. */
  reactor: Reactor | null = null;
  /** Why it does; empty until it was tried to be otherwise. */
  whyNot = "";

  /** See `Turns`. A turn of the reactor is one already. */
  beginTurn(): void {
    // hot path
    if (this.reactor === null || !this.reactor.isInTurn) this.clock.beginTurn();
  }

  /** See `Turns`. */
  endTurn(): void {
    // hot path
    if (this.reactor === null || !this.reactor.isInTurn) this.clock.endTurn();
  }

  /** See `Turns`. */
  atTurnEnd(work: () => void): void {
    // hot path
    if (this.reactor === null) queueMicrotask(work);
    else this.reactor.atTurnEnd(work);
  }

  /** See `Timers`. */
  start(delayMs: number, callback: () => void): () => void {
    return (this.reactor?.timers ?? DENO_TIMERS).start(delayMs, callback);
  }
}

/** Of this process. */
export const PROCESS_LOOP: ProcessLoop = new ProcessLoop();
