import { isPrivateIpv4, isPrivateIpv6 } from "../../base/net/private_networks.ts";
import { type AddressVisitor, visitAddresses } from "../../response/addresses_in.ts";
import type { Response } from "../../response/response.ts";
import { RECORD_HEAD_OCTETS } from "../../wire/header.ts";
import { TYPE } from "../../wire/iana.ts";
import { labelAt } from "../../wire/name_at.ts";
import { uint16At } from "../../wire/octets.ts";
import { FINDINGS, foundBy, type Inspector } from "../findings.ts";
import type { Inspection, Inspections } from "../inspections.ts";

/** What lists say of what is in answers. Numbers are those of list sets, 0 for nothing. */
export interface ListedAnswers {
  /** Another number for other lists. */
  readonly generation: number;
  /** Of the name at `wire[start … end)`, in full, and the domains it lies in. */
  find(wire: Uint8Array, start: number, end: number): number;
  /** Of an address of so many octets, and the networks it lies in. */
  findAddress(octets: Uint8Array, at: number, length: number): number;
  /** The set of all that is in one or the other. */
  join(a: number, b: number): number;
}

/** What is looked for. */
export interface AnswerInspectorOptions {
  /** Who gives it a number. */
  readonly inspections: Inspections;
  /** Whether anybody is to be kept from private addresses. */
  readonly findsPrivateAddresses: boolean;
  /** What lists say; `null` when nobody goes by that. */
  readonly lists: ListedAnswers | null;
}

/** A name of 255 octets is the longest (RFC 1035 §2.3.4). */
const NAME_OCTETS_MAX = 255;

/** Looks through answers for aliases, addresses and services that somebody may have to be kept from. */
export class AnswerInspector implements Inspector, AddressVisitor {
  readonly #inspections: Inspections;
  readonly #findsPrivateAddresses: boolean;
  #lists: ListedAnswers | null;
  /** See `Inspector`. */
  inspection: Inspection;
  readonly #name = new Uint8Array(NAME_OCTETS_MAX);
  #findings: number = FINDINGS.none;

  /** See {@linkcode AnswerInspectorOptions}. */
  constructor({ inspections, findsPrivateAddresses, lists }: AnswerInspectorOptions) {
    this.#inspections = inspections;
    this.#findsPrivateAddresses = findsPrivateAddresses;
    this.#lists = lists;
    this.inspection = this.#begin();
  }

  /** The lists say something else from now on. */
  use(lists: ListedAnswers | null): void {
    this.#lists = lists;
    this.inspection = this.#begin();
  }

  #begin(): Inspection {
    return this.#inspections.begin(`${this.#findsPrivateAddresses} ${this.#lists?.generation}`);
  }

  /** See `Inspector`. */
  inspect({ octets, scan, places }: Response): number {
    this.#findings = FINDINGS.none;
    const { answerCount, authorityCount, additionalCount } = scan;
    const additionals = answerCount + authorityCount;
    for (let i = 0; i < additionals + additionalCount; i++) {
      // Authority sections name servers and zones: nobody connects to what stands there.
      if (i >= answerCount && i < additionals) continue;
      const head = places.heads[i]!;
      this.#inspectRecord(octets, uint16At(octets, head), head + RECORD_HEAD_OCTETS, uint16At(octets, head + 8));
    }
    return foundBy(this.inspection.number, this.#findings);
  }

  /** See `AddressVisitor`. */
  visit(octets: Uint8Array, at: number, length: number): void {
    if (this.#findsPrivateAddresses) {
      const isPrivate = length === 4 ? isPrivateIpv4(octets, at) : isPrivateIpv6(octets, at);
      if (isPrivate) this.#findings |= FINDINGS.privateAddress;
    }
    if (this.#lists !== null) this.#note(this.#lists, this.#lists.findAddress(octets, at, length));
  }

  #inspectRecord(octets: Uint8Array, type: number, rdata: number, rdataOctets: number): void {
    visitAddresses(type, octets, rdata, rdata + rdataOctets, this);
    if (this.#lists === null) return;
    // Behind an alias is what is connected to; behind a service as well (RFC 9460 §2.4.2, §2.4.3).
    if (type === TYPE.CNAME) this.#inspectName(this.#lists, octets, rdata);
    else if (type === TYPE.HTTPS || type === TYPE.SVCB) this.#inspectName(this.#lists, octets, rdata + 2);
  }

  #inspectName(lists: ListedAnswers, octets: Uint8Array, offset: number): void {
    const name = this.#name;
    let length = 0;
    let label = labelAt(octets, offset);
    while (octets[label] !== 0) {
      const octetCount = 1 + octets[label]!;
      for (let i = 0; i < octetCount; i++) name[length + i] = octets[label + i]!;
      length += octetCount;
      label = labelAt(octets, label + octetCount);
    }
    if (length === 0) return;
    name[length++] = 0;
    this.#note(lists, lists.find(name, 0, length));
  }

  #note(lists: ListedAnswers, set: number): void {
    if (set === 0) return;
    const known = this.#findings & FINDINGS.listSet;
    this.#findings = (this.#findings & ~FINDINGS.listSet) | (known === 0 ? set : lists.join(known, set));
  }
}
