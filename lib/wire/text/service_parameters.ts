import { formatIp, parseIp } from "../../base/net/ip.ts";
import { fromBase64 } from "./base_encodings.ts";
import { RdataFormatError } from "./rdata_format_error.ts";
import type { Reader } from "../reader.ts";
import { INVALID_KEY } from "../rdata/service_parameters_form.ts";
import { quoteOctets, type Token, unescapeOctets } from "./tokens.ts";
import { WireFormatError } from "../wire_format_error.ts";
import { Writer } from "../writer.ts";

/** SvcParamKeys (RFC 9460 §14.3.2). */
const KEY = { MANDATORY: 0, ALPN: 1, NO_DEFAULT_ALPN: 2, PORT: 3, IPV4HINT: 4, ECH: 5, IPV6HINT: 6 } as const;
/** What the text of a key without a name begins with; its number follows. */
const UNNAMED = "key";

/**
 * How the value of one key is written. Text is the value of the character-string: one UTF-16 unit per octet, escapes
 * already undone.
 */
interface ValueForm {
  readonly mnemonic: string;
  /** Reads the whole value. Throws {@linkcode WireFormatError} when it is not what the key's definition says. */
  toText(reader: Reader): string;
  fromText(text: string, writer: Writer): void;
}

/**
 * Reads SvcParams up to the end and writes them as text, in the order of their keys (RFC 9460 §2.1).
 *
 * @throws {WireFormatError} for keys out of order, a value that breaks its key's rules, or parameters that contradict
 * each other.
 */
export function readServiceParameters(reader: Reader): string {
  const texts = new Map<string, string>();
  let previousKey = -1;
  while (reader.remaining > 0) {
    const key = reader.uint16();
    // RFC 9460 §2.2: "SvcParamKeys SHALL appear in increasing numeric order."
    if (key <= previousKey || key === INVALID_KEY) throw new WireFormatError(`SvcParamKey ${key} is out of order`);
    previousKey = key;
    const value = reader.section(reader.uint16());
    texts.set(keyToText(key), (VALUE_FORMS.get(key) ?? OPAQUE).toText(value));
    if (value.remaining > 0) throw new WireFormatError(`Value of ${keyToText(key)} is too long`);
  }
  checkConsistency(texts);
  return [...texts].map(([key, text]) => text === "" ? key : `${key}=${quoteIfNeeded(text)}`).join(" ");
}

/**
 * Writes the SvcParams of `tokens`, which may come in any order.
 *
 * @throws {RdataFormatError} when a key is unknown or comes twice, or a value is not readable. What else
 * {@linkcode readServiceParameters} refuses is the caller's to check by reading it back.
 */
export function writeServiceParameters(writer: Writer, tokens: readonly Token[]): void {
  const values = new Map<number, Uint8Array>();
  for (const { text } of tokens) {
    const equalsAt = text.indexOf("=");
    const key = keyFromText(equalsAt === -1 ? text : text.slice(0, equalsAt));
    if (values.has(key)) throw new RdataFormatError(`${keyToText(key)} comes twice`);
    const value = new Writer();
    // RFC 9460 §2.1: "key1" is the key of "alpn" too, but its value is written as opaque octets.
    const form = text.startsWith(UNNAMED) ? OPAQUE : VALUE_FORMS.get(key)!;
    form.fromText(equalsAt === -1 ? "" : toLatin1(unescapeOctets(text.slice(equalsAt + 1))), value);
    values.set(key, value.finish());
  }
  for (const [key, value] of [...values].sort(([a], [b]) => a - b)) {
    writer.uint16(key);
    writer.uint16(value.length);
    writer.octets(value);
  }
}

/** Keys that we know nothing of. */
const OPAQUE: ValueForm = {
  mnemonic: "",
  toText: (reader) => toLatin1(reader.take(reader.remaining)),
  fromText: (text, writer) => writer.octets(fromLatin1(text)),
};

