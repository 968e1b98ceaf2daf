import { type AddressVisitor, visitAddresses } from "../../response/addresses_in.ts";
import type { Response } from "../../response/response.ts";
import { HEADER_OCTETS, RECORD_HEAD_OCTETS } from "../../wire/header.ts";
import { TYPE } from "../../wire/iana.ts";
import { NAME_OCTETS_MAX } from "../../wire/name.ts";
import { labelAt } from "../../wire/name_at.ts";
import { uint16At } from "../../wire/octets.ts";

/** Is shown what an answer leads its client to. */
export interface TargetVisitor extends AddressVisitor {
  /** The name behind an alias or of a service, in full at `wire[12 … nameEnd)`; valid during the call. */
  visitName(wire: Uint8Array, nameEnd: number): void;
}

/** Where names stand in full. */
const scratch = new Uint8Array(HEADER_OCTETS + NAME_OCTETS_MAX);
/** RFC 9460 §2.2: a service's name stands behind its priority. */
const PRIORITY_OCTETS = 2;

/**
 * Shows the names behind aliases, those of services (RFC 9460 §2.4.2, §2.4.3), and all addresses of an answer, additional records
 * included. The authority section names servers and zones: nobody connects to what stands there.
 */
export function visitTargets({ octets, scan, places }: Response, visitor: TargetVisitor): void {
  const { answerCount, authorityCount, additionalCount } = scan;
  const additionals = answerCount + authorityCount;
  for (let i = 0; i < additionals + additionalCount; i++) {
    if (i >= answerCount && i < additionals) continue;
    const head = places.heads[i]!;
    const type = uint16At(octets, head);
    const rdata = head + RECORD_HEAD_OCTETS;
    visitAddresses(type, octets, rdata, rdata + uint16At(octets, rdata - 2), visitor);
    if (type === TYPE.CNAME) visitName(octets, rdata, visitor);
    else if (type === TYPE.HTTPS || type === TYPE.SVCB) visitName(octets, rdata + PRIORITY_OCTETS, visitor);
  }
}

function visitName(octets: Uint8Array, offset: number, visitor: TargetVisitor): void {
  let end = HEADER_OCTETS;
  let label = labelAt(octets, offset);
  while (octets[label] !== 0) {
    const next = label + 1 + octets[label]!;
    for (let i = label; i < next; i++) scratch[end++] = octets[i]!;
    label = labelAt(octets, next);
  }
  // The root stands for the owner of a service, or for none (RFC 9460 §2.5).
  if (end === HEADER_OCTETS) return;
  scratch[end++] = 0;
  visitor.visitName(scratch, end);
}
