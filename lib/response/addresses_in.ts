import { TYPE } from "../wire/iana.ts";
import { skipName } from "../wire/skip_name.ts";
import { uint16At } from "../wire/octets.ts";

/** SvcParamKeys whose values are addresses (RFC 9460 §14.3.2). */
const IPV4_HINT = 4;
const IPV6_HINT = 6;
const PRIORITY_OCTETS = 2;

/** Is shown addresses, each where it stands: 4 octets of an IPv4 address, or 16 of an IPv6 address. */
export interface AddressVisitor {
  /** The one at `octets[at … at + length)`. */
  visit(octets: Uint8Array, at: number, length: number): void;
}

/**
 * Shows all addresses in the RDATA at `octets[start … end)`, of a record that is well-formed: those of A and AAAA, and the hints of
 * HTTPS and SVCB, which clients connect to just as well (RFC 9460 §7.3).
 */
export function visitAddresses(
  type: number,
  octets: Uint8Array,
  start: number,
  end: number,
  visitor: AddressVisitor,
): void {
  if (type === TYPE.A || type === TYPE.AAAA) return visitor.visit(octets, start, end - start);
  if (type !== TYPE.HTTPS && type !== TYPE.SVCB) return;
  let at = skipName(octets, start + PRIORITY_OCTETS, end);
  while (at < end) {
    const key = uint16At(octets, at);
    const next = at + 4 + uint16At(octets, at + 2);
    const length = key === IPV4_HINT ? 4 : key === IPV6_HINT ? 16 : 0;
    // RFC 9460 §7.3: a list of addresses without any octets between them. A broken one is for clients to reject.
    for (let one = at + 4; length > 0 && one + length <= next; one += length) visitor.visit(octets, one, length);
    at = next;
  }
}
