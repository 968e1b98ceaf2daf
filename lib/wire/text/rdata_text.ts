import { equals } from "@std/bytes/equals";
import { fromHex } from "./base_encodings.ts";
import { FIELD_TEXT } from "./field_text.ts";
import { typeToText } from "../iana.ts";
import { NameFormatError } from "../name.ts";
import { type Rdata, readRdata } from "../rdata/rdata.ts";
import { RDATA_FIELDS, type RdataField } from "../rdata/rdata_fields.ts";
import { RdataFormatError } from "./rdata_format_error.ts";
import { Reader } from "../reader.ts";
import { TokenReader } from "./tokens.ts";
import { WireFormatError } from "../wire_format_error.ts";
import { MessageTooLongError, Writer } from "../writer.ts";

/**
 * RDATA in presentation format (RFC 1035 §5.1), its names absolute. Types that we do not know, and RDATA that is not what
 * its type says, come out in the generic form `\# 4 c0000201` (RFC 3597 §5).
 */
export function rdataToText(type: number, rdata: Rdata): string {
  const fields = RDATA_FIELDS.get(type);
  if (fields === undefined) return toGenericText(rdata);
  try {
    return fieldsToText(fields, rdata);
  } catch (error) {
    if (error instanceof WireFormatError) return toGenericText(rdata);
    throw error;
  }
}

/**
 * Reads RDATA in presentation format, in one line without parentheses and comments. Names are absolute, with or without
 * the final dot. The generic form `\# <length> <hex>` is read for every type.
 *
 * @throws {RdataFormatError} when the text is no RDATA of `type`, or `type` is unknown and the form is not generic.
 */
export function rdataFromText(type: number, text: string): Rdata {
  try {
    const tokens = new TokenReader(text);
    if (tokens.isGeneric) return fromGenericTokens(type, tokens);
    const fields = RDATA_FIELDS.get(type);
    if (fields === undefined) throw new RdataFormatError("only \\# <length> <hex> is known for this type");
    return fieldsFromTokens(fields, tokens);
  } catch (cause) {
    if (!isFormatError(cause)) throw cause;
    throw new RdataFormatError(`Cannot read ${typeToText(type)} RDATA "${text}": ${cause.message}`, { cause });
  }
}

function fieldsToText(fields: readonly RdataField[], rdata: Rdata): string {
  const reader = new Reader(rdata);
  const words = fields.map((field) => FIELD_TEXT[field].toText(reader)).filter((word) => word !== "");
  if (reader.remaining > 0) throw new WireFormatError("RDATA is too long");
  return words.join(" ");
}

function fieldsFromTokens(fields: readonly RdataField[], tokens: TokenReader): Rdata {
  const writer = new Writer();
  for (const field of fields) FIELD_TEXT[field].fromText(tokens, writer);
  if (tokens.remaining > 0) throw new RdataFormatError(`"${tokens.next().text}" is one field too many`);
  const rdata = writer.finish();
  // What can be read back keeps every rule of its fields: the rules stand in one place, with the reading.
  fieldsToText(fields, rdata);
  return rdata;
}

function toGenericText(rdata: Rdata): string {
  return `\\# ${rdata.length} ${rdata.toHex()}`.trimEnd();
}

function fromGenericTokens(type: number, tokens: TokenReader): Rdata {
  tokens.next();
  const length = tokens.next().text;
  const rdata = fromHex(tokens.rest().map(({ text }) => text).join(""));
  if (length !== String(rdata.length)) throw new RdataFormatError(`${length} octets promised, ${rdata.length} given`);
  // RFC 3597 §5: a known type keeps its rules in this form too. A pointer would lead out of the text, and RDATA whose names
  // cannot be found could not be sent.
  if (!equals(readRdata(new Reader(rdata), type), rdata)) throw new RdataFormatError("a name in it is compressed");
  return rdata;
}

function isFormatError(error: unknown): error is Error {
  return error instanceof RdataFormatError || error instanceof NameFormatError || error instanceof WireFormatError ||
    error instanceof MessageTooLongError;
}