const VALUE_FORMS: ReadonlyMap<number, ValueForm> = new Map<number, ValueForm>([
  [KEY.MANDATORY, { // RFC 9460 §8
    mnemonic: "mandatory",
    toText: (reader) => {
      const keys = readMany(reader, () => reader.uint16());
      // "in strictly increasing numeric order"; the key "MUST NOT appear in its own value-list".
      if (keys.some((key, i) => key <= (keys[i - 1] ?? KEY.MANDATORY))) {
        throw new WireFormatError("Value of mandatory is out of order or names itself");
      }
      return keys.map(keyToText).join(",");
    },
    fromText: (text, writer) => {
      for (const key of splitList(text).map(keyFromText).sort((a, b) => a - b)) writer.uint16(key);
    },
  }],
  [KEY.ALPN, { // RFC 9460 §7.1
    mnemonic: "alpn",
    toText: (reader) => joinList(readMany(reader, () => toLatin1(reader.take(reader.uint8())))),
    fromText: (text, writer) => {
      for (const id of splitList(text)) {
        if (id.length > 255) throw new RdataFormatError(`ALPN identifier has ${id.length} octets: 255 is the most`);
        writer.uint8(id.length);
        writer.octets(fromLatin1(id));
      }
    },
  }],
  [KEY.NO_DEFAULT_ALPN, { // RFC 9460 §7.1: the value is empty
    mnemonic: "no-default-alpn",
    toText: () => "",
    fromText: (text, writer) => writer.octets(fromLatin1(text)),
  }],
  [KEY.PORT, { // RFC 9460 §7.2
    mnemonic: "port",
    toText: (reader) => String(reader.uint16()),
    fromText: (text, writer) => {
      if (!/^[0-9]{1,5}$/.test(text) || Number(text) > 0xffff) {
        throw new RdataFormatError(`"${text}" is not a port of 0–65535`);
      }
      writer.uint16(Number(text));
    },
  }],
  [KEY.IPV4HINT, addressHint("ipv4hint", 4)],
  [KEY.ECH, { // RFC 9848 §3: an ECHConfigList
    mnemonic: "ech",
    toText: (reader) => {
      if (reader.remaining === 0) throw new WireFormatError("Value of ech is empty");
      return reader.take(reader.remaining).toBase64();
    },
    fromText: (text, writer) => writer.octets(fromBase64(text)),
  }],
  [KEY.IPV6HINT, addressHint("ipv6hint", 16)],
]);

/** RFC 9460 §7.3: one address or more. */
function addressHint(mnemonic: string, addressOctets: 4 | 16): ValueForm {
  return {
    mnemonic,
    toText: (reader) => readMany(reader, () => formatIp(reader.take(addressOctets))).join(","),
    fromText: (text, writer) => {
      for (const item of splitList(text)) {
        const octets = parseIp(item);
        if (octets?.length !== addressOctets) throw new RdataFormatError(`"${item}" is no address for ${mnemonic}`);
        writer.octets(octets);
      }
    },
  };
}

/** RFC 9460 §2.4.3: every key listed as mandatory is there, and `no-default-alpn` does not leave no protocol at all. */
function checkConsistency(texts: ReadonlyMap<string, string>): void {
  const needed = texts.get("mandatory")?.split(",") ?? [];
  if (texts.has("no-default-alpn")) needed.push("alpn");
  for (const key of needed) if (!texts.has(key)) throw new WireFormatError(`Parameter ${key} is needed and missing`);
}

function keyToText(key: number): string {
  return VALUE_FORMS.get(key)?.mnemonic ?? `${UNNAMED}${key}`;
}

function keyFromText(text: string): number {
  for (const [key, { mnemonic }] of VALUE_FORMS) if (mnemonic === text) return key;
  // RFC 9460 §2.1: no leading zeros.
  const number = /^key(0|[1-9][0-9]{0,4})$/.exec(text)?.[1];
  if (number === undefined || Number(number) >= INVALID_KEY) throw new RdataFormatError(`"${text}" is no SvcParamKey`);
  return Number(number);
}

/** One item or more, up to the end. */
function readMany<T>(reader: Reader, read: () => T): T[] {
  const items = [];
  do items.push(read()); while (reader.remaining > 0);
  return items;
}

/** A value-list (RFC 9460 §A.1): a backslash before commas and backslashes of an item, which text then escapes again. */
function joinList(items: readonly string[]): string {
  if (items.includes("")) throw new WireFormatError("Value has an empty item");
  return items.map((item) => item.replace(/[\\,]/g, "\\$&")).join(",");
}

const LIST_ITEM = String.raw`(?:[^\\,]|\\[\\,])+`;
const LIST = new RegExp(`^${LIST_ITEM}(?:,${LIST_ITEM})*$`, "s");

function splitList(text: string): string[] {
  if (!LIST.test(text)) throw new RdataFormatError(`"${text}" is no list of values with commas between`);
  return text.match(new RegExp(LIST_ITEM, "gs"))!.map((item) => item.replace(/\\(.)/gs, "$1"));
}

function quoteIfNeeded(text: string): string {
  return /^[\w.,:+/=-]+$/.test(text) ? text : quoteOctets(fromLatin1(text));
}

function toLatin1(octets: Uint8Array): string {
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
}

function fromLatin1(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
