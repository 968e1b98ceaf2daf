import { HEADER_OCTETS, QUESTION_TAIL_OCTETS, RECORD_HEAD_OCTETS } from "../../wire/header.ts";
import { IN_FULL, mayCompress } from "../../response/records/own_spelling.ts";
import { rewriteWithout } from "../../response/records/rewrite.ts";
import type { Response } from "../../response/response.ts";
import { TYPE } from "../../wire/iana.ts";
import { putUint16, uint16At } from "../../wire/octets.ts";
import { foldOctet, isSameRun } from "../../wire/name.ts";
import { labelAt, labelCountAt } from "../../wire/name_at.ts";
import { rdataSteps, STEP_COMPRESSIBLE_NAME, STEP_NAME, STEP_STRING } from "../../wire/rdata/rdata.ts";
import { skipName } from "../../wire/scan.ts";

/** A compression pointer has these two bits set; the others are the offset that it leads to (RFC 1035 §4.1.4). */
const POINTER = 0xc000;
const POINTER_MASK = 0x3fff;

/**
 * Puts the asker's spelling where ours went upstream: into the question; into owners, and into those names in RDATA that
 * may be compressed, as far as they end like the question's; and into what they begin with when that is ours (a DNAME
 * puts the first labels of the question's name before its target, RFC 6672 §2.2). Names that point to the question follow
 * it by themselves; a server that keeps its own spelling, BIND for one, writes in full what differs, and keeps for the
 * next asker what it was asked in. Edits the response in place.
 *
 * Where capitals of the asker's are written into names that stand there in full, the response is written anew, so that these
 * point to the question: the next one to be told may spell it in another way.
 *
 * Names of types that must not be compressed are left as they are but for what has our spelling, octet by octet.
 *
 * A name that ends like the question's comes in the asker's spelling from every server that compresses it. The case of
 * such names is no part of what DNSSEC signs (RFC 4034 §6.2); other types are left as they are.
 *
 * @param response A readable message whose question, if it has one, is `sent`.
 */
export function restoreSpelling(response: Response, sent: Uint8Array, asked: Uint8Array): void {
  // hot path
  const { octets, scan } = response;
  // A bare header, which some servers send as an error, repeats nothing.
  if (scan.questionCount === 0) return;
  octets.set(asked, HEADER_OCTETS);
  // Nothing but what points to the question is spelled like it, as in nearly all responses.
  if (!response.survey.keepsSpelling) restoreRecords(response, sent, asked);
}

function restoreRecords(response: Response, sent: Uint8Array, asked: Uint8Array): void {
  const { octets, scan, places } = response;
  const recordCount = scan.answerCount + scan.authorityCount + scan.additionalCount;
  let isRedirected = false;
  let isChanged = false;
  for (let i = 0; i < recordCount; i++) {
    if (respell(octets, places.owners[i]!, sent, asked, isRedirected)) isChanged = true;
    const head = places.heads[i]!;
    const type = uint16At(octets, head);
    if (mayCompress(type)) {
      if (respellRdata(octets, type, head + RECORD_HEAD_OCTETS, sent, asked, isRedirected)) isChanged = true;
    } else if (IN_FULL.has(type) && respellInFull(octets, type, head + RECORD_HEAD_OCTETS, sent, asked)) {
      isChanged = true;
    }
    if (type === TYPE.DNAME) isRedirected = true;
  }
  if (!isChanged || !hasCapitals(asked)) return;
  const pointing = rewriteWithout(octets, scan, null, true);
  if (pointing !== null) response.rewrite(pointing);
}

function hasCapitals(question: Uint8Array): boolean {
  for (let i = 0; i < question.length - QUESTION_TAIL_OCTETS; i++) {
    if (foldOctet(question[i]!) !== question[i]) return true;
  }
  return false;
}

/** Returns what `respell` does. */
function respellRdata(
  reply: Uint8Array,
  type: number,
  offset: number,
  sent: Uint8Array,
  asked: Uint8Array,
  isRedirected: boolean,
): boolean {
  const steps = rdataSteps(type);
  if (steps === undefined) return false;
  let isChanged = false;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    if (step >= 0) {
      offset += step;
      continue;
    }
    if (step !== STEP_COMPRESSIBLE_NAME) return isChanged;
    if (respell(reply, offset, sent, asked, isRedirected)) isChanged = true;
    offset = skipName(reply, offset, reply.length);
  }
  return isChanged;
}

/** Returns whether names were changed. */
function respellInFull(
  reply: Uint8Array,
  type: number,
  offset: number,
  sent: Uint8Array,
  asked: Uint8Array,
): boolean {
  let isChanged = false;
  for (const step of rdataSteps(type)!) {
    if (step >= 0) {
      offset += step;
    } else if (step === STEP_STRING) {
      offset += 1 + reply[offset]!;
    } else if (step === STEP_NAME) {
      if (respellOurs(reply, offset, sent, asked)) isChanged = true;
      offset = skipName(reply, offset, reply.length);
    } else {
      break;
    }
  }
  return isChanged;
}

