import { formatIp, parseIp } from "../../base/net/ip.ts";
import { fromBase32hex, fromBase64, fromHex, toBase32hex } from "./base_encodings.ts";
import { typeFromText, typeToText } from "../iana.ts";
import { nameFromText, nameToText, readName } from "../name.ts";
import type { RdataField } from "../rdata/rdata_fields.ts";
import { RdataFormatError } from "./rdata_format_error.ts";
import type { Reader } from "../reader.ts";
import { readServiceParameters, writeServiceParameters } from "./service_parameters.ts";
import { quoteOctets, type TokenReader, unescapeOctets } from "./tokens.ts";
import { readNxtBitmap, readTypeBitmap, writeNxtBitmap, writeTypeBitmap } from "./type_bitmap.ts";
import { WireFormatError } from "../wire_format_error.ts";
import type { Writer } from "../writer.ts";

/** How one kind of field is written in presentation format. */
export interface FieldText {
  /**
   * Reads the field; an empty text when the field takes no word.
   *
   * @throws {WireFormatError} when it is not what its kind says, so that no text would read back as the same octets.
   */
  toText(reader: Reader): string;
  /**
   * Writes the field that the next words say.
   *
   * @throws {RdataFormatError} when they say none. What `toText` refuses is the caller's to check by reading it back.
   */
  fromText(tokens: TokenReader, writer: Writer): void;
}

const NAME: FieldText = {
  toText: (reader) => {
    const start = reader.offset;
    const name = readName(reader);
    // RDATA stands by itself, so that a pointer in it leads nowhere that was meant.
    if (reader.offset - start !== name.length) throw new WireFormatError("Name in RDATA is compressed");
    return nameToText(name);
  },
  fromText: (tokens, writer) => writer.octets(nameFromText(tokens.next().text)),
};

/** How each kind of field is written. */
export const FIELD_TEXT: Readonly<Record<RdataField, FieldText>> = {
  uint8: {
    toText: (reader) => String(reader.uint8()),
    fromText: (tokens, writer) => writer.uint8(numberFromText(tokens.next().text, 0xff)),
  },
  uint16: {
    toText: (reader) => String(reader.uint16()),
    fromText: (tokens, writer) => writer.uint16(numberFromText(tokens.next().text, 0xffff)),
  },
  uint32: {
    toText: (reader) => String(reader.uint32()),
    fromText: (tokens, writer) => writer.uint32(numberFromText(tokens.next().text, 0xffffffff)),
  },
  type: {
    toText: (reader) => typeToText(reader.uint16()),
    fromText: (tokens, writer) => writer.uint16(parseType(tokens.next().text)),
  },
  time: {
    toText: (reader) => timeToText(reader.uint32()),
    fromText: (tokens, writer) => writer.uint32(timeFromText(tokens.next().text)),
  },
  ipv4: {
    toText: (reader) => formatIp(reader.take(4)),
    fromText: (tokens, writer) => writer.octets(parseAddress(tokens.next().text, 4)),
  },
  ipv6: {
    toText: (reader) => formatIp(reader.take(16)),
    fromText: (tokens, writer) => writer.octets(parseAddress(tokens.next().text, 16)),
  },
  locator: {
    toText: (reader) => Array.from({ length: 4 }, () => reader.uint16().toString(16)).join(":"),
    fromText: (tokens, writer) => {
      const { text } = tokens.next();
      if (!/^(?:[0-9a-f]{1,4}:){3}[0-9a-f]{1,4}$/i.test(text)) {
        throw new RdataFormatError(`"${text}" is not four groups of hex digits`);
      }
      for (const group of text.split(":")) writer.uint16(parseInt(group, 16));
    },
  },
  compressibleName: NAME,
  name: NAME,
  string: {
    toText: (reader) => quoteOctets(readCounted(reader)),
    fromText: (tokens, writer) => writeCounted(writer, unescapeOctets(tokens.next().text)),
  },
  strings: {
    toText: (reader) => {
      const strings = [];
      // RFC 1035 §3.3.14: "One or more <character-string>s."
      do strings.push(quoteOctets(readCounted(reader))); while (reader.remaining > 0);
      return strings.join(" ");
    },
    fromText: (tokens, writer) => {
      for (const { text } of tokens.rest()) writeCounted(writer, unescapeOctets(text));
    },
  },
  tag: {
    toText: (reader) => {
      const tag = String.fromCharCode(...readCounted(reader));
      if (!/^[0-9a-zA-Z]+$/.test(tag)) throw new WireFormatError("Tag must consist of ASCII letters and digits");
      return tag;
    },
    fromText: (tokens, writer) => writeCounted(writer, unescapeOctets(tokens.next().text)),
  },
  text: {
    toText: (reader) => quoteOctets(reader.take(reader.remaining)),
    fromText: (tokens, writer) => writer.octets(unescapeOctets(tokens.next().text)),
  },
  hex: {
    toText: (reader) => takeRest(reader).toHex(),
    fromText: (tokens, writer) => writer.octets(fromHex(joinRest(tokens))),
  },
  base64: {
    toText: (reader) => takeRest(reader).toBase64(),
    fromText: (tokens, writer) => writer.octets(fromBase64(joinRest(tokens))),
  },
  salt: {
    // RFC 5155 §3.3: "represented as "-" (without the quotes) when the Salt Length field has a value of 0"
    toText: (reader) => readCounted(reader).toHex() || "-",
    fromText: (tokens, writer) => {
      const { text } = tokens.next();
      writeCounted(writer, fromHex(text === "-" ? "" : text));
    },
  },
  hash: {
    toText: (reader) => {
      const hash = readCounted(reader);
      if (hash.length === 0) throw new WireFormatError("Hash is empty");
      return toBase32hex(hash);
    },
    fromText: (tokens, writer) => writeCounted(writer, fromBase32hex(tokens.next().text)),
  },
  types: {
    toText: (reader) => readTypeBitmap(reader).map(typeToText).join(" "),
    fromText: (tokens, writer) => writeTypeBitmap(writer, parseTypes(tokens)),
  },
  nxtTypes: {
    toText: (reader) => readNxtBitmap(reader).map(typeToText).join(" "),
    fromText: (tokens, writer) => writeNxtBitmap(writer, parseTypes(tokens)),
  },
  serviceParameters: {
    toText: readServiceParameters,
    fromText: (tokens, writer) => writeServiceParameters(writer, tokens.rest()),
  },
};

