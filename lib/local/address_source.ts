import type { Cidr } from "../base/net/cidr.ts";
import { ipv4Word } from "../base/net/ip.ts";
import type { QuestionHash } from "../names/question_hash.ts";
import { TYPE } from "../wire/iana.ts";
import { type Name, NAME_OCTETS_MAX } from "../wire/name.ts";
import type { LocalOrigin, LocalPointer, LocalRrdata, LocalSource } from "./local_source.ts";
import { grown, NameTable, NO_NODE } from "./name_table.ts";
import { type ReverseIndex, reverseIndex } from "./reverse_index.ts";

/** Addresses of a name, at most: more than fit into most answers, and the time to look whether one is there already is bounded. */
const ADDRESSES_MAX = 256;
const ENTRIES_MIN = 64;

/** What a source is made from. */
export interface AddressSourceOptions {
  /** Makes the keys of names. */
  readonly hash: Pick<QuestionHash, "absorb">;
  /** Names of one label are in it; `null` for none. */
  readonly domain: Name | null;
  /** TTL of its records. */
  readonly ttlSeconds: number;
  /** What it is made of: `hosts file /etc/hosts`. */
  readonly title: string;
}

/**
 * Names with addresses, very many of them, out of a file: filled by `add`, then `finish`ed and never changed. One number beside
 * the other in typed arrays, see `NameTable`.
 */
export class AddressSource implements LocalSource {
  /** See `LocalSource`. */
  readonly names: NameTable;
  readonly #domain: Name | null;
  readonly #ttlSeconds: number;
  readonly #origin: LocalOrigin;
  /** By node: its first entry, one added; 0 for none. */
  #first = new Uint32Array(ENTRIES_MIN);
  /** By entry: the next one of its name, likewise. */
  #next = new Uint32Array(ENTRIES_MIN);
  /** By entry: an IPv4 address as a number, or the number of an IPv6 address. */
  #words = new Uint32Array(ENTRIES_MIN);
  /** By entry: 4 or 6, and `IS_NAMELESS`. */
  #families = new Uint8Array(ENTRIES_MIN);
  /** By entry: the node of its name. */
  #nodes = new Uint32Array(ENTRIES_MIN);
  /** By entry: seconds since 1970 after which it does not hold; 0 for never. `null` when none ends. */
  #ends: Uint32Array<ArrayBuffer> | null = null;
  #count = 0;
  #ipv6 = new Uint8Array(16);
  #ipv6Count = 0;
  #reverse: ReverseIndex | null = null;
  readonly #scratch = new Uint8Array(2 * NAME_OCTETS_MAX);

  /** See {@linkcode AddressSourceOptions}. */
  constructor({ hash, domain, ttlSeconds, title }: AddressSourceOptions) {
    this.names = new NameTable(hash);
    this.#domain = domain;
    this.#ttlSeconds = ttlSeconds;
    this.#origin = { what: title, place: null };
  }

  /** Addresses of names. */
  get count(): number {
    return this.#count;
  }

