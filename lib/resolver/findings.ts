import type { Inspection } from "./inspections.ts";
import type { Response } from "../response/response.ts";

/**
 * What has been found in an answer that somebody may have to be kept from, and who has looked, in one small number: it is
 * remembered with the answer, so that a hit looks at a number and not at records.
 */
export const FINDINGS = {
  /** Nobody has looked. */
  none: 0,
  /** All that can be found: nothing is, nearly always. */
  any: 0x1_ffff,
  /** Which bits hold the number of what is said of the names and addresses in it. */
  listed: 0xffff,
  /** An address of a private network. */
  privateAddress: 0x1_0000,
} as const;

/** Above all findings stands the number of who has looked. */
const INSPECTED_SHIFT = 17;

/** What has been found, together with who has looked: 1–15, see `Inspection`. */
export function foundBy(number: number, findings: number): number {
  // hot path
  return (number << INSPECTED_SHIFT) | findings;
}

/** Who has looked; 0 for nobody. */
export function inspectedBy(findings: number): number {
  // hot path
  return findings >> INSPECTED_SHIFT;
}

/** Looks for what somebody may have to be kept from. */
export interface Inspector {
  /** Who it is; another number when other things are looked for. */
  readonly inspection: Inspection;
  /** What there is in a response; see `FINDINGS`. It is left as it is. */
  inspect(response: Response): number;
}
