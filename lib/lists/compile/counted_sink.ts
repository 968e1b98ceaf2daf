import type { Cidr } from "../../base/net/cidr.ts";
import type { SetSink } from "../build/set_builder.ts";
import type { ListRule, ListSink, NamePattern } from "../list_rule.ts";
import type { BadListLine, TextCounts } from "./orders.ts";

/** So many show what kind of list it is. */
const SHOWN_BAD_LINES = 3;

/** Counts what parsers read of the texts of a list, and passes it on. */
export class CountedSink implements ListSink {
  readonly #to: SetSink | null;
  readonly #firstBad: BadListLine[] = [];
  /** Lines of the texts before. */
  #linesBefore = 0;
  #names = 0;
  #bad = 0;

  /** Passes on to `to`, or to nobody. */
  constructor(to: SetSink | null) {
    this.#to = to;
  }

  /** What has come. */
  get counts(): TextCounts {
    return { names: this.#names, lines: this.#linesBefore, bad: this.#bad, firstBad: this.#firstBad };
  }

  /** A text with so many lines has ended. */
  endText(lines: number): void {
    this.#linesBefore += lines;
  }

  /** See `ListSink`; so are the others. */
  name(scratch: Uint8Array, length: number, covers: number, rule: ListRule, line: number): void {
    // hot path
    this.#names++;
    if (this.#to !== null) this.#to.name(scratch, length, covers, rule, this.#linesBefore + line);
  }

  /** See `name`. */
  cancel(scratch: Uint8Array, length: number, covers: number, rule: ListRule): void {
    this.#to?.cancel(scratch, length, covers, rule);
  }

  /** See `name`. */
  address(network: Cidr, rule: ListRule, line: number): void {
    this.#names++;
    this.#to?.address(network, rule, this.#linesBefore + line);
  }

  /** See `name`. */
  pattern(pattern: NamePattern, rule: ListRule, line: number): void {
    this.#names++;
    this.#to?.pattern(pattern, rule, this.#linesBefore + line);
  }

  /** See `name`. */
  skipped(): void {
    // Right, and not for us.
  }

  /** See `name`. */
  bad(why: string, text: string, line: number): void {
    this.#bad++;
    if (this.#firstBad.length < SHOWN_BAD_LINES) this.#firstBad.push({ line: this.#linesBefore + line, text, why });
  }
}
