import type { Line } from "../line/line.ts";
import { asciiOctets, isBlank, OCTET } from "../line/octets.ts";

const IN = asciiOctets("in");
/** Seconds, minutes, hours, days and weeks, as BIND writes them: `1h30m`. */
const UNITS = asciiOctets("smhdw");

/** Goes on behind the TTL and the class of a record, which stand in either order, or not at all (RFC 1035 §5.1). */
export function skipTtlAndClass(line: Line): void {
  // hot path
  do line.skipBlanks(); while (line.takeWord(IN) || takesTtl(line));
}

function takesTtl(line: Line): boolean {
  // hot path
  const { octets, end } = line;
  let at = line.at;
  if (at === end || !isDigit(octets[at]!)) return false;
  for (; at < end && !isBlank(octets[at]!); at++) {
    if (!isDigit(octets[at]!) && !UNITS.includes(octets[at]! | 0x20)) return false;
  }
  line.at = at;
  return true;
}

function isDigit(octet: number): boolean {
  // hot path
  return octet >= OCTET.zero && octet <= OCTET.nine;
}
