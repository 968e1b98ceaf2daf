import { type Cidr, parseCidr } from "../../base/net/cidr.ts";
import { NetworkTable } from "../../base/net/network_table.ts";
import { NO_LISTS } from "../list_set.ts";
import { addressAsName, isForAddresses } from "../patterns/address_text.ts";
import type { ListSets } from "./list_sets.ts";
import { PatternSets } from "./pattern_sets.ts";
import type { SetTail } from "./set_file.ts";

/** What a set says of addresses. */
type AddressWords = Pick<SetTail, "addresses" | "patterns">;

/** What is said of a network. */
interface Said {
  /** The number of the set. */
  readonly set: number;
  /** The members of the set, and the line of each. */
  readonly lines: readonly (readonly [place: number, line: number])[];
}

/**
 * Networks of which lists say something, and expressions for the texts of addresses. All that hold an address count, not the
 * longest network alone.
 */
export class AddressSets {
  readonly #sets: ListSets;
  /** Expressions; `null` if there are none. */
  readonly #patterns: PatternSets | null;
  /** Of one length each, the shortest first. */
  readonly #tables: readonly NetworkTable<Said>[];

  /**
   * Puts networks of one length together. Of the patterns it takes those that are for addresses.
   *
   * @param placeOfMember See `placeOf` of `ListedNames`.
   */
  constructor({ addresses, patterns }: AddressWords, placeOfMember: (member: number) => number, sets: ListSets) {
    this.#sets = sets;
    const forAddresses = patterns.filter(({ source }) => isForAddresses(source));
    this.#patterns = forAddresses.length === 0 ? null : new PatternSets(forAddresses, placeOfMember, sets);
    const said = [...Map.groupBy(addresses, ({ network }) => network)].map(([network, all]): [Cidr, Said] => {
      const lines = all.map(({ member, line }) => [placeOfMember(member), line] as const);
      return [parseCidr(network), { set: sets.number(lines.map(([place]) => place)), lines }];
    });
    const byLength = Map.groupBy(said, ([{ prefixBits }]) => prefixBits);
    this.#tables = [...byLength].sort(([a], [b]) => a - b).map(([, networks]) => new NetworkTable(networks));
  }

  /** The number of the set of what is said of an address of 4 or 16 octets. */
  find(address: Uint8Array): number {
    const found = this.#tables.reduce((found, table) => {
      return this.#sets.join(found, table.find(address)?.set ?? NO_LISTS);
    }, NO_LISTS);
    if (this.#patterns === null) return found;
    const name = addressAsName(address);
    return this.#sets.join(found, this.#patterns.find(name, 0, name.length));
  }

  /** The members of that set, whether or not it has a number; some of them more than once. */
  places(address: Uint8Array): number[] {
    const places = this.#tables.flatMap((table) => table.find(address)?.lines.map(([place]) => place) ?? []);
    if (this.#patterns !== null) {
      const name = addressAsName(address);
      this.#patterns.each(name, 0, name.length, (place) => places.push(place));
    }
    return places;
  }

  /** The line of a member that is meant, of the longest network, else of an expression; 0 if there is none. */
  line(address: Uint8Array, isMeant: (place: number) => boolean): number {
    const lines = this.#tables.flatMap((table) => table.find(address)?.lines ?? []);
    let found = lines.findLast(([place]) => isMeant(place))?.[1] ?? 0;
    if (found > 0 || this.#patterns === null) return found;
    const name = addressAsName(address);
    this.#patterns.each(name, 0, name.length, (place, line) => {
      if (isMeant(place)) found = line;
    });
    return found;
  }
}
