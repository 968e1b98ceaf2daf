import type { Session } from "./session.ts";
import { StreamTotals } from "./stream_account.ts";

/** Of a session, what it takes to end it for another one. */
export type Resident = Pick<Session, "idleSinceMs" | "stop">;

/** The connections of one client. */
export class Residents {
  /** What is open and waits. */
  readonly totals: StreamTotals = new StreamTotals();
  /** Who serves them → what says that it has left. */
  readonly #leaves = new Map<Resident, () => void>();

  /** One more is served; `leave` is called when it has to go. */
  enter(resident: Resident, leave: () => void): void {
    this.#leaves.set(resident, leave);
  }

  /** It has ended. */
  leave(resident: Resident): void {
    this.#leaves.delete(resident);
  }

  /** The one that has been idle for the longest time, if since `untilMs` or before; `null` for none. */
  longestIdle(untilMs: number): Resident | null {
    let found: Resident | null = null;
    let sinceMs = untilMs;
    for (const resident of this.#leaves.keys()) {
      const { idleSinceMs } = resident;
      // The first of several: it has been here longer.
      if (idleSinceMs < sinceMs || (found === null && idleSinceMs === sinceMs)) {
        [found, sinceMs] = [resident, idleSinceMs];
      }
    }
    return found;
  }

  /** Ends one of them, whose place is free at once. */
  end(resident: Resident): void {
    this.#leaves.get(resident)!();
    void resident.stop();
  }
}
