import type { Timers, Turns } from "../../base/runtime.ts";
import { type EpollSet, INTEREST } from "./epoll_set.ts";
import { GuestTurns } from "./guest_turns.ts";
import { OwnTimers } from "./own_timers.ts";

/** Rings that are lost in a row before the loop is given back. */
const LOST_MAX = 3;

/** Whom the reactor tells that a descriptor is ready. */
export interface ReadyHandler {
  /**
   * The descriptor is ready for `events` (see `INTEREST`; other bits: it is broken, which reading or writing will say). Told
   * again as long as it is, so it need not take all that there is. Within a turn of the reactor. Must not throw.
   */
  onReady(events: number): void;
}

/** Who has the thread when the reactor has not: Deno, with all that it waits for. */
export interface Guest {
  /** Becomes readable when the guest has something to do. */
  readonly descriptor: number;
  /** Lets it do what there is. Resolves to whether it has; `false` when the message to it was lost. */
  takeTurn(): Promise<boolean>;
  /** Waits on another thread until `descriptor` is readable. */
  awaitReadable(descriptor: number): Promise<void>;
  /** Its timers, for when it has the loop for itself again. */
  readonly timers: Timers;
  /** There will be no turns any more. */
  close(): void;
}

/** What a reactor is made from. */
export interface ReactorOptions {
  /** What it waits for; belongs to it from now on. */
  readonly set: Pick<EpollSet, "descriptor" | "add" | "change" | "remove" | "wait" | "ready" | "events" | "close">;
  /** A clock that is told of turns, and shows one time in each. */
  readonly clock: { nowMs(): number } & Pick<Turns, "beginTurn" | "endTurn">;
  /** Who has a turn now and then. */
  readonly guest: Guest;
  /** Told what a handler or a timer has thrown: a fault of the program. */
  readonly onFault: (error: unknown) => void;
  /** Told that the guest has the loop from now on, and why. */
  readonly onLent: (why: string) => void;
}

/**
 * Waits for the descriptors of this program by itself, with Deno's event queue as one of them. A turn takes what is there,
 * answers it, calls the timers that are due, and lets what has gathered leave together. Deno has a turn when its queue has
 * something, when promises wait for one, and now and then; see `GuestTurns`.
 *
 * If Deno cannot be reached any more, it gets the loop back: its thread pool then waits for our set, and everything goes on, at
 * a higher price.
 */
export class Reactor implements Pick<Turns, "atTurnEnd"> {
  /** Go by what the reactor waits for. */
  readonly timers: OwnTimers;
  readonly #options: ReactorOptions;
  readonly #guestTurns = new GuestTurns();
  readonly #handlers: (ReadyHandler | undefined)[] = [];
  /** What is to be done at the end of this turn. */
  readonly #works: (() => void)[] = [];
  readonly #callTimer: (callback: () => void) => void;
  #isInTurn = false;
  #isOwner = false;
  #isClosed = false;
  #nowMs: number;
  #isGuestReady = false;
  #isGuestTurn = false;
  #following: Promise<void> = Promise.resolve();
  #lostCount = 0;
  #lostInRow = 0;

