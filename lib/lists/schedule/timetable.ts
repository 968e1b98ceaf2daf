import type { Timers, WallClock } from "../../base/runtime.ts";
import { nextEdge } from "./edges.ts";
import { type InForce, inForceAt, type Schedule } from "./in_force.ts";
import { lastingPauses, type Pause } from "./pause.ts";

/** As long as this the machine may sleep, or somebody set its clock, before it is noticed. */
const LOOK_EVERY_MS = 60_000;
/** Where nothing changes for days, it is looked for again each day. */
const FOUND_AGAIN_SECONDS = 86_400;

/** What a timetable is made from. */
export interface TimetableOptions {
  /** What clocks on the wall go by. */
  readonly wallClock: WallClock;
  /** What it waits with. */
  readonly timers: Timers;
  /** Told what counts, each time that this is something else. */
  readonly changed: (inForce: InForce) => void;
}

/**
 * Tells which rules count as time passes: one timer, to whatever comes next of the edges of all schedules and the ends of all
 * pauses. Without any of them there is no timer.
 */
export class Timetable {
  readonly #options: TimetableOptions;
  #schedules: readonly Schedule[] = [];
  #pauses: readonly Pause[] = [];
  #inForce: InForce;
  #edges = new Map<Schedule, { readonly since: number; readonly until: number; readonly edge: number | null }>();
  #state = "";
  #cancelTimer = () => {};
  #isClosed = false;

  /** See {@linkcode TimetableOptions}. */
  constructor(options: TimetableOptions) {
    this.#options = options;
    this.#inForce = inForceAt(this.#now(), [], []);
  }

  /** What counts now. */
  get inForce(): InForce {
    return this.#inForce;
  }

  /** Those that have not ended. */
  get pauses(): readonly Pause[] {
    this.#look();
    return this.#pauses;
  }

  /** What would count at another moment. */
  inForceAt(epochSeconds: number): InForce {
    return inForceAt(epochSeconds, this.#schedules, this.#pauses);
  }

  /** Which schedules' time it is at a moment, and which not. */
  openAt(epochSeconds: number): ReadonlyMap<string, boolean> {
    const inForce = this.inForceAt(epochSeconds);
    return new Map(this.#schedules.map(({ name }) => [name, inForce.isOpen(name)]));
  }

  /** The time that schedules go by. */
  get nowSeconds(): number {
    return this.#now();
  }

  /** Follows these schedules from now on. Pauses go on. */
  use(schedules: readonly Schedule[]): void {
    this.#schedules = schedules;
    this.#edges = new Map();
    this.#state = "";
    this.#look();
  }

  /** These count from now on, and no others. */
  usePauses(pauses: readonly Pause[]): void {
    this.#pauses = pauses;
    this.#look();
  }

  /** The machine has slept, or something else has happened that timers know nothing of. */
  lookAgain(): void {
    this.#look();
  }

  /** Ends the timer, for good: who asks what counts while the program ends is told, and keeps nothing alive. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
  }

  #look(): void {
    this.#cancelTimer();
    const now = this.#now();
    this.#pauses = lastingPauses(this.#pauses, now);
    const inForce = inForceAt(now, this.#schedules, this.#pauses);
    const state = JSON.stringify([[...this.openAt(now)], this.#pauses]);
    this.#wait(now);
    if (state === this.#state) return;
    this.#state = state;
    this.#inForce = inForce;
    this.#options.changed(inForce);
  }

  #wait(now: number): void {
    const edges = this.#schedules.map((schedule) => this.#edgeOf(schedule, now)).filter((edge) => edge !== null);
    const ends = this.#pauses.map(({ untilSeconds }) => untilSeconds).filter((end) => end !== null);
    this.#cancelTimer = () => {};
    if (this.#isClosed || (this.#schedules.length === 0 && ends.length === 0)) return;
    const next = Math.min(...edges, ...ends);
    const delayMs = Math.min((next - now) * 1000, LOOK_EVERY_MS);
    this.#cancelTimer = this.#options.timers.start(delayMs, () => this.#look());
  }

  /** To find one takes a look at a calendar for each end of a window until then. */
  #edgeOf(schedule: Schedule, now: number): number | null {
    const known = this.#edges.get(schedule);
    if (known !== undefined && now >= known.since && now < known.until) return known.edge;
    const edge = nextEdge(schedule.windows, now);
    this.#edges.set(schedule, { since: now, until: edge ?? now + FOUND_AGAIN_SECONDS, edge });
    return edge;
  }

  #now(): number {
    return this.#options.wallClock.epochSeconds();
  }
}
