import { QUESTION_TAIL_OCTETS } from "../wire/header.ts";
import { keyOfName } from "../wire/name.ts";

/** Labels that a zone is told by: nobody says where zones are cut, and most are cut here or below. */
const ZONE_LABELS = 2;

/** Equal for questions about one name, whatever the type; letter case ignored. */
export function nameKey(questionOctets: Uint8Array<ArrayBuffer>): string {
  return keyOfName(questionOctets.subarray(0, questionOctets.length - QUESTION_TAIL_OCTETS));
}

/**
 * Equal for questions about names of one zone, as far as names tell: their last two labels are the same. Zones may have
 * them in common (`co.uk`), and then count as one: whoever wants to see two sees them a little later.
 */
export function zoneKey(questionOctets: Uint8Array<ArrayBuffer>): string {
  const starts: number[] = [];
  const nameEnd = questionOctets.length - QUESTION_TAIL_OCTETS;
  for (let i = 0; i < nameEnd && questionOctets[i] !== 0; i += 1 + questionOctets[i]!) starts.push(i);
  const start = starts.at(-Math.min(ZONE_LABELS, starts.length)) ?? 0;
  return nameKey(questionOctets.subarray(start));
}
