import { ANCOUNT_OFFSET, RDLENGTH_OFFSET, RECORD_HEAD_OCTETS } from "../../wire/header.ts";
import { TYPE } from "../../wire/iana.ts";
import type { NameNumbers } from "./name_numbers.ts";
import { octetsText, uint16At } from "../../wire/octets.ts";
import { rdataSteps, STEP_COMPRESSIBLE_NAME, STEP_NAME, STEP_REST, STEP_STRING } from "../../wire/rdata/rdata.ts";
import { skipName } from "../../wire/skip_name.ts";

/** From a record's TYPE to its CLASS and its TTL (RFC 1035 §4.1.3). */
const CLASS_OFFSET = 2;
const TTL_OFFSET = 4;

/** A record as it stands in a message. Its names are numbers, see `NameNumbers`. */
export interface SentRecord {
  /** Where it begins. */
  readonly offset: number;
  /** The name it belongs to. */
  readonly owner: number;
  /** TYPE. */
  readonly type: number;
  /** The same; of a signature, the type that it covers: it has a place where that has one. */
  readonly role: number;
  /** CLASS. */
  readonly class: number;
  /** Seconds, as they stand there. */
  readonly sentTtl: number;
  /** Seconds, as they are to be. */
  ttl: number;
  /** Where its RDATA begins. */
  readonly rdata: number;
  /** Where its RDATA ends. */
  readonly end: number;
}

/** The records of a readable message of one question, section by section. */
export function sentRecords(
  octets: Uint8Array,
  questionsEnd: number,
  names: NameNumbers,
): [answers: SentRecord[], authorities: SentRecord[], additionals: SentRecord[]] {
  const sections: [SentRecord[], SentRecord[], SentRecord[]] = [[], [], []];
  let offset = questionsEnd;
  for (const [section, records] of sections.entries()) {
    for (let left = uint16At(octets, ANCOUNT_OFFSET + 2 * section); left > 0; left--) {
      const record = sentRecordAt(octets, offset, names);
      records.push(record);
      offset = record.end;
    }
  }
  return sections;
}

function sentRecordAt(octets: Uint8Array, offset: number, names: NameNumbers): SentRecord {
  const head = skipName(octets, offset, octets.length);
  const type = uint16At(octets, head);
  const rdata = head + RECORD_HEAD_OCTETS;
  const ttl = uint16At(octets, head + TTL_OFFSET) * 0x1_0000 + uint16At(octets, head + TTL_OFFSET + 2);
  return {
    offset,
    owner: names.numberAt(offset),
    type,
    role: type === TYPE.RRSIG ? uint16At(octets, rdata) : type,
    class: uint16At(octets, head + CLASS_OFFSET),
    sentTtl: ttl,
    ttl,
    rdata,
    end: rdata + uint16At(octets, head + RDLENGTH_OFFSET),
  };
}

/** The names in a record's RDATA, in order: where it leads. None for a type without names, or an unknown one. */
export function targetsOf(octets: Uint8Array, record: SentRecord, names: NameNumbers): number[] {
  const targets: number[] = [];
  walkRdata(octets, record, (offset, end, isName) => {
    if (isName && end > offset) targets.push(names.numberAt(offset));
  });
  return targets;
}

/** A text that is the same for the records of one RRset, and different for those of different ones. */
export function setKeyOf({ owner, type, role, class: rrclass }: SentRecord): string {
  // RFC 4034 §3: RRSIGs do not form one RRset; each belongs to the type that it covers.
  return String.fromCharCode(owner, type, role, rrclass);
}

/** A text that is the same for equal records (RFC 2181 §5), TTLs aside: names by their numbers, all else by its octets. */
export function recordKeyOf(octets: Uint8Array, record: SentRecord, names: NameNumbers): string {
  let key = setKeyOf(record);
  walkRdata(octets, record, (offset, end, isName) => {
    key += isName ? String.fromCharCode(names.numberAt(offset)) : octetsText(octets.subarray(offset, end));
  });
  return key;
}

/** Calls `visit` for each name in an RDATA, and for what stands before and behind them. */
export function walkRdata(
  octets: Uint8Array,
  { type, rdata, end }: Pick<SentRecord, "type" | "rdata" | "end">,
  visit: (start: number, end: number, isName: boolean, isCompressible: boolean) => void,
): void {
  let from = rdata;
  let offset = rdata;
  for (const step of rdataSteps(type) ?? [STEP_REST]) {
    if (step === STEP_NAME || step === STEP_COMPRESSIBLE_NAME) {
      if (offset > from) visit(from, offset, false, false);
      const nameEnd = skipName(octets, offset, end);
      visit(offset, nameEnd, true, step === STEP_COMPRESSIBLE_NAME);
      from = offset = nameEnd;
    } else {
      offset = step === STEP_REST ? end : offset + (step === STEP_STRING ? 1 + octets[offset]! : step);
    }
  }
  if (end > from) visit(from, end, false, false);
}
