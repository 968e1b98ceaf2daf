import { NameKey } from "../../names/name_key.ts";
import type { ListedAnswers } from "../filter/answer_inspector.ts";
import type { Sayings } from "./sayings.ts";

/** The number of whatever has none of its own, because so many are in use. It is looked at closely, each time. */
export const UNNUMBERED_ANSWER = 0xffff;

/**
 * All that lists and the configuration itself say of the names and addresses in an answer, as one number. Each of them is judged by
 * itself: what allows one does not allow another.
 */
export class AnswerSayings implements ListedAnswers {
  readonly #sayings: Sayings;
  readonly #key = new NameKey();
  /** By number: what is said of each, in order. */
  readonly #all: (readonly number[])[] = [[]];
  readonly #numbers = new Map<string, number>();

  /** What is said of names and of addresses, one by one. */
  constructor(sayings: Sayings) {
    this.#sayings = sayings;
  }

  /** See `ListedAnswers`. */
  find(wire: Uint8Array, nameEnd: number): number {
    this.#key.forget();
    return this.#number([this.#sayings.find(this.#key, wire, nameEnd)]);
  }

  /** See `ListedAnswers`. */
  findAddress(octets: Uint8Array, at: number, length: number): number {
    return this.#number([this.#sayings.findAddress(octets.subarray(at, at + length))]);
  }

  /** See `ListedAnswers`. */
  join(a: number, b: number): number {
    if (a === b) return a;
    if (a === UNNUMBERED_ANSWER || b === UNNUMBERED_ANSWER) return UNNUMBERED_ANSWER;
    return this.#number([...this.#all[a]!, ...this.#all[b]!]);
  }

  #number(sayings: readonly number[]): number {
    const all = [...new Set(sayings)].filter((said) => said !== 0).toSorted((a, b) => a - b);
    if (all.length === 0) return 0;
    const key = all.join(" ");
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (this.#all.length === UNNUMBERED_ANSWER) return UNNUMBERED_ANSWER;
    const number = this.#all.push(all) - 1;
    this.#numbers.set(key, number);
    return number;
  }
}
