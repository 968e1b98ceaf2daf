import { assert } from "../assert.ts";
import type { Clock, Timers } from "../runtime.ts";

/**
 * One turn of the wheel takes five seconds: more than a query may by default, so only what outlives queries, an idle
 * connection say, is looked at in several turns. A power of two, see `slotOf`.
 */
const SLOTS = 512;
/** Finer than anything that waits has to be: the shortest wait, before a hedge, is three of these. */
export const TICK_MS = 10;
/** A timer that is so much too late shows that the program has not run: it was stopped, or its virtual machine was. */
const STALL_MS = 250;

/** Something that has to happen at a moment unless it is cancelled before. Extend it; the queue links it in place. */
export abstract class Deadline {
  /** When it is due, on the clock of the queue; set by `schedule`. */
  dueMs = 0;
  /** @internal Links of the slot's ring. Pointing to itself means: not scheduled. */
  previous: Deadline = this;
  /** @internal See `previous`. */
  next: Deadline = this;

  /** Called once, at `dueMs` or up to a tick (10 ms) later; two when the program has not run meanwhile. Must not throw. */
  abstract onDue(nowMs: number): void;
}

/** A deadline that calls a function. */
export class Alarm extends Deadline {
  readonly #callback: (nowMs: number) => void;

  /** Calls `callback` when it is due. */
  constructor(callback: (nowMs: number) => void) {
    super();
    this.#callback = callback;
  }

  /** See `Deadline`. */
  override onDue(nowMs: number): void {
    this.#callback(nowMs);
  }
}

/**
 * All deadlines of the program in one coarse timer wheel with one system timer. Scheduling and cancelling are a few
 * pointer writes and allocate nothing, so a query may have several; a timer of the runtime each would cost more than
 * forwarding the query.
 */
export class DeadlineQueue {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #slots: Slot[] = Array.from({ length: SLOTS }, () => new Slot());
  /** Deadlines that are due and have not run yet; empty outside of `expire`. */
  readonly #due = new Slot();
  #size = 0;
  /** Every deadline of ticks up to this one has been handled. */
  #handledTick: number;
  #armedTick = Infinity;
  #disarm: (() => void) | null = null;

  /** Takes one timer of `timers` at a time. */
  constructor({ clock, timers }: { clock: Clock; timers: Timers }) {
    this.#clock = clock;
    this.#timers = timers;
    this.#handledTick = tickBefore(clock.nowMs());
  }

  /** Number of deadlines waiting. */
  get size(): number {
    return this.#size;
  }

