import { OPTION_HEADER_OCTETS } from "../../wire/edns/edns.ts";
import { MESSAGE_OCTETS_MAX } from "../../wire/header.ts";

/** RFC 8467 §4.1: replies have a multiple of so many octets, so that their length says little of what is in them. */
const BLOCK_OCTETS = 468;

/**
 * The length of a reply with a padding option behind it (RFC 7830), which would have `lengthOctets` without one. The same where
 * there is no room for the option; beyond the last block, the longest message that there may be (RFC 8467 §4.1).
 */
export function paddedLength(lengthOctets: number): number {
  const least = lengthOctets + OPTION_HEADER_OCTETS;
  if (least > MESSAGE_OCTETS_MAX) return lengthOctets;
  return Math.min(Math.ceil(least / BLOCK_OCTETS) * BLOCK_OCTETS, MESSAGE_OCTETS_MAX);
}
