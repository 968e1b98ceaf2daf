import { concat } from "@std/bytes/concat";
import { CLASS } from "../iana.ts";
import { foldCase, type Name, readName } from "../name.ts";
import { PointerWork } from "../pointer_work.ts";
import { RDATA_FIELDS, type RdataField } from "./rdata_fields.ts";
import { checkRdata, RDATA_FORM } from "./rdata_form.ts";
import { Reader } from "../reader.ts";
import { WireFormatError } from "../wire_format_error.ts";
import type { Writer } from "../writer.ts";

/**
 * RDATA of one record. In memory it stands by itself: names inside it are in full, so it may move to another message
 * (RFC 3597 §4: pointers would lead into a message that is no longer there).
 */
export type Rdata = Uint8Array<ArrayBuffer>;

/**
 * How to get past the names of an RDATA, one step after another: a positive number of octets, or one of the steps
 * below.
 */
export type RdataStep = number;
/** A name that is written in full. */
export const STEP_NAME: RdataStep = -1;
/** A name that may be compressed when written. */
export const STEP_COMPRESSIBLE_NAME: RdataStep = -2;
/** A length octet and that many octets. */
export const STEP_STRING: RdataStep = -3;
/** Everything up to the end. Always the last step. */
export const STEP_REST: RdataStep = -4;

/** The steps of a type whose RDATA holds names, else `undefined`: then the RDATA is opaque. */
export function rdataSteps(type: number): readonly RdataStep[] | undefined {
  return STEPS.get(type);
}

const STEPS: ReadonlyMap<number, readonly RdataStep[]> = new Map(
  [...RDATA_FIELDS]
    .filter(([, fields]) => fields.includes("name") || fields.includes("compressibleName"))
    .map(([type, fields]) => [type, fields.map(fieldToStep)]),
);

function fieldToStep(field: RdataField): RdataStep {
  switch (field) {
    case "uint8":
      return 1;
    case "uint16":
    case "type":
      return 2;
    case "uint32":
    case "time":
    case "ipv4":
      return 4;
    case "ipv6":
      return 16;
    case "locator":
      return 8;
    case "name":
      return STEP_NAME;
    case "compressibleName":
      return STEP_COMPRESSIBLE_NAME;
    case "string":
    case "tag":
    case "salt":
    case "hash":
      return STEP_STRING;
    default:
      return STEP_REST;
  }
}

/**
 * Reads an RDATA and writes its names out in full.
 *
 * @param reader Bounded by RDLENGTH; read to its end.
 * @throws {WireFormatError} when it is not built as the definition of its type says; see `checkRdata`.
 */
export function readRdata(reader: Reader, type: number, rrclass: number = CLASS.IN): Rdata {
  const { octets, offset, end } = reader;
  const rdata = readParts(reader, STEPS.get(type));
  // What the names cost has been counted where they were read.
  const form = checkRdata(octets, type, rrclass, offset, end, new PointerWork());
  if (form === RDATA_FORM.broken) throw new WireFormatError(`RDATA of type ${type} is malformed`);
  return rdata;
}

function readParts(reader: Reader, steps: readonly RdataStep[] | undefined): Rdata {
  if (steps === undefined) return reader.take(reader.remaining);
  const parts: Uint8Array[] = [];
  for (const step of steps) parts.push(readStep(reader, step));
  if (reader.remaining > 0) throw new WireFormatError("RDATA is too long");
  return concat(parts);
}

/** Writes an RDATA, compressing the names that may be. Without its length. */
export function writeRdata(writer: Writer, type: number, rdata: Rdata): void {
  const steps = STEPS.get(type);
  if (steps === undefined) return writer.octets(rdata);
  const reader = new Reader(rdata);
  for (const step of steps) {
    if (step === STEP_COMPRESSIBLE_NAME) writer.compressedName(readName(reader));
    else writer.octets(readStep(reader, step));
  }
}

/**
 * A form in which equal RDATA have equal octets: names of known types in lower case, everything else as it is
 * (RFC 4034 §6.2, RFC 3597 §6).
 */
export function canonicalRdata(type: number, rdata: Rdata): Rdata {
  const steps = STEPS.get(type);
  if (steps === undefined) return rdata;
  const reader = new Reader(rdata);
  return concat(steps.map((step) => {
    const part = readStep(reader, step);
    return step === STEP_NAME || step === STEP_COMPRESSIBLE_NAME ? foldCase(part) : part;
  }));
}

/** The names in an RDATA, in order: where a record leads. None for a type without names, or an unknown one. */
export function rdataNames(type: number, rdata: Rdata): Name[] {
  const reader = new Reader(rdata);
  const names: Name[] = [];
  for (const step of STEPS.get(type) ?? []) {
    const part = readStep(reader, step);
    if (step === STEP_NAME || step === STEP_COMPRESSIBLE_NAME) names.push(part);
  }
  return names;
}

function readStep(reader: Reader, step: RdataStep): Uint8Array<ArrayBuffer> {
  switch (step) {
    case STEP_NAME:
    case STEP_COMPRESSIBLE_NAME:
      return readName(reader);
    case STEP_STRING: {
      const start = reader.offset;
      reader.skip(reader.uint8());
      return reader.octets.slice(start, reader.offset);
    }
    case STEP_REST:
      return reader.take(reader.remaining);
    default:
      return reader.take(step);
  }
}
