import type { Cidr } from "../../../base/net/cidr.ts";
import { type Name, NAME_OCTETS_MAX } from "../../../wire/name.ts";
import { COVERS } from "../../list_rule.ts";
import type { Line } from "../line/line.ts";
import type { NameScanner } from "../line/name_scanner.ts";
import { asciiOctets, isBlank, OCTET } from "../line/octets.ts";
import { addressOfTrigger } from "./trigger_address.ts";

const RPZ_IP = asciiOctets("\x06rpz-ip\0");
/** Triggers that are about who asks, and about the servers of the name. */
const OTHER_TRIGGERS = ["\x0drpz-client-ip\0", "\x0brpz-nsdname\0", "\x08rpz-nsip\0"].map(asciiOctets);

/** What a record of a response policy zone is about. */
export type OwnerKind = "name" | "apex" | "address" | "other" | "bad";

/** The owner of a record, and of those behind it that have none of their own. */
export class RpzOwner {
  /** What it is. */
  kind: OwnerKind = "bad";
  /** What is wrong with one that is bad. */
  why = "no owner";
  /** Of a name: what it covers. */
  covers: number = COVERS.self;
  /** Of an address: the network. */
  network: Cidr | null = null;
  /** The name of the zone, in lower case; `null` as long as it is not known: what is absolute is then what it says. */
  #apex: Name | null = null;
  /** The labels of $ORIGIN in front of the zone's name. */
  #origin = new Uint8Array(0);
  /** The name, so that the lines behind have it. */
  readonly #octets = new Uint8Array(NAME_OCTETS_MAX + 1);
  #length = 0;

  /** Reads the owner in front of the line, or goes on with that of the line before. Puts it into `line.name`. */
  read(line: Line): void {
    // hot path
    if (line.isIndented) return line.name.set(this.#octets, this.#length);
    if (line.octet === OCTET.at && isBlank(line.octets[line.at + 1]!)) {
      line.at++;
      this.kind = this.#origin.length === 0 ? "apex" : "name";
      this.covers = COVERS.self;
      line.name.set(this.#origin, this.#origin.length + 1);
      return this.#keep(line.name);
    }
    const isWild = line.octet === OCTET.star && line.nextOctet === OCTET.dot;
    if (isWild) line.at += 2;
    line.scanName();
    const isAbsolute = line.octets[line.at - 1] === OCTET.dot;
    this.kind = "name";
    this.covers = isWild ? COVERS.below : COVERS.self;
    if (line.at < line.end && !isBlank(line.octet)) {
      this.#refuse(line.octet === OCTET.star ? "would match every name" : "no domain name in front");
    } else if (isAbsolute ? this.#apex !== null : this.#origin.length > 0) {
      this.#toZone(line.name, isAbsolute);
    }
    if (this.kind === "name") this.#findTrigger(line.name);
    this.#keep(line.name);
  }

  /** $ORIGIN: the first one is the zone's name, others lie below it. Returns whether it is one. */
  setOrigin(name: NameScanner, isAbsolute: boolean): boolean {
    const octets = name.scratch.slice(0, name.length);
    if (octets.length === 0) return false;
    if (this.#apex === null) {
      if (isAbsolute) this.#apex = octets;
      return isAbsolute;
    }
    const below = isAbsolute ? octets.length - this.#apex.length : octets.length - 1;
    if (isAbsolute && !endsWith(octets, octets.length, this.#apex)) return false;
    this.#origin = octets.slice(0, below);
    return true;
  }

  /** The owner of the SOA record is the zone's name. */
  setApex(): void {
    if (this.kind !== "name" || this.#apex !== null) return;
    this.#apex = this.#octets.slice(0, this.#length);
    this.kind = "apex";
  }

  /** A name of a record's data, which is in the zone unless it is absolute; `null` if it is too long. */
  absolute(name: NameScanner, isAbsolute: boolean): Name | null {
    const octets = name.scratch.slice(0, name.length);
    if (isAbsolute || this.#apex === null) return octets;
    const all = Uint8Array.from([...octets.subarray(0, -1), ...this.#origin, ...this.#apex]);
    return all.length <= NAME_OCTETS_MAX ? all : null;
  }

  /** Whether it is that name. */
  is(name: Name): boolean {
    return this.covers === COVERS.self && name.length === this.#length && endsWith(this.#octets, this.#length, name);
  }

  /** Makes the name in `name` what it is in the zone. */
  #toZone(name: NameScanner, isAbsolute: boolean): void {
    if (name.length === 0) return;
    if (!isAbsolute) {
      const octets = [...name.scratch.subarray(0, name.length - 1), ...this.#origin, 0];
      if (octets.length > NAME_OCTETS_MAX) this.#refuse("a name of more than 255 octets");
      else name.set(octets, octets.length);
    } else if (!endsWith(name.scratch, name.length, this.#apex!)) this.#refuse("outside of the zone");
    else if (name.length === this.#apex!.length) this.kind = "apex";
    else name.set(name.scratch, name.length - this.#apex!.length + 1);
  }

  #findTrigger(name: NameScanner): void {
    // hot path
    const { scratch, length } = name;
    if (length > RPZ_IP.length && endsWith(scratch, length, RPZ_IP)) {
      this.network = addressOfTrigger(scratch.subarray(0, length - RPZ_IP.length));
      if (this.network === null) this.#refuse("no address in front of rpz-ip");
      else this.kind = "address";
      return;
    }
    for (let i = 0; i < OTHER_TRIGGERS.length; i++) {
      if (endsWith(scratch, length, OTHER_TRIGGERS[i]!)) this.kind = "other";
    }
  }

  #refuse(why: string): void {
    this.kind = "bad";
    this.why = why;
  }

  #keep({ scratch, length }: NameScanner): void {
    // hot path
    for (let i = 0; i < length; i++) this.#octets[i] = scratch[i]!;
    this.#length = length;
  }
}

/** Whether the last octets of `octets[0 … length)` are `end`. */
function endsWith(octets: Uint8Array, length: number, end: Uint8Array): boolean {
  // hot path
  if (length < end.length) return false;
  const start = length - end.length;
  for (let i = end.length - 1; i >= 0; i--) if (octets[start + i] !== end[i]) return false;
  return true;
}
