import { assert } from "@std/assert";
import type { Turns } from "../../lib/base/runtime.ts";

/** Nobody who wants to know of turns, but who sees to it that they are told in order. */
export class CheckedTurns implements Turns {
  /** How many have begun. */
  count = 0;
  #isInTurn = false;

  beginTurn(): void {
    assert(!this.#isInTurn, "a turn begins in none");
    this.#isInTurn = true;
    this.count++;
  }

  endTurn(): void {
    assert(this.#isInTurn, "a turn that ends has begun");
    this.#isInTurn = false;
  }

  atTurnEnd(work: () => void): void {
    queueMicrotask(work);
  }
}
