import { setImmediate } from "node:timers";
import type { Clock, Timers } from "../../lib/base/runtime.ts";

/** More events than any simulation needs: something keeps itself alive. */
const EVENTS_MAX = 1_000_000;

/** What `EventTime` is made from. */
export interface EventTimeOptions {
  /** What the clock shows first. */
  readonly startMs?: number;
  /** Turns the delay of a timer into the one after which it really fires; exact by default. */
  readonly timerDelay?: (delayMs: number) => number;
}

/**
 * Fake time: a clock, timers, and everything else that will happen, in order of time and, at the same time, in the order
 * in which it was planned. Time stands still while an event runs and while everything that waits for its promises goes
 * on; then it jumps to the next event.
 */
export class EventTime implements Clock, Timers {
  readonly #heap: PlannedEvent[] = [];
  readonly #timerDelay: (delayMs: number) => number;
  #nowMs: number;
  #sequence = 0;
  #timerCount = 0;

  constructor({ startMs = 0, timerDelay = (delayMs) => delayMs }: EventTimeOptions = {}) {
    this.#nowMs = startMs;
    this.#timerDelay = timerDelay;
  }

  /** Timers of the program that have neither fired nor been cancelled. */
  get timerCount(): number {
    return this.#timerCount;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  start(delayMs: number, callback: () => void): () => void {
    this.#timerCount++;
    const cancel = this.after(this.#timerDelay(delayMs), () => {
      this.#timerCount--;
      callback();
    });
    return () => {
      if (cancel()) this.#timerCount--;
    };
  }

  /** Plans `run` for `delayMs` from now. Returns the function that takes it back and tells whether it was in time. */
  after(delayMs: number, run: () => void): () => boolean {
    const event: PlannedEvent = { atMs: this.#nowMs + Math.max(0, delayMs), sequence: this.#sequence++, run };
    push(this.#heap, event);
    return () => {
      const wasWaiting = event.run !== null;
      event.run = null;
      return wasWaiting;
    };
  }

  /** Lets `ms` pass with all that happens in them. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await this.#runUntil(endMs);
    this.#nowMs = endMs;
  }

  /** Goes on until nothing more will happen. */
  async settle(): Promise<void> {
    await this.#runUntil(Infinity);
  }

  async #runUntil(endMs: number): Promise<void> {
    // What the caller has just started comes first.
    await drainPromises();
    for (let count = 0; this.#heap.length > 0 && this.#heap[0]!.atMs <= endMs; count++) {
      if (count === EVENTS_MAX) throw new Error(`Cannot settle: ${EVENTS_MAX} events and no end`);
      const event = pop(this.#heap);
      const { atMs, run } = event;
      if (run === null) continue;
      event.run = null;
      this.#nowMs = Math.max(this.#nowMs, atMs);
      run();
      await drainPromises();
    }
  }
}

/** Something that will happen. `run` is `null` once it has run or been taken back. */
interface PlannedEvent {
  readonly atMs: number;
  readonly sequence: number;
  run: (() => void) | null;
}

/**
 * Resolves when nothing waits for a settled promise any more: the event loop empties the queue of promise reactions
 * before it turns to the next immediate, however long their chain is.
 */
function drainPromises(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function isBefore(a: PlannedEvent, b: PlannedEvent): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.sequence < b.sequence);
}

/** Adds to a binary heap: the parent of the entry at `i` is at ⌊(i − 1) / 2⌋ and comes before it. */
function push(heap: PlannedEvent[], event: PlannedEvent): void {
  let i = heap.push(event) - 1;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!isBefore(event, heap[parent]!)) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = event;
}

/** Takes the first one out of a heap that is not empty. */
function pop(heap: PlannedEvent[]): PlannedEvent {
  const first = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return first;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
    if (child >= heap.length || !isBefore(heap[child]!, last)) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
  return first;
}
