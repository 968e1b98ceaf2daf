import { SOURCES } from "./day_tables.ts";

/** Hour, kind and text are one number: 20 bits of hours, 2 of kinds, 31 of texts. */
const KINDS = 4;
const TEXTS = 2 ** 31;

/** What rows come to, until it is written down: fewer changes of the tables of sums. */
export class Sums {
  readonly #minutes = new Map<number, number>();
  readonly #hours = new Map<number, number>();

  /** A row of a minute, from a source. */
  addMinute(minute: number, source: number): void {
    addTo(this.#minutes, minute * SOURCES.length + source, 1);
  }

  /** A row of an hour, about a text of this kind. */
  addHour(hour: number, kind: number, text: number): void {
    addTo(this.#hours, (hour * KINDS + kind) * TEXTS + text, 1);
  }

  /** Those of others as well. */
  take(others: Sums): void {
    for (const [key, count] of others.#minutes) addTo(this.#minutes, key, count);
    for (const [key, count] of others.#hours) addTo(this.#hours, key, count);
  }

  /** Minute, source and how many. */
  *minutes(): Generator<[number, number, number]> {
    for (const [key, count] of this.#minutes) {
      yield [Math.floor(key / SOURCES.length), key % SOURCES.length, count];
    }
  }

  /** Hour, kind, text and how many. */
  *hours(): Generator<[number, number, number, number]> {
    for (const [key, count] of this.#hours) {
      const rest = Math.floor(key / TEXTS);
      yield [Math.floor(rest / KINDS), rest % KINDS, key % TEXTS, count];
    }
  }
}

function addTo(sums: Map<number, number>, key: number, count: number): void {
  sums.set(key, (sums.get(key) ?? 0) + count);
}
