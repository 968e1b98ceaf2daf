import type { Random } from "../../base/random/random.ts";
import { QUESTION_TAIL_OCTETS } from "../../wire/header.ts";

/** What separates upper from lower case in ASCII. */
const CASE_BIT = 0x20;

/**
 * A copy of `questionOctets` in which the case of every letter of the name is random. A server echoes the question
 * octet by octet, so each letter is one more bit that whoever forges a reply has to guess (draft-vixie-dnsext-dns0x20).
 *
 * @param into Where the copy is written; as long as the question.
 * @returns `into`.
 */
export function randomizeCase(
  questionOctets: Uint8Array<ArrayBuffer>,
  random: Random,
  into: Uint8Array<ArrayBuffer> = new Uint8Array(questionOctets.length),
): Uint8Array<ArrayBuffer> {
  // hot path
  const nameOctets = questionOctets.length - QUESTION_TAIL_OCTETS;
  let bits = 0;
  let bitCount = 0;
  for (let i = 0; i < nameOctets; i++) {
    const octet = questionOctets[i]!;
    // Length octets are at most 63 and so no letters.
    if (!isLetter(octet)) {
      into[i] = octet;
      continue;
    }
    if (bitCount === 0) {
      bits = random.uint16();
      bitCount = 16;
    }
    into[i] = (octet & ~CASE_BIT) | ((bits & 1) * CASE_BIT);
    bits >>= 1;
    bitCount--;
  }
  for (let i = Math.max(0, nameOctets); i < questionOctets.length; i++) into[i] = questionOctets[i]!;
  return into;
}

function isLetter(octet: number): boolean {
  // hot path
  const lower = octet | CASE_BIT;
  return lower >= 0x61 && lower <= 0x7a;
}