  /** Octets that it takes. */
  get usedOctets(): number {
    const arrays = [this.#first, this.#next, this.#words, this.#families, this.#nodes, this.#ends, this.#ipv6];
    const own = arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
    return this.names.usedOctets + own + (this.#reverse?.usedOctets ?? 0);
  }

  /**
   * Says that the name at `octets[start … end)` has an address of 4 or 16 octets.
   *
   * @param isPointed Whether the address is to be called so, unless it has been called otherwise before.
   * @param endSeconds Since 1970; 0 for never.
   * @returns Whether there was room for it.
   */
  add(
    octets: Uint8Array,
    start: number,
    end: number,
    address: Uint8Array,
    isPointed: boolean,
    endSeconds = 0,
  ): boolean {
    const node = this.#node(octets, start, end);
    if (node >= this.#first.length) this.#first = grown(this.#first, 2 * node);
    let last = NO_NODE;
    let count = 0;
    for (let entry = this.#first[node]! - 1; entry !== NO_NODE; entry = this.#next[entry]! - 1) {
      if (this.#hasAddress(entry, address)) return true;
      if (++count === ADDRESSES_MAX) return false;
      last = entry;
    }
    const entry = this.#append(node, address, isPointed, endSeconds);
    if (last === NO_NODE) this.#first[node] = entry + 1;
    else this.#next[last] = entry + 1;
    return true;
  }

  /** Says that all has been added. */
  finish(): void {
    this.names.trim();
    const count = this.#count;
    this.#first = grown(this.#first.slice(0, this.names.count), this.names.count);
    this.#next = this.#next.slice(0, count);
    this.#words = this.#words.slice(0, count);
    this.#families = this.#families.slice(0, count);
    this.#nodes = this.#nodes.slice(0, count);
    this.#ends = this.#ends?.slice(0, count) ?? null;
    this.#ipv6 = this.#ipv6.slice(0, 16 * this.#ipv6Count);
    this.#reverse = reverseIndex(this.#words, this.#families, this.#ipv6);
  }

  /** See `LocalSource`. */
  hasRecords(node: number, nowSeconds: number): boolean {
    for (let entry = this.#first[node]! - 1; entry !== NO_NODE; entry = this.#next[entry]! - 1) {
      if (this.#secondsLeft(entry, nowSeconds) > 0) return true;
    }
    return false;
  }

  /** See `LocalSource`. */
  records(node: number, nowSeconds: number): readonly LocalRrdata[] {
    const records: LocalRrdata[] = [];
    for (let entry = this.#first[node]! - 1; entry !== NO_NODE; entry = this.#next[entry]! - 1) {
      const ttl = Math.min(this.#ttlSeconds, this.#secondsLeft(entry, nowSeconds));
      const rdata = this.#address(entry);
      if (ttl > 0) records.push({ type: rdata.length === 4 ? TYPE.A : TYPE.AAAA, ttl, rdata });
    }
    return records;
  }

  /** See `LocalSource`. */
  origin(): LocalOrigin {
    return this.#origin;
  }

  /** See `LocalSource`. */
  pointer(address: Uint8Array, nowSeconds: number): LocalPointer | null {
    for (const entry of this.#reverse!.find(address)) {
      const ttl = Math.min(this.#ttlSeconds, this.#secondsLeft(entry, nowSeconds));
      if (ttl > 0) return { name: this.names.name(this.#nodes[entry]!), ttl };
    }
    return null;
  }

  /** See `LocalSource`. */
  hasPointerIn(network: Cidr, nowSeconds: number): boolean {
    return this.#reverse!.someIn(network, (entry) => this.#secondsLeft(entry, nowSeconds) > 0);
  }

  #node(octets: Uint8Array, start: number, end: number): number {
    const domain = this.#domain;
    const labelEnd = start + 1 + octets[start]!;
    if (domain === null || labelEnd + 1 !== end) return this.names.add(octets, start, end);
    const scratch = this.#scratch;
    scratch.set(octets.subarray(start, labelEnd));
    scratch.set(domain, labelEnd - start);
    return this.names.add(scratch, 0, labelEnd - start + domain.length);
  }

  #append(node: number, address: Uint8Array, isPointed: boolean, endSeconds: number): number {
    const entry = this.#count++;
    if (entry === this.#next.length) this.#grow();
    const isIpv4 = address.length === 4;
    this.#words[entry] = isIpv4 ? ipv4Word(address) : this.#addIpv6(address);
    this.#families[entry] = (isIpv4 ? 4 : 6) | (isPointed ? 0 : IS_NAMELESS);
    this.#nodes[entry] = node;
    if (endSeconds !== 0) {
      this.#ends ??= new Uint32Array(this.#next.length);
      this.#ends[entry] = endSeconds;
    }
    return entry;
  }

  #addIpv6(address: Uint8Array): number {
    const number = this.#ipv6Count++;
    if (16 * this.#ipv6Count > this.#ipv6.length) this.#ipv6 = grown(this.#ipv6, 2 * this.#ipv6.length);
    this.#ipv6.set(address, 16 * number);
    return number;
  }

  #hasAddress(entry: number, address: Uint8Array): boolean {
    const family = this.#families[entry]! & FAMILY_MASK;
    if (family === 4) return address.length === 4 && this.#words[entry] === ipv4Word(address);
    return address.length === 16 && this.#address(entry).every((octet, i) => octet === address[i]);
  }

  #address(entry: number): Uint8Array<ArrayBuffer> {
    const word = this.#words[entry]!;
    if ((this.#families[entry]! & FAMILY_MASK) === 6) return this.#ipv6.slice(16 * word, 16 * word + 16);
    return Uint8Array.of(word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff);
  }

  /** Without end where it has none. */
  #secondsLeft(entry: number, nowSeconds: number): number {
    const end = this.#ends === null ? 0 : this.#ends[entry]!;
    return end === 0 ? Infinity : end - nowSeconds;
  }

  #grow(): void {
    const length = 2 * this.#next.length;
    this.#next = grown(this.#next, length);
    this.#words = grown(this.#words, length);
    this.#families = grown(this.#families, length);
    this.#nodes = grown(this.#nodes, length);
    if (this.#ends !== null) this.#ends = grown(this.#ends, length);
  }
}

const FAMILY_MASK = 0x07;
/** Beside the family: the address is not called so. */
export const IS_NAMELESS = 0x80;
