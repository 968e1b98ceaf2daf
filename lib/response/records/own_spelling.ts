import { HEADER_OCTETS } from "../../wire/header.ts";
import { TYPE } from "../../wire/iana.ts";
import { isSameRun } from "../../wire/name.ts";
import { isWithinAt } from "../../wire/name_at.ts";
import { uint16At } from "../../wire/octets.ts";
import { rdataSteps, STEP_COMPRESSIBLE_NAME } from "../../wire/rdata/rdata.ts";
import { skipName } from "../../wire/skip_name.ts";

/**
 * Types whose names are written in full, and whose letter case is no part of what DNSSEC signs (RFC 4034 §6.2). A forwarder behind a
 * server that compresses them all the same writes our spelling out.
 */
export const IN_FULL: ReadonlySet<number> = new Set([
  TYPE.RP,
  TYPE.AFSDB,
  TYPE.RT,
  TYPE.PX,
  TYPE.SRV,
  TYPE.NAPTR,
  TYPE.KX,
  TYPE.DNAME,
]);

/**
 * Whether the types's RDATA may hold names that come compressed. RFC 3597 §4: "only in the RRs of types that are well-known",
 * of which MX is the last one.
 */
export function mayCompress(type: number): boolean {
  // hot path
  return type <= TYPE.MX && type !== TYPE.A;
}

const POINTER_MASK = 0x3fff;

/**
 * Whether the names of a record are spelled as they are whoever asks: none of them ends, or begins, in full like the question's.
 * What points into the question is spelled like it by itself. `false` means no more than that it has to be looked at thoroughly,
 * as `restoreSpelling` does.
 *
 * @param octets A message of one question, in which the record is readable.
 * @param owner Where the record's owner stands.
 * @param rdata Where its RDATA begins.
 * @param questionsEnd Where the question ends.
 */
export function hasOwnSpelling(
  octets: Uint8Array,
  type: number,
  owner: number,
  rdata: number,
  questionsEnd: number,
): boolean {
  // hot path
  if (!isSpelledApart(octets, owner, questionsEnd)) return false;
  if (!mayCompress(type)) return !IN_FULL.has(type);
  const steps = rdataSteps(type);
  if (steps === undefined) return true;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    if (step >= 0) {
      rdata += step;
      continue;
    }
    if (step !== STEP_COMPRESSIBLE_NAME) return true;
    if (!isSpelledApart(octets, rdata, questionsEnd)) return false;
    rdata = skipName(octets, rdata, octets.length);
  }
  return true;
}

/** The same for one name. */
function isSpelledApart(octets: Uint8Array, name: number, questionsEnd: number): boolean {
  // hot path
  if (octets[name] === 0) return true;
  // Nearly every pointer leads into the question.
  if (octets[name]! >= 0xc0 && (uint16At(octets, name) & POINTER_MASK) < questionsEnd) return true;
  return !isWithinAt(octets, HEADER_OCTETS, lastInFull(octets, name)) && !beginsLikeQuestion(octets, name);
}

/** Where the last label stands of those that are written in full in the name at `name`, or the pointer that it consists of. */
function lastInFull(octets: Uint8Array, name: number): number {
  // hot path
  for (;;) {
    const next = name + 1 + octets[name]!;
    if (octets[name]! >= 0xc0 || octets[next] === 0 || octets[next]! >= 0xc0) return name;
    name = next;
  }
}

/** A DNAME puts the first labels of the question's name before its target (RFC 6672 §2.2). */
function beginsLikeQuestion(octets: Uint8Array, name: number): boolean {
  // hot path
  const length = octets[name]!;
  return length === octets[HEADER_OCTETS] && isSameRun(octets, name, octets, HEADER_OCTETS, 1 + length);
}
