import type { Nat64Prefix } from "../../base/net/nat64_prefix.ts";
import { FLAG, putFlags, RECORD_HEAD_OCTETS } from "../../wire/header.ts";
import { TYPE } from "../../wire/iana.ts";
import { putUint16, putUint32, uint16At, uint32At } from "../../wire/octets.ts";
import { trueTtl } from "../../response/records/ttl.ts";
import type { Query } from "../query.ts";
import { behindOwner } from "./behind_owner.ts";

const ANSWER_COUNT_OFFSET = 6;
const IPV6_OCTETS = 16;
/** A compression pointer, and its two upper bits (RFC 1035 §4.1.4). */
const POINTER_OCTETS = 2;
const POINTER = 0xc000;

/**
 * Makes the answer to `query`, an AAAA question, out of `octets`, which answer the A question about the same name: what leads to
 * the addresses stays where it is, and they stand behind it, so that nothing has to be decoded. `null` when the message is
 * another one than nearly all are: without addresses, with other records in between, or with owners in full.
 */
export function translatedAnswer(
  query: Query,
  octets: Uint8Array,
  prefix: Nat64Prefix,
  ttlSecondsMax: number,
): Uint8Array<ArrayBuffer> | null {
  const { questionsEnd } = query.scan;
  const count = uint16At(octets, ANSWER_COUNT_OFFSET);
  let first = questionsEnd;
  let aliases = 0;
  // The chain in front of the addresses.
  for (; aliases < count; aliases++) {
    const head = behindOwner(octets, first);
    const type = uint16At(octets, head);
    if (type !== TYPE.CNAME && type !== TYPE.DNAME) break;
    first = head + RECORD_HEAD_OCTETS + uint16At(octets, head + 8);
  }
  const translated = new Uint8Array(first + (count - aliases) * (POINTER_OCTETS + RECORD_HEAD_OCTETS + IPV6_OCTETS));
  let to = first;
  let made = 0;
  for (let i = aliases, at = first; i < count; i++) {
    const owner = uint16At(octets, at);
    const head = at + POINTER_OCTETS;
    // What a pointer leads to has to stay.
    if (owner < POINTER || owner - POINTER >= first || uint16At(octets, head) !== TYPE.A) return null;
    at = head + RECORD_HEAD_OCTETS + uint16At(octets, head + 8);
    const address = prefix.embed(octets, head + RECORD_HEAD_OCTETS);
    if (address === null) continue;
    putUint16(translated, to, owner);
    putUint16(translated, to + 2, TYPE.AAAA);
    putUint16(translated, to + 4, uint16At(octets, head + 2));
    putUint32(translated, to + 6, Math.min(trueTtl(uint32At(octets, head + 4)), ttlSecondsMax));
    putUint16(translated, to + 10, IPV6_OCTETS);
    translated.set(address, to + 12);
    to += POINTER_OCTETS + RECORD_HEAD_OCTETS + IPV6_OCTETS;
    made++;
  }
  if (made === 0) return null;
  for (let i = 0; i < first; i++) translated[i] = octets[i]!;
  query.putQuestions(translated);
  // It is one of our own.
  putFlags(translated, (uint16At(octets, 2) & ~(FLAG.AA | FLAG.AD)) | FLAG.RA);
  putUint16(translated, ANSWER_COUNT_OFFSET, aliases + made);
  putUint32(translated, ANSWER_COUNT_OFFSET + 2, 0);
  return translated.subarray(0, to);
}
