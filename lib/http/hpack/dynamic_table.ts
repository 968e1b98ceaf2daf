import { STATIC_TABLE } from "./static_table.ts";

/** What an entry takes beside its octets (RFC 7541 §4.1). */
export const ENTRY_OCTETS = 32;

/** The fields that the other side has told to be remembered (RFC 7541 §2.3.2), and behind which numbers they stand. */
export class DynamicTable {
  /** Names and values by turns, the newest entry last. */
  readonly #strings: string[] = [];
  /** Strings at the beginning that have been evicted. Taken away when there are many: `shift` moves all of them. */
  #evicted = 0;
  #octets = 0;
  #octetsMax: number;
  /** Another number whenever something has changed: whatever was found with this number, is still found. */
  version = 0;

  /** An empty one, of at most so many octets. */
  constructor(octetsMax: number) {
    this.#octetsMax = octetsMax;
  }

  /** The name of the field with this number, of the static table or of this one; `undefined` when there is none. */
  name(index: number): string | undefined {
    return index <= STATIC_TABLE.length ? STATIC_TABLE[index - 1]?.[0] : this.#strings[this.#placeOf(index)];
  }

  /** See `name`. */
  value(index: number): string | undefined {
    return index <= STATIC_TABLE.length ? STATIC_TABLE[index - 1]?.[1] : this.#strings[this.#placeOf(index) + 1];
  }

  /** Remembers a field (RFC 7541 §4.4): one that has no room empties the table. */
  add(name: string, value: string): void {
    this.version++;
    const octets = name.length + value.length + ENTRY_OCTETS;
    this.#evict(this.#octetsMax - octets);
    if (octets > this.#octetsMax) return;
    this.#strings.push(name, value);
    this.#octets += octets;
  }

  /** Makes the table larger or smaller (RFC 7541 §4.3). */
  resize(octetsMax: number): void {
    this.version++;
    this.#octetsMax = octetsMax;
    this.#evict(octetsMax);
  }

  #evict(octetsMax: number): void {
    while (this.#octets > octetsMax && this.#evicted < this.#strings.length) {
      const at = this.#evicted;
      this.#octets -= this.#strings[at]!.length + this.#strings[at + 1]!.length + ENTRY_OCTETS;
      this.#evicted += 2;
    }
    if (this.#evicted * 2 > this.#strings.length) {
      this.#strings.splice(0, this.#evicted);
      this.#evicted = 0;
    }
  }

  /** Beyond the end there is nothing, and a place that is evicted is beyond it. */
  #placeOf(index: number): number {
    const place = this.#strings.length - 2 * (index - STATIC_TABLE.length);
    return place < this.#evicted ? this.#strings.length : place;
  }
}
