import type { Cidr } from "./cidr.ts";

/** Networks of one length. */
interface Length<T> {
  readonly prefixBits: number;
  /** By the octets that the networks share, in text. */
  readonly networks: Map<string, T>;
}

/**
 * What holds for networks: of those that hold an address, the longest counts. An address is looked up once for each length that
 * there is, however many networks have it: 10,000 of one length cost no more than one.
 */
export class NetworkTable<T> {
  /** By the octets that an address has; the longest first. */
  readonly #lengths = new Map<number, Length<T>[]>();

  /** Each network with what holds for it; the last one counts if it is given twice. */
  constructor(networks: readonly (readonly [Cidr, T])[]) {
    for (const [{ octets, prefixBits }, value] of networks) {
      const lengths = this.#lengths.getOrInsertComputed(octets.length, () => []);
      let length = lengths.find((known) => known.prefixBits === prefixBits);
      if (length === undefined) lengths.push(length = { prefixBits, networks: new Map() });
      length.networks.set(keyOf(octets, prefixBits), value);
    }
    for (const lengths of this.#lengths.values()) lengths.sort((a, b) => b.prefixBits - a.prefixBits);
  }

  /** What holds for an address of 4 or 16 octets; `undefined` when nothing does. */
  find(address: Uint8Array): T | undefined {
    for (const { prefixBits, networks } of this.#lengths.get(address.length) ?? []) {
      const value = networks.get(keyOf(address, prefixBits));
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

/** Equal for all addresses of one network of this length. */
function keyOf(octets: Uint8Array, prefixBits: number): string {
  const rest = prefixBits & 7;
  const whole = prefixBits >> 3;
  let key = "";
  for (let i = 0; i < whole; i++) key += String.fromCharCode(octets[i]!);
  return rest === 0 ? key : key + String.fromCharCode(octets[whole]! >> (8 - rest));
}
