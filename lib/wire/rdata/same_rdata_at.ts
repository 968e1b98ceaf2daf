import { isSameNameAt } from "../name_at.ts";
import { rdataSteps, STEP_COMPRESSIBLE_NAME, STEP_NAME, STEP_REST, STEP_STRING } from "./rdata.ts";
import { skipName } from "../skip_name.ts";

/**
 * Whether two RDATA of one type in a message are the same: their names without letter case and however they are
 * compressed, all else by its octets (RFC 4034 §6.2, RFC 3597 §6). Allocates nothing. Both must have been found readable.
 *
 * @param aEnd Behind the one at `a`.
 * @param bEnd Behind the one at `b`.
 */
export function isSameRdataAt(
  octets: Uint8Array,
  type: number,
  a: number,
  aEnd: number,
  b: number,
  bEnd: number,
): boolean {
  // hot path
  const steps = rdataSteps(type);
  if (steps === undefined) return aEnd - a === bEnd - b && areSameOctets(octets, a, b, aEnd - a);
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    if (step === STEP_NAME || step === STEP_COMPRESSIBLE_NAME) {
      if (!isSameNameAt(octets, a, b)) return false;
      a = skipName(octets, a, aEnd);
      b = skipName(octets, b, bEnd);
      continue;
    }
    const length = step === STEP_STRING ? 1 + octets[a]! : step === STEP_REST ? aEnd - a : step;
    if (step === STEP_REST && length !== bEnd - b) return false;
    // A string's length is its first octet.
    if (!areSameOctets(octets, a, b, length)) return false;
    a += length;
    b += length;
  }
  return true;
}

function areSameOctets(octets: Uint8Array, a: number, b: number, length: number): boolean {
  // hot path
  for (let i = 0; i < length; i++) if (octets[a + i] !== octets[b + i]) return false;
  return true;
}
