import { isPrivateIpv4, isPrivateIpv6 } from "../../base/net/private_networks.ts";
import type { Response } from "../../response/response.ts";
import { FINDINGS, foundBy, type Inspector } from "../findings.ts";
import type { Inspection, InspectionNumbers } from "../inspections.ts";
import { type TargetVisitor, visitTargets } from "./answer_targets.ts";

/** What is said of what is in answers, as numbers: 0 for nothing. */
export interface ListedAnswers {
  /** Of the name that stands in full at `wire[12 … nameEnd)`, and of the domains that it lies in. */
  find(wire: Uint8Array, nameEnd: number): number;
  /** Of an address of so many octets, and of the networks that it lies in. */
  findAddress(octets: Uint8Array, at: number, length: number): number;
  /** Of both together. */
  join(a: number, b: number): number;
}

/** What is looked for. */
export interface AnswerInspectorOptions {
  /** Who gives it a number. */
  readonly inspections: InspectionNumbers;
  /** Whether anybody is to be kept from private addresses. */
  readonly findsPrivateAddresses: boolean;
  /** What lists say; `null` when nobody goes by that. */
  readonly lists: ListedAnswers | null;
}

/** Looks through answers for aliases, addresses and services that somebody may have to be kept from. */
export class AnswerInspector implements Inspector, TargetVisitor {
  readonly #inspections: InspectionNumbers;
  readonly #findsPrivateAddresses: boolean;
  #lists: ListedAnswers | null;
  /** See `Inspector`. */
  inspection: Inspection;
  #findings: number = FINDINGS.none;

  /** See {@linkcode AnswerInspectorOptions}. */
  constructor({ inspections, findsPrivateAddresses, lists }: AnswerInspectorOptions) {
    this.#inspections = inspections;
    this.#findsPrivateAddresses = findsPrivateAddresses;
    this.#lists = lists;
    this.inspection = this.#begin();
  }

  /** The lists say something else from now on. */
  use(lists: ListedAnswers): void {
    this.#lists = lists;
    this.inspection = this.#begin();
  }

  /** See `Inspector`. */
  inspect(response: Response): number {
    this.#findings = FINDINGS.none;
    visitTargets(response, this);
    // Who comes behind looks for other things, and must not take this for looked through.
    const number = this.#inspections.isLast(this.inspection) ? this.inspection.number : 0;
    return foundBy(number, this.#findings);
  }

  /** See `AddressVisitor`. */
  visit(octets: Uint8Array, at: number, length: number): void {
    if (this.#findsPrivateAddresses) {
      const isPrivate = length === 4 ? isPrivateIpv4(octets, at) : isPrivateIpv6(octets, at);
      if (isPrivate) this.#findings |= FINDINGS.privateAddress;
    }
    if (this.#lists !== null) this.#note(this.#lists, this.#lists.findAddress(octets, at, length));
  }

  /** See `TargetVisitor`. */
  visitName(wire: Uint8Array, nameEnd: number): void {
    if (this.#lists !== null) this.#note(this.#lists, this.#lists.find(wire, nameEnd));
  }

  /** Those who look for private addresses alone look for the same; lists differ. */
  #begin(): Inspection {
    return this.#inspections.begin(this.#lists ?? AnswerInspector);
  }

  #note(lists: ListedAnswers, said: number): void {
    if (said === 0) return;
    const known = this.#findings & FINDINGS.listed;
    this.#findings = (this.#findings & ~FINDINGS.listed) | (known === 0 ? said : lists.join(known, said));
  }
}
