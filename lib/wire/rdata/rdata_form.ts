import { CLASS, TYPE } from "../iana.ts";
import type { PointerWork } from "../pointer_work.ts";
import { RDATA_FIELDS, type RdataField } from "./rdata_fields.ts";
import { areServiceParameters } from "./service_parameters_form.ts";
import { skipName, UNREADABLE } from "../skip_name.ts";
import { isNxtBitmap, isTypeBitmap } from "./type_bitmap_form.ts";

/** What an RDATA is found to be. */
export const RDATA_FORM = {
  /** Not what its type's definition says. */
  broken: 0,
  /** As it should be; or of a type that nothing is known of. */
  whole: 1,
  /** The same, but a name in it is compressed that must not be (RFC 3597 §4). */
  overcompressed: 2,
} as const;

/** How to get past one field: a positive number of octets, or one of these. */
const STEP = {
  name: -1,
  compressibleName: -2,
  string: -3,
  /** A string of one octet or more. */
  filledString: -4,
  /** One string or more up to the end; so are all that follow. */
  strings: -5,
  rest: -6,
  /** One octet or more. */
  filledRest: -7,
  types: -8,
  nxtTypes: -9,
  serviceParameters: -10,
} as const;

const STEP_OF: Readonly<Record<RdataField, number>> = {
  uint8: 1,
  uint16: 2,
  uint32: 4,
  type: 2,
  time: 4,
  ipv4: 4,
  ipv6: 16,
  locator: 8,
  compressibleName: STEP.compressibleName,
  name: STEP.name,
  string: STEP.string,
  salt: STEP.string,
  tag: STEP.filledString,
  hash: STEP.filledString,
  strings: STEP.strings,
  text: STEP.rest,
  hex: STEP.filledRest,
  base64: STEP.filledRest,
  types: STEP.types,
  nxtTypes: STEP.nxtTypes,
  serviceParameters: STEP.serviceParameters,
};

/** By type: an index takes less time than a lookup, and every record of every message is looked at. */
const FORMS: readonly (readonly number[] | null)[] = Array.from({ length: Math.max(...RDATA_FIELDS.keys()) + 1 }, (
  _,
  type,
) => RDATA_FIELDS.get(type)?.map((field) => STEP_OF[field]) ?? null);

/**
 * Whether an RDATA is built as the definition of its type says, see `RDATA_FORM`. What a field means is not looked at:
 * numbers may be any, and so may the values of SvcParams, which only who uses them understands.
 *
 * @param start Where the RDATA begins.
 * @param end Where it ends, as RDLENGTH says.
 * @param work Of the message, to which the names add.
 */
export function checkRdata(
  octets: Uint8Array,
  type: number,
  rrclass: number,
  start: number,
  end: number,
  work: PointerWork,
): number {
  // hot path
  const form = type < FORMS.length ? FORMS[type]! : null;
  // RFC 1035 §3.4.1, RFC 3596 §2.1: addresses of the Internet. Those of other classes have a form of their own.
  if (form === null || ((type === TYPE.A || type === TYPE.AAAA) && rrclass !== CLASS.IN)) return RDATA_FORM.whole;
  let found: number = RDATA_FORM.whole;
  let offset = start;
  for (let i = 0; i < form.length; i++) {
    const step = form[i]!;
    if (step > 0) {
      offset += step;
    } else if (step >= STEP.compressibleName) {
      const nameEnd = skipName(octets, offset, end, work);
      if (nameEnd === UNREADABLE) return RDATA_FORM.broken;
      if (step === STEP.name && mayEndInPointer(octets, offset, nameEnd)) found = RDATA_FORM.overcompressed;
      offset = nameEnd;
    } else if (step >= STEP.filledString) {
      if (offset >= end || (step === STEP.filledString && octets[offset] === 0)) return RDATA_FORM.broken;
      offset += 1 + octets[offset]!;
    } else {
      return isRestWhole(octets, step, offset, end) ? found : RDATA_FORM.broken;
    }
    if (offset > end) return RDATA_FORM.broken;
  }
  return offset === end ? found : RDATA_FORM.broken;
}

/** Whether the last field, which takes all that is left, is what it should be. */
function isRestWhole(octets: Uint8Array, step: number, offset: number, end: number): boolean {
  // hot path
  switch (step) {
    case STEP.strings:
      return areStrings(octets, offset, end);
    case STEP.rest:
      return offset <= end;
    case STEP.filledRest:
      return offset < end;
    case STEP.types:
      return isTypeBitmap(octets, offset, end);
    case STEP.nxtTypes:
      return isNxtBitmap(octets, offset, end);
    default:
      return areServiceParameters(octets, offset, end);
  }
}

/** RFC 1035 §3.3.14: "One or more <character-string>s." */
function areStrings(octets: Uint8Array, offset: number, end: number): boolean {
  // hot path
  do {
    if (offset >= end) return false;
    offset += 1 + octets[offset]!;
  } while (offset < end);
  return offset === end;
}

/**
 * Whether a name that has been read in its own place ends in a pointer. A name without one that ends in an octet of 192 or
 * more before the root passes for one, too; there is none.
 */
function mayEndInPointer(octets: Uint8Array, start: number, end: number): boolean {
  return end - start > 1 && octets[end - 2]! >= 0xc0;
}
