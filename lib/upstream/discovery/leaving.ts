import { Alarm } from "../../base/time/deadline_queue.ts";
import type { Services } from "../../observe/services.ts";

/** What was asked of somebody who is not asked any more has come to its end by then. */
const LEAVE_MS = 30_000;

/** Those who are not asked any more, and are closed when what they were asked has come to its end. */
export class Leaving {
  readonly #services: Pick<Services, "clock" | "deadlines">;
  readonly #alarms = new Map<{ close(): void }, Alarm>();

  /** Nobody yet. */
  constructor(services: Pick<Services, "clock" | "deadlines">) {
    this.#services = services;
  }

  /** One more. */
  add(opened: { close(): void }): void {
    const { clock, deadlines } = this.#services;
    const alarm = new Alarm(() => {
      this.#alarms.delete(opened);
      opened.close();
    });
    this.#alarms.set(opened, alarm);
    deadlines.schedule(alarm, clock.nowMs() + LEAVE_MS);
  }

  /** Closes them all. */
  close(): void {
    for (const [opened, alarm] of this.#alarms) {
      this.#services.deadlines.cancel(alarm);
      opened.close();
    }
    this.#alarms.clear();
  }
}
