import { type Cidr, isInCidr } from "../base/net/cidr.ts";
import { ipv4Word } from "../base/net/ip.ts";

const NO_ENTRIES: readonly number[] = [];

/** Finds entries by their addresses. */
export interface ReverseIndex {
  /** Those of an address of 4 or 16 octets, the first one first. */
  find(address: Uint8Array): readonly number[];
  /** Whether one of those of a network's addresses is as it should be. */
  someIn(network: Cidr, isSo: (entry: number) => boolean): boolean;
  /** Octets that it takes. */
  readonly usedOctets: number;
}

/** Entries in order. */
export interface EntriesByAddress {
  /** Those of IPv4 addresses. */
  readonly ipv4: Uint32Array;
  /** Those of IPv6 addresses. */
  readonly ipv6: Uint32Array;
}

/** Of one address so many entries are kept in the index: when the first has ended, another may count. */
const SAME_MAX = 8;

/**
 * Makes an index of entries: their addresses in the order of their numbers, to be searched by halves. A name in reverse for each
 * would take ten times the memory.
 *
 * @param words By entry: an IPv4 address as a number, or the number of an IPv6 address.
 * @param families By entry: 4 or 6; those with other bits are left out.
 * @param ipv6 The octets of IPv6 addresses, by number.
 */
export function reverseIndex(words: Uint32Array, families: Uint8Array, ipv6: Uint8Array): ReverseIndex {
  const inOrder = byAddress(words, families, ipv6);
  const ipv4Entries = limited(inOrder.ipv4, (a, b) => words[a] === words[b]);
  const ipv6Entries = limited(inOrder.ipv6, (a, b) => compareOctets(ipv6, 16 * words[a]!, ipv6, 16 * words[b]!) === 0);
  const comparedTo = (address: Uint8Array) => {
    if (address.length === 16) return (entry: number) => compareOctets(ipv6, 16 * words[entry]!, address, 0);
    const word = ipv4Word(address);
    return (entry: number) => words[entry]! - word;
  };
  const addressOf = (entry: number) => ipv6.subarray(16 * words[entry]!, 16 * words[entry]! + 16);
  return {
    usedOctets: ipv4Entries.byteLength + ipv6Entries.byteLength,
    find(address) {
      const entries = address.length === 16 ? ipv6Entries : ipv4Entries;
      const compare = comparedTo(address);
      const start = firstOf(entries, compare);
      let end = start;
      while (end < entries.length && compare(entries[end]!) === 0) end++;
      return start === end ? NO_ENTRIES : [...entries.subarray(start, end)];
    },
    someIn(network, isSo) {
      const { octets, prefixBits } = network;
      const isIpv6 = octets.length === 16;
      const entries = isIpv6 ? ipv6Entries : ipv4Entries;
      const isIn = isIpv6
        ? (entry: number) => isInCidr(addressOf(entry), network)
        : (entry: number) => words[entry]! - ipv4Word(octets) < 2 ** (32 - prefixBits);
      for (let at = firstOf(entries, comparedTo(octets)); at < entries.length && isIn(entries[at]!); at++) {
        if (isSo(entries[at]!)) return true;
      }
      return false;
    },
  };
}

/** Entries in the order of their addresses, and those of one address in their own. See `reverseIndex`. */
export function byAddress(words: Uint32Array, families: Uint8Array, ipv6: Uint8Array): EntriesByAddress {
  const compare = (a: number, b: number) => compareOctets(ipv6, 16 * words[a]!, ipv6, 16 * words[b]!) || a - b;
  return { ipv4: inOrderOfWords(entriesOf(families, 4), words), ipv6: entriesOf(families, 6).sort(compare) };
}

/**
 * As numbers of 53 bits, the address above and the entry below: typed arrays sort them without calling back. Loops, for `from` and
 * `filter` call back as well: five times as long.
 */
function inOrderOfWords(entries: Uint32Array, words: Uint32Array): Uint32Array {
  const keys = new Float64Array(entries.length);
  for (let i = 0; i < keys.length; i++) keys[i] = words[entries[i]!]! * ENTRIES_MAX + entries[i]!;
  keys.sort();
  const sorted = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) sorted[i] = keys[i]! % ENTRIES_MAX;
  return sorted;
}

/** 2²¹: with the 32 bits of an address there are 53. */
const ENTRIES_MAX = 0x20_0000;

function entriesOf(families: Uint8Array, family: number): Uint32Array<ArrayBuffer> {
  let count = 0;
  for (const one of families) if (one === family) count++;
  const entries = new Uint32Array(Math.min(count, ENTRIES_MAX));
  for (let entry = 0, at = 0; entry < families.length && at < entries.length; entry++) {
    if (families[entry] === family) entries[at++] = entry;
  }
  return entries;
}

/** The first few of those with the same address. */
function limited(entries: Uint32Array, isSame: (a: number, b: number) => boolean): Uint32Array {
  const kept = new Uint32Array(entries.length);
  let count = 0;
  for (let i = 0; i < entries.length; i++) {
    if (i < SAME_MAX || !isSame(entries[i]!, entries[i - SAME_MAX]!)) kept[count++] = entries[i]!;
  }
  return kept.slice(0, count);
}

/** Where the entries begin that do not compare as lower. */
function firstOf(entries: Uint32Array, compare: (entry: number) => number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(entries[middle]!) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compareOctets(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number): number {
  for (let i = 0; i < 16; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
