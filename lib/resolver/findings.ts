import type { Response } from "../response/response.ts";

/**
 * What has been found in an answer that somebody may have to be kept from, in one number of 32 bits: it is remembered with the
 * answer, so that a hit looks at a number and not at records. 0 for nothing, which is what nearly all answers have.
 */
export const FINDINGS = {
  /** Nothing. */
  none: 0,
  /** Which bits hold the number of the list set that says something of names and addresses in it. */
  listSet: 0xffff,
  /** An address of a private network. */
  privateAddress: 0x1_0000,
} as const;

/** Looks for what somebody may have to be kept from. */
export interface Inspector {
  /** When other things came to be looked for last, on the clock that the ages of answers are read from. */
  readonly changedAtMs: number;
  /** What there is in a response; see `FINDINGS`. It is left as it is. */
  inspect(response: Response): number;
}
