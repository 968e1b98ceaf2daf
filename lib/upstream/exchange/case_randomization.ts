import type { Random } from "../../base/random/random.ts";
import { shortCopy } from "../../base/octets/short_copies.ts";
import { QUESTION_TAIL_OCTETS } from "../../wire/header.ts";

/** What separates upper from lower case in ASCII. */
const CASE_BIT = 0x20;

/**
 * A copy of `questionOctets` in which the case of every letter of the name is random. A server echoes the question
 * octet by octet, so each letter is one more bit that whoever forges a reply has to guess (draft-vixie-dnsext-dns0x20).
 */
export function randomizeCase(questionOctets: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  const question = shortCopy(questionOctets);
  let bits = 0;
  let bitCount = 0;
  for (let i = 0; i < question.length - QUESTION_TAIL_OCTETS; i++) {
    // Length octets are at most 63 and so no letters.
    if (!isLetter(question[i]!)) continue;
    if (bitCount === 0) {
      bits = random.uint16();
      bitCount = 16;
    }
    question[i] = (question[i]! & ~CASE_BIT) | ((bits & 1) * CASE_BIT);
    bits >>= 1;
    bitCount--;
  }
  return question;
}

function isLetter(octet: number): boolean {
  const lower = octet | CASE_BIT;
  return lower >= 0x61 && lower <= 0x7a;
}
