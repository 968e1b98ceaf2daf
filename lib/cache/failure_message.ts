import { FLAG, putFlags, putQueryCounts, RCODE_MASK } from "../wire/header.ts";

/** A header and the question: whatever else came with a failure is not to be relied on. */
export function failureMessage(headAndQuestion: Uint8Array<ArrayBuffer>, flags: number): Uint8Array<ArrayBuffer> {
  const message = headAndQuestion.slice();
  putFlags(message, FLAG.QR | (flags & (FLAG.RA | RCODE_MASK)));
  putQueryCounts(message, 0);
  return message;
}