  /** Plans `deadline` for `dueMs`; a moment that has passed means the next tick. */
  schedule(deadline: Deadline, dueMs: number): void {
    assert(deadline.next === deadline, "a deadline is scheduled once at a time");
    deadline.dueMs = dueMs;
    if (this.#size === 0) this.#handledTick = Math.max(this.#handledTick, tickBefore(this.#clock.nowMs()));
    const tick = Math.max(tickOf(dueMs), this.#handledTick + 1);
    this.#slots[slotOf(tick)]!.append(deadline);
    this.#size++;
    // A deadline beyond this turn is met by the turn's own end at the latest: the slot is looked at, and waits again.
    const armedTick = Math.min(tick, this.#handledTick + SLOTS);
    if (armedTick < this.#armedTick) this.#arm(armedTick);
  }

  /** Takes `deadline` back; nothing happens when it is not scheduled. */
  cancel(deadline: Deadline): void {
    if (deadline.next === deadline) return;
    unlink(deadline);
    this.#size--;
    // The timer stays as it is, and looks for the next one when it fires: with one query after the other, each would start one
    // and stop it, which takes as long as all that its deadlines do.
  }

  /** Has `deadline` wait in the place of `other`, which is taken back; nothing happens when that is not scheduled. */
  replace(other: Deadline, deadline: Deadline): void {
    if (other.next === other) return;
    assert(deadline.next === deadline, "a deadline is scheduled once at a time");
    deadline.dueMs = other.dueMs;
    deadline.previous = other;
    deadline.next = other.next;
    other.next.previous = deadline;
    other.next = deadline;
    unlink(other);
  }

  /** Takes back everything that is scheduled. */
  clear(): void {
    for (const slot of [...this.#slots, this.#due]) while (!slot.isEmpty) unlink(slot.next);
    this.#size = 0;
    this.#stopTimer();
  }

  /** Runs everything that is due at `nowMs`, in order of ticks. Called by the queue's own timer. */
  expire(nowMs: number): void {
    const firstTick = this.#handledTick + 1;
    const lastTick = tickBefore(nowMs);
    // One turn looks at every slot; after a long sleep a second turn would find nothing new.
    const turnEnd = Math.min(lastTick, this.#handledTick + SLOTS);
    for (let tick = firstTick; tick <= turnEnd; tick++) this.#slots[slotOf(tick)]!.moveDue(nowMs, this.#due);
    // Within one turn slots follow each other as their ticks do. After a longer sleep each holds deadlines of several turns.
    if (turnEnd - firstTick >= SLOTS - 1) this.#due.sort();
    this.#handledTick = Math.max(this.#handledTick, lastTick);
    // Taken out first, run afterwards: what `onDue` schedules waits for a later call, and can neither be met by the walk
    // above nor keep it going forever. Always the first one: `onDue` may cancel any other.
    while (!this.#due.isEmpty) {
      const deadline = this.#due.next;
      unlink(deadline);
      this.#size--;
      deadline.onDue(nowMs);
    }
    this.#stopTimer();
    if (this.#size > 0) this.#arm(this.#nextTick());
  }

  /** The first tick after the handled one whose slot is not empty. */
  #nextTick(): number {
    for (let tick = this.#handledTick + 1; tick < this.#handledTick + SLOTS; tick++) {
      if (!this.#slots[slotOf(tick)]!.isEmpty) return tick;
    }
    return this.#handledTick + SLOTS;
  }

  #arm(tick: number): void {
    this.#stopTimer();
    this.#armedTick = tick;
    // A tick is handled when it has passed entirely, so that nothing in it can be due later than now.
    const nowMs = this.#clock.nowMs();
    const delayMs = Math.max(0, (tick + 1) * TICK_MS - nowMs);
    this.#disarm = this.#timers.start(delayMs, () => this.#onTimer(nowMs + delayMs));
  }

  #onTimer(dueMs: number): void {
    if (this.#clock.nowMs() - dueMs < STALL_MS) return this.#expireNow();
    // What has come meanwhile waits in the sockets: it is read before anybody is told that nothing came.
    this.#disarm = this.#timers.start(TICK_MS, () => this.#expireNow());
  }

  #expireNow(): void {
    this.#disarm = null;
    this.#armedTick = Infinity;
    this.expire(this.#clock.nowMs());
  }

  #stopTimer(): void {
    this.#disarm?.();
    this.#disarm = null;
    this.#armedTick = Infinity;
  }
}

/** Head of a ring of deadlines; never due itself. */
class Slot extends Deadline {
  get isEmpty(): boolean {
    return this.next === this;
  }

  append(deadline: Deadline): void {
    deadline.previous = this.previous;
    deadline.next = this;
    this.previous.next = deadline;
    this.previous = deadline;
  }

  /** Moves what is due at `nowMs` to the end of `due`; the rest waits for a later turn. */
  moveDue(nowMs: number, due: Slot): void {
    for (let deadline = this.next, next; deadline !== this; deadline = next) {
      next = deadline.next;
      if (deadline.dueMs > nowMs) continue;
      unlink(deadline);
      due.append(deadline);
    }
  }

  /** Puts the deadlines in the order of their moments. */
  sort(): void {
    const deadlines: Deadline[] = [];
    for (let deadline = this.next; deadline !== this; deadline = deadline.next) deadlines.push(deadline);
    for (const deadline of deadlines.sort((a, b) => a.dueMs - b.dueMs)) {
      unlink(deadline);
      this.append(deadline);
    }
  }

  override onDue(): void {}
}

function unlink(deadline: Deadline): void {
  deadline.previous.next = deadline.next;
  deadline.next.previous = deadline.previous;
  deadline.previous = deadline;
  deadline.next = deadline;
}

/** The slot of a tick. Not by division: ticks may have more than 32 bits, and V8 divides them slowly. */
function slotOf(tick: number): number {
  // hot path
  return tick & (SLOTS - 1);
}

function tickOf(ms: number): number {
  return Math.floor(ms / TICK_MS);
}

/** The last tick that has passed entirely at `ms`. */
function tickBefore(ms: number): number {
  return tickOf(ms) - 1;
}
