import type { NamePattern } from "../list_rule.ts";
import { Automaton, STATE } from "./automaton.ts";
import { readExpression } from "./read_expression.ts";
import { SYMBOL_OF, SYMBOLS } from "./symbols.ts";

/** States in all sets that are known at a time, each set counting as many as there are symbols: some 4 MiB. Others are made anew. */
const KNOWN_STATES_MAX = 512 * 1024;

const DOT = 0x2e;

/** All states that a name can be in behind some of its octets, but for those in which each name is anywhere. */
class StateSet {
  /** Each once. */
  readonly states: readonly number[];
  /** Where each symbol leads, as far as it is known. */
  readonly next: (StateSet | null)[] = Array(SYMBOLS).fill(null);
  /** What matches a name that ends here; `null` as long as nobody has asked. */
  matches: readonly number[] | null = null;

  constructor(states: readonly number[]) {
    this.states = states;
  }
}

/**
 * Tells which patterns match a name: all of them in one pass over its octets, whose cost grows with the length of the name alone
 * and never explodes. What has been found out of sets of states is remembered (a lazy deterministic automaton, as RE2 has it):
 * most octets take one look into a table.
 */
export class PatternSet {
  readonly #automaton: Automaton;
  /** By the symbol that leads there, and what it leads on from before. */
  readonly #known = new Map<string, StateSet>();
  /** States that a name is in behind each of its octets, because a pattern may begin there. */
  readonly #always: readonly number[];
  readonly #isAlways: Uint8Array;
  /** By symbol: where `#always` leads; `null` as long as it is not known. */
  readonly #fromAlways: (ReadonlySet<number> | null)[] = Array(SYMBOLS).fill(null);
  readonly #begin: StateSet;
  /** In `#known`; see `KNOWN_STATES_MAX`. */
  #knownStates = 0;
  /** By state: the walk that has come to it last. Walks are more than 32 bits count. */
  readonly #visited: Float64Array;
  #walk = 0;

  /**
   * Patterns are counted from 0.
   *
   * @throws {ExpressionFormatError} when a source is no expression.
   */
  constructor(patterns: readonly NamePattern[]) {
    const automaton = this.#automaton = new Automaton(patterns.map(({ source }) => readExpression(source)));
    this.#visited = new Float64Array(automaton.kinds.length);
    this.#isAlways = new Uint8Array(automaton.kinds.length);
    this.#always = this.#closure(automaton.starts, { isStart: false, isEnd: false });
    for (const state of this.#always) this.#isAlways[state] = 1;
    this.#begin = new StateSet(this.#closure(automaton.starts, { isStart: true, isEnd: false }));
  }

  /**
   * The patterns that match the name in wire format at `wire[start … end)`, in any letter case, counted from 0, in rising
   * order. Not to be changed.
   */
  find(wire: Uint8Array, start: number, end: number): readonly number[] {
    let set = this.#begin;
    for (let at = start; at < end && wire[at] !== 0;) {
      if (at > start) set = set.next[DOT] ?? this.#step(set, DOT);
      const labelEnd = at + 1 + wire[at]!;
      while (++at < labelEnd) {
        const symbol = SYMBOL_OF[wire[at]!]!;
        set = set.next[symbol] ?? this.#step(set, symbol);
      }
    }
    return set.matches ??= this.#matchesAtEnd(set);
  }

  #step(set: StateSet, symbol: number): StateSet {
    const fresh = this.#fromAlways[symbol] ??= new Set(this.#after(this.#always, symbol));
    // Of what has begun before, next to nothing goes on with any symbol: a set is told by that and the symbol.
    const others = this.#after(set.states, symbol).filter((state) => !fresh.has(state)).sort((a, b) => a - b);
    const key = `${symbol} ${others.join()}`;
    let next = this.#known.get(key);
    if (next === undefined) {
      if (this.#knownStates >= KNOWN_STATES_MAX) this.#forget();
      next = new StateSet([...fresh, ...others]);
      this.#knownStates += SYMBOLS + next.states.length;
      this.#known.set(key, next);
    }
    set.next[symbol] = next;
    return next;
  }

  /** Where `symbol` leads from `states`. */
  #after(states: readonly number[], symbol: number): number[] {
    const { kinds, next, setOf, sets } = this.#automaton;
    const targets: number[] = [];
    for (const state of states) {
      // What has matched goes on to match, whatever follows.
      if (kinds[state] === STATE.match) targets.push(state);
      else if (kinds[state] === STATE.octet && sets[setOf[state]!]![symbol] === 1) targets.push(next[state]!);
    }
    return this.#closure(targets, { isStart: false, isEnd: false });
  }

  #matchesAtEnd({ states }: StateSet): readonly number[] {
    const { kinds, next } = this.#automaton;
    return this.#closure([...this.#always, ...states], { isStart: false, isEnd: true })
      .filter((state) => kinds[state] === STATE.match).map((state) => next[state]!).sort((a, b) => a - b);
  }

  /** `from` and whatever is reached from there with no octet; forks and what else takes none are left out. */
  #closure(from: readonly number[], { isStart, isEnd }: { isStart: boolean; isEnd: boolean }): number[] {
    const { kinds, next, other } = this.#automaton;
    const walk = ++this.#walk;
    const reached: number[] = [];
    const open = [...from];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (this.#visited[state] === walk) continue;
      this.#visited[state] = walk;
      const kind = kinds[state];
      if (kind === STATE.fork) open.push(next[state]!, other[state]!);
      else if (kind === STATE.start ? isStart : kind === STATE.end && isEnd) open.push(next[state]!);
      else if (kind !== STATE.start && this.#isAlways[state] === 0) reached.push(state);
    }
    return reached;
  }

  /** What is begun from goes on to be known, and leads to sets that are made anew. */
  #forget(): void {
    this.#known.clear();
    this.#knownStates = 0;
    this.#begin.next.fill(null);
  }
}
