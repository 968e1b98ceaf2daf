import { ipv4Word } from "../../base/net/ip.ts";
import { type Name, nameFromText } from "../../wire/name.ts";
import { grown } from "../name_table.ts";
import type { Lease } from "./lease.ts";
import { macToNumber, NO_MAC } from "./mac_table.ts";

const IPV4_DOMAIN: Name = nameFromText("4");
const ROWS_MIN = 64;
const LABEL_OCTETS_MIN = 1024;

/** Leases in the order in which they came, in arrays of numbers: 200,000 objects would be in the garbage collector's way. */
export class LeaseRows {
  /** By row: an IPv4 address as a number, or the number of an IPv6 address. */
  words = new Uint32Array(ROWS_MIN);
  /** By row: 4 or 6. */
  families = new Uint8Array(ROWS_MIN);
  /** The octets of IPv6 addresses, by number. */
  ipv6 = new Uint8Array(16);
  /** By row: 48 bits, or `NO_MAC`. */
  macs = new Float64Array(ROWS_MIN);
  /** By row, see `Lease.endSeconds`. */
  ends = new Float64Array(ROWS_MIN);
  /** By row, see `Lease.newness`. */
  newness = new Float64Array(ROWS_MIN);
  /** By row: where its label begins, a length octet in front; 0 for none. */
  #labels = new Uint32Array(ROWS_MIN);
  #active = new Uint8Array(ROWS_MIN);
  #labelOctets = new Uint8Array(LABEL_OCTETS_MIN);
  #labelEnd = 1;
  #ipv6Count = 0;
  #count = 0;

  /** Adds one, with what its client is to be called, in ASCII. */
  add({ address, mac, endSeconds, newness, isActive }: Lease, label: string | null): void {
    const row = this.#count++;
    if (row === this.words.length) this.#resize(2 * row);
    const isIpv4 = address.length === 4;
    this.families[row] = isIpv4 ? 4 : 6;
    this.words[row] = isIpv4 ? ipv4Word(address) : this.#addIpv6(address);
    this.macs[row] = mac === null ? NO_MAC : macToNumber(mac);
    this.ends[row] = endSeconds;
    this.newness[row] = newness;
    this.#labels[row] = label === null ? 0 : this.#addLabel(label);
    this.#active[row] = isActive ? 1 : 0;
  }

  /** Gives up the room for rows that have not come. */
  trim(): void {
    this.#resize(this.#count);
    this.ipv6 = this.ipv6.slice(0, 16 * this.#ipv6Count);
  }

  /** Whether it holds. */
  isActive(row: number): boolean {
    return this.#active[row] === 1;
  }

  /** What its client is to be called, as a name in a domain; `null` for nothing. */
  name(row: number, domain: Name): Name | null {
    const start = this.#labels[row]!;
    if (start === 0) return null;
    const end = start + 1 + this.#labelOctets[start]!;
    const name = new Uint8Array(end - start + domain.length);
    for (let i = start, to = 0; i < end; i++, to++) name[to] = this.#labelOctets[i]!;
    name.set(domain, end - start);
    return name;
  }

  /** 4 or 16 octets. */
  address(row: number): Uint8Array<ArrayBuffer> {
    const word = this.words[row]!;
    if (this.families[row] === 6) return this.ipv6.slice(16 * word, 16 * word + 16);
    return Uint8Array.of(word >>> 24, word >>> 16, word >>> 8, word);
  }

  /** Whether two rows of a family have the same address. */
  hasSameAddress(a: number, b: number): boolean {
    if (this.families[a] === 4) return this.words[a] === this.words[b];
    const [startA, startB] = [16 * this.words[a]!, 16 * this.words[b]!];
    for (let i = 0; i < 16; i++) if (this.ipv6[startA + i] !== this.ipv6[startB + i]) return false;
    return true;
  }

  /** A domain that is the same for addresses of which a client has one: all of IPv4, an IPv6 network. */
  networkDomain(row: number): Name {
    return this.families[row] === 4 ? IPV4_DOMAIN : nameFromText(this.address(row).subarray(0, 8).toHex());
  }

  #addIpv6(address: Uint8Array): number {
    const number = this.#ipv6Count++;
    if (16 * this.#ipv6Count > this.ipv6.length) this.ipv6 = grown(this.ipv6, 2 * this.ipv6.length);
    this.ipv6.set(address, 16 * number);
    return number;
  }

  #addLabel(label: string): number {
    const start = this.#labelEnd;
    this.#labelEnd += 1 + label.length;
    if (this.#labelEnd > this.#labelOctets.length) this.#labelOctets = grown(this.#labelOctets, 2 * this.#labelEnd);
    this.#labelOctets[start] = label.length;
    for (let i = 0; i < label.length; i++) this.#labelOctets[start + 1 + i] = label.charCodeAt(i);
    return start;
  }

  #resize(length: number): void {
    this.words = grown(this.words.subarray(0, length), length);
    this.families = grown(this.families.subarray(0, length), length);
    this.macs = grown(this.macs.subarray(0, length), length);
    this.ends = grown(this.ends.subarray(0, length), length);
    this.newness = grown(this.newness.subarray(0, length), length);
    this.#labels = grown(this.#labels.subarray(0, length), length);
    this.#active = grown(this.#active.subarray(0, length), length);
  }
}