  /** See {@linkcode ReactorOptions}. */
  constructor(options: ReactorOptions) {
    this.#options = options;
    const { clock, guest } = options;
    this.#nowMs = clock.nowMs();
    this.timers = new OwnTimers(() => clock.nowMs());
    this.#callTimer = (callback) => {
      try {
        callback();
      } catch (error) {
        this.#options.onFault(error);
      }
    };
    this.add(guest.descriptor, INTEREST.read, { onReady: () => this.#isGuestReady = true });
  }

  /** Whether a turn of it is going on. */
  get isInTurn(): boolean {
    return this.#isInTurn;
  }

  /** Whether it waits by itself. */
  get isOwner(): boolean {
    return this.#isOwner;
  }

  /** Messages to the guest that were lost. */
  get lostCount(): number {
    return this.#lostCount;
  }

  /**
   * Tells `handler` from now on whenever `fd`, which Deno knows nothing of, is ready for `interest`, bits of `INTEREST`.
   *
   * @throws {Error} when the kernel refuses.
   */
  add(fd: number, interest: number, handler: ReadyHandler): void {
    this.#options.set.add(fd, interest);
    this.#handlers[fd] = handler;
  }

  /** Tells of another readiness of `fd`; 0: only whether it breaks. */
  change(fd: number, interest: number): void {
    this.#options.set.change(fd, interest);
  }

  /** Tells nothing of `fd` any more, also of what this turn has found already. To be called before it is closed. */
  remove(fd: number): void {
    if (this.#handlers[fd] === undefined) return;
    this.#handlers[fd] = undefined;
    if (!this.#isClosed) this.#options.set.remove(fd);
  }

  /** See `Turns`. Outside of a turn of the reactor, Deno has the thread: then it is a microtask. */
  atTurnEnd(work: () => void): void {
    // hot path
    if (this.#isInTurn) this.#works.push(work);
    else queueMicrotask(work);
  }

  /** Something was left to promises: they have a turn before anything is waited for, unless they have one now. */
  leave(): void {
    // hot path
    if (!this.#isGuestTurn) this.#guestTurns.leave();
  }

  /** Waits by itself from now on, until `close` or until the guest is lost. */
  own(): void {
    this.#isOwner = true;
    void this.#loop();
  }

  /** Resolves when nobody waits for its descriptors any more, behind `close`, if the guest has had the loop. */
  get ended(): Promise<void> {
    return this.#following;
  }

  /** Ends. Its descriptors are their owners'. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isOwner = false;
    this.timers.moveTo(this.#options.guest.timers);
    this.#options.guest.close();
    this.#options.set.close();
  }

  async #loop(): Promise<void> {
    // hot path
    const { guest } = this.#options;
    while (this.#isOwner) {
      this.#turn(this.#guestTurns.waitMs(this.#nowMs, this.timers.nextMs));
      if (!this.#isOwner) return;
      if (this.#isGuestReady || this.#guestTurns.isDue(this.#nowMs)) {
        this.#isGuestTurn = true;
        const isHeard = await guest.takeTurn();
        this.#isGuestTurn = false;
        if (!this.#isOwner) return;
        this.#guestTurns.taken(this.#options.clock.nowMs(), this.#isGuestReady);
        this.#isGuestReady = false;
        if (isHeard) this.#lostInRow = 0;
        else if (this.#noteLost()) return this.#lend();
      } else {
        // What this turn has left to promises goes on.
        await null;
      }
    }
  }

  /** Waits, does what there is to do, and lets it leave. */
  #turn(waitMs: number): void {
    // hot path
    const { set, clock } = this.#options;
    const count = set.wait(waitMs);
    this.#isInTurn = true;
    clock.beginTurn();
    this.#nowMs = clock.nowMs();
    for (let i = 0; i < count; i++) this.#tell(set.ready(i), set.events(i));
    const hasExpired = this.timers.expire(this.#nowMs, this.#callTimer);
    this.#endTurn();
    this.#guestTurns.worked(count > 0 || hasExpired);
    if (hasExpired) this.#guestTurns.owe();
  }

  #tell(fd: number, events: number): void {
    // hot path
    try {
      this.#handlers[fd]?.onReady(events);
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  #endTurn(): void {
    // hot path
    const works = this.#works;
    // There may be more while it is done.
    for (let i = 0; i < works.length; i++) this.#callTimer(works[i]!);
    works.length = 0;
    this.#options.clock.endTurn();
    this.#isInTurn = false;
  }

  #noteLost(): boolean {
    this.#lostCount++;
    return ++this.#lostInRow >= LOST_MAX;
  }

  /** From now on the guest waits, and tells us. */
  #lend(): void {
    const { guest, set } = this.#options;
    this.#isOwner = false;
    this.remove(guest.descriptor);
    guest.close();
    this.timers.moveTo(guest.timers);
    this.#options.onLent(`${this.#lostInRow} messages to the runtime in a row were lost`);
    this.#following = this.#follow(set.descriptor);
  }

  async #follow(descriptor: number): Promise<void> {
    while (!this.#isClosed) {
      await this.#options.guest.awaitReadable(descriptor);
      if (!this.#isClosed) this.#turn(0);
    }
  }
}
