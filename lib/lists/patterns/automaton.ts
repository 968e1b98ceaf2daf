import type { Expression } from "./expression.ts";
import type { SymbolSet } from "./symbols.ts";

/** What a state does. */
export const STATE = {
  /** Takes one octet that is in its set. */
  octet: 0,
  /** Goes on in both its ways at once. */
  fork: 1,
  /** Goes on at the beginning of the name alone. */
  start: 2,
  /** Goes on at its end alone. */
  end: 3,
  /** An expression has matched. */
  match: 4,
} as const;

/**
 * The states of some expressions side by side (Thompson 1968), by number. A name is in several of them at a time, and never in
 * one twice: however it is written, an expression takes no more steps for an octet than it has states.
 */
export class Automaton {
  /** See `STATE`. */
  readonly kinds: number[] = [];
  /** Where it goes on; of a match: which expression, counted from 0. */
  readonly next: number[] = [];
  /** The other way of a fork. */
  readonly other: number[] = [];
  /** What an octet state takes, as a number of `sets`. */
  readonly setOf: number[] = [];
  /** See `setOf`. */
  readonly sets: SymbolSet[] = [];
  /** Where each expression begins. */
  readonly starts: readonly number[];
  /** By the set, or by what is in it. */
  readonly #setNumbers = new Map<SymbolSet | string, number>();

  /** Expressions are counted from 0. */
  constructor(expressions: readonly Expression[]) {
    this.starts = expressions.map((expression, i) => this.#add(expression, this.#state(STATE.match, i)));
  }

  /** Adds what `expression` takes, in front of the state `next`. Returns where it begins. */
  #add(expression: Expression, next: number): number {
    switch (expression.kind) {
      case "octet":
        return this.#state(STATE.octet, next, next, this.#setNumber(expression.set));
      case "start":
        return this.#state(STATE.start, next);
      case "end":
        return this.#state(STATE.end, next);
      case "sequence":
        return expression.parts.reduceRight((behind, part) => this.#add(part, behind), next);
      case "choice":
        return expression.parts.map((part) => this.#add(part, next)).reduceRight((other, way) =>
          this.#state(STATE.fork, way, other)
        );
      case "repeat":
        return this.#repeat(expression.part, expression.min, expression.max, next);
    }
  }

  #repeat(part: Expression, min: number, max: number, next: number): number {
    let begin = next;
    if (max === Infinity) {
      begin = this.#state(STATE.fork, next, next);
      this.next[begin] = this.#add(part, begin);
    } else {
      for (let i = min; i < max; i++) begin = this.#state(STATE.fork, this.#add(part, begin), next);
    }
    for (let i = 0; i < min; i++) begin = this.#add(part, begin);
    return begin;
  }

  #state(kind: number, next: number, other: number = next, set: number = 0): number {
    this.kinds.push(kind);
    this.next.push(next);
    this.other.push(other);
    return this.setOf.push(set) - 1;
  }

  #setNumber(set: SymbolSet): number {
    return this.#setNumbers.getOrInsertComputed(set, () => {
      return this.#setNumbers.getOrInsertComputed(set.join(""), () => this.sets.push(set) - 1);
    });
  }
}
