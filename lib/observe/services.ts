import type { Clock, Timers, Turns, WallClock } from "../base/runtime.ts";
import type { DeadlineQueue } from "../base/time/deadline_queue.ts";
import type { FairShare } from "../base/time/fair_share.ts";
import type { Counters } from "./counters.ts";
import type { Log } from "./log.ts";
import type { UpstreamTaps } from "./upstream_tap.ts";

/**
 * What nearly everything is made with. Whoever needs some of it says so: `extends Pick<Services, "clock" | "counters">`. There is
 * one of each in a program.
 */
export interface Services {
  /** What the time is read from. It never goes back, and stands still while the machine sleeps. */
  readonly clock: Clock;
  /** What the time of day is read from, for what other machines have to understand. */
  readonly wallClock: WallClock;
  /** The system's timers, for what waits alone; many wait in `deadlines`. */
  readonly timers: Timers;
  /** Where one turn of the event loop ends and the next begins. */
  readonly turns: Turns;
  /** Where deadlines wait, all with one timer. */
  readonly deadlines: DeadlineQueue;
  /** Lets others have their turn where one would take long. */
  readonly share: FairShare;
  /** Where what happens is counted. */
  readonly counters: Counters;
  /** Who is shown what goes to upstreams and comes from them. */
  readonly taps: UpstreamTaps;
  /** Where the operator reads. */
  readonly log: Log;
}