function numberFromText(text: string, max: number): number {
  if (!/^[0-9]{1,10}$/.test(text) || Number(text) > max) {
    throw new RdataFormatError(`"${text}" is not a number of 0–${max}`);
  }
  return Number(text);
}

/** RFC 4034 §3.2: `YYYYMMDDHHmmSS` in UTC. */
function timeToText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace(/[-T:]/g, "");
}

/** RFC 4034 §3.2: 14 digits are a date, fewer are the seconds themselves. */
function timeFromText(text: string): number {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/, "$1-$2-$3T$4:$5:$6Z");
  if (iso === text) return numberFromText(text, 0xffffffff);
  const seconds = Date.parse(iso) / 1000;
  // Date may turn the 30th of February into March; reading it back shows that. What is no time at all is NaN.
  if (!(seconds >= 0 && seconds <= 0xffffffff) || timeToText(seconds) !== text) {
    throw new RdataFormatError(`"${text}" is not a time of 1970–2106 as YYYYMMDDHHmmSS`);
  }
  return seconds;
}

function parseAddress(text: string, octetCount: 4 | 16): Uint8Array<ArrayBuffer> {
  const octets = parseIp(text);
  if (octets?.length !== octetCount) {
    throw new RdataFormatError(`"${text}" is not an IPv${octetCount === 4 ? 4 : 6} address`);
  }
  return octets;
}

function parseType(text: string): number {
  const type = typeFromText(text);
  if (type === null) throw new RdataFormatError(`"${text}" is not a type`);
  return type;
}

function parseTypes(tokens: TokenReader): number[] {
  return tokens.rest().map(({ text }) => parseType(text));
}

function readCounted(reader: Reader): Uint8Array<ArrayBuffer> {
  return reader.take(reader.uint8());
}

function writeCounted(writer: Writer, octets: Uint8Array): void {
  if (octets.length > 255) throw new RdataFormatError(`A string has ${octets.length} octets: 255 is the most`);
  writer.uint8(octets.length);
  writer.octets(octets);
}

/** All that is left, at least one octet: nothing would leave no word to write. */
function takeRest(reader: Reader): Uint8Array<ArrayBuffer> {
  if (reader.remaining === 0) throw new WireFormatError("Last field is empty");
  return reader.take(reader.remaining);
}

/** Long hex and base64 may be split into words anywhere (RFC 4034 §2.2, §5.3). */
function joinRest(tokens: TokenReader): string {
  return tokens.rest().map(({ text }) => text).join("");
}