/** Puts the asker's spelling where the name at `start`, which stands in full, ends in ours. Returns whether it was changed. */
function respellOurs(reply: Uint8Array, start: number, sent: Uint8Array, asked: Uint8Array): boolean {
  let end = start;
  while (isLabel(reply[end]!)) end += 1 + reply[end]!;
  // A pointer leads to the question, or to what follows it.
  if (reply[end] !== 0) return false;
  const sentEnd = sent.length - QUESTION_TAIL_OCTETS;
  for (let label = start; label < end; label += 1 + reply[label]!) {
    const from = sentEnd - (end + 1 - label);
    if (from < 0 || !startsWith(sent, from, reply.subarray(label, end), 0, end - label)) continue;
    let isChanged = false;
    for (let i = 0; label + i < end; i++) {
      if (reply[label + i] !== asked[from + i]) isChanged = true;
      reply[label + i] = asked[from + i]!;
    }
    return isChanged;
  }
  return false;
}

/**
 * Spells the name at `start` like the question's. Labels behind a pointer stand elsewhere, in the signer of a signature
 * say, which BIND points to: where they are the question's, the pointer is made to lead there.
 *
 * @returns Whether what it ends like stands here in full and was spelled in another way.
 */
function respell(
  reply: Uint8Array,
  start: number,
  sent: Uint8Array,
  asked: Uint8Array,
  isRedirected: boolean,
): boolean {
  // hot path
  if (reply[start] === 0) return false;
  if (reply[start]! < 0xc0) respellBeginning(reply, start, sent, asked, isRedirected);
  // Nearly every pointer leads into the question.
  else if ((uint16At(reply, start) & POINTER_MASK) < HEADER_OCTETS + asked.length) return false;
  let offset = labelAt(reply, start);
  let own = HEADER_OCTETS;
  for (let extra = labelCountAt(reply, start) - labelCountAt(reply, own); extra !== 0;) {
    if (extra > 0) {
      offset = labelAt(reply, offset + 1 + reply[offset]!);
      extra--;
    } else {
      own += 1 + reply[own]!;
      extra++;
    }
  }
  // From where on the names are the same.
  let sameFrom = offset;
  let ownFrom = own;
  for (; reply[own] !== 0;) {
    const labelOctets = 1 + reply[own]!;
    if (reply[offset] !== reply[own] || !isSameRun(reply, offset, reply, own, labelOctets)) {
      sameFrom = labelAt(reply, offset + 1 + reply[offset]!);
      ownFrom = own + labelOctets;
    }
    offset = labelAt(reply, offset + 1 + reply[offset]!);
    own += labelOctets;
  }
  let place = start;
  while (labelAt(reply, place) !== sameFrom && isLabel(reply[place]!)) place += 1 + reply[place]!;
  if (labelAt(reply, place) !== sameFrom) return false;
  let isChanged = false;
  for (; isLabel(reply[place]!); place++, ownFrom++) {
    for (let i = reply[place]!; i > 0; i--) {
      const octet = reply[++ownFrom]!;
      if (reply[++place] !== octet) isChanged = true;
      reply[place] = octet;
    }
  }
  if (reply[place]! >= 0xc0 && reply[ownFrom] !== 0) putUint16(reply, place, POINTER | ownFrom);
  return isChanged;
}

/** What comes out of a server that puts the first labels of what it was asked before another name. */
function respellBeginning(
  reply: Uint8Array,
  start: number,
  sent: Uint8Array,
  asked: Uint8Array,
  isRedirected: boolean,
): void {
  // hot path
  const nameEnd = sent.length - QUESTION_TAIL_OCTETS;
  let end = 0;
  while (isLabel(reply[start + end]!) && end < nameEnd - 1) {
    const labelOctets = 1 + sent[end]!;
    if (reply[start + end] !== sent[end]) break;
    // It may have been asked before, in another spelling, and have kept that.
    const isSame = isRedirected
      ? isSameRun(reply, start + end, sent, end, labelOctets)
      : startsWith(reply, start + end, sent, end, labelOctets);
    if (!isSame) break;
    end += labelOctets;
  }
  for (let i = 0; i < end; i++) reply[start + i] = asked[i]!;
}

function startsWith(octets: Uint8Array, offset: number, part: Uint8Array, start: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (octets[offset + i] !== part[start + i]) return false;
  return true;
}

function isLabel(octet: number): boolean {
  return octet > 0 && octet < 0xc0;
}
