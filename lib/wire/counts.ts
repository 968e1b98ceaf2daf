import { ANCOUNT_OFFSET, ARCOUNT_OFFSET, NSCOUNT_OFFSET, QDCOUNT_OFFSET } from "./header.ts";
import { putUint16 } from "./patch.ts";
import { uint16At } from "./scan.ts";

/** How many records the header promises, in all three sections together. */
export function recordCountOf(message: Uint8Array): number {
  return uint16At(message, ANCOUNT_OFFSET) + uint16At(message, NSCOUNT_OFFSET) + uint16At(message, ARCOUNT_OFFSET);
}

/** Overwrites the counts of a message with one question and nothing else but `additionalCount` records, in place. */
export function putQueryCounts(message: Uint8Array, additionalCount: number): void {
  putUint16(message, QDCOUNT_OFFSET, 1);
  putUint16(message, ANCOUNT_OFFSET, 0);
  putUint16(message, NSCOUNT_OFFSET, 0);
  putUint16(message, ARCOUNT_OFFSET, additionalCount);
}
