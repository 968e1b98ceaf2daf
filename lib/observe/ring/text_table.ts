/** Texts that are told apart: names of upstreams and groups are few, and reasons may be as many as there are lists and rules. */
const TEXTS_MAX = 4096;
const NONE = 0;
const OTHER = 1;

/** Gives texts numbers from 0 to 4095, so that records are made of numbers. Those that come when it is full are `other`. */
export class TextTable {
  readonly #texts: string[] = ["", "other"];
  readonly #numbers = new Map<string, number>();
  #lastText = "";
  #lastNumber = NONE;

  /** How many there are. */
  get size(): number {
    return this.#texts.length;
  }

  /** The number of a text: 0 for an empty one. */
  numberOf(text: string): number {
    // hot path
    if (text === this.#lastText) return this.#lastNumber;
    this.#lastNumber = this.#numbers.get(text) ?? this.#add(text);
    this.#lastText = text;
    return this.#lastNumber;
  }

  #add(text: string): number {
    if (text === "") return NONE;
    if (this.#texts.length === TEXTS_MAX) return OTHER;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  /** The text of a number. */
  textOf(number: number): string {
    return this.#texts[number] ?? "other";
  }

  /** Those from a number on, for whoever has the others. */
  textsFrom(number: number): string[] {
    return this.#texts.slice(number);
  }
}

/** The tables that the numbers in records belong to. */
export class TextTables {
  /** Names of upstreams. */
  readonly upstreams: TextTable = new TextTable();
  /** Why a reply is no ordinary one. */
  readonly reasons: TextTable = new TextTable();
  /** Names of client groups. */
  readonly groups: TextTable = new TextTable();
}
