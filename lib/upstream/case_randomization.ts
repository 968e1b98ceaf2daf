import type { Random } from "../base/random.ts";
import { shortCopy } from "../base/short_copies.ts";
import { recordCountOf } from "../wire/counts.ts";
import { HEADER_OCTETS, QDCOUNT_OFFSET } from "../wire/header.ts";
import { skipName, uint16At } from "../wire/scan.ts";
import { QUESTION_TAIL_OCTETS, RDLENGTH_OFFSET, RECORD_HEAD_OCTETS } from "../wire/section_layout.ts";

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

/**
 * Puts the asker's spelling back: into the question, and into owners that repeat it in full. Owners that point to the
 * question follow it by themselves. Edits `reply` in place.
 *
 * @param reply A readable message whose question, if it has one, is `sent`.
 */
export function restoreCase(reply: Uint8Array, sent: Uint8Array, asked: Uint8Array): void {
  // A bare header, which some servers send as an error, repeats nothing.
  if (uint16At(reply, QDCOUNT_OFFSET) === 0) return;
  const nameOctets = asked.length - QUESTION_TAIL_OCTETS;
  reply.set(asked, HEADER_OCTETS);
  const recordCount = recordCountOf(reply);
  let offset = HEADER_OCTETS + asked.length;
  for (let i = 0; i < recordCount; i++) {
    if (startsWith(reply, offset, sent, nameOctets)) reply.set(asked.subarray(0, nameOctets), offset);
    const typeOffset = skipName(reply, offset, reply.length, reply.length);
    offset = typeOffset + RECORD_HEAD_OCTETS + uint16At(reply, typeOffset + RDLENGTH_OFFSET);
  }
}

function startsWith(octets: Uint8Array, offset: number, part: Uint8Array, length: number): boolean {
  for (let i = 0; i < length; i++) if (octets[offset + i] !== part[i]) return false;
  return true;
}

function isLetter(octet: number): boolean {
  const lower = octet | CASE_BIT;
  return lower >= 0x61 && lower <= 0x7a;
}
