import type { Reader } from "./reader.ts";
import { WireFormatError } from "./wire_format_error.ts";

/**
 * A domain name in wire format: labels with their length octets up to and including the root's zero octet, without
 * compression pointers. 1–255 octets. Letters keep the case in which they came; labels hold any octets (RFC 2181 §11).
 */
export type Name = Uint8Array<ArrayBuffer>;

/** RFC 1035 §3.1: a name has at most 255 octets, the root's included. */
export const NAME_OCTETS_MAX = 255;
/** RFC 1035 §3.1: a label has at most 63 octets; the two top bits of a length octet have other meanings. */
export const LABEL_OCTETS_MAX = 63;
/** A name of 255 octets has at most 127 labels, so no honest name needs more jumps than one between each two. */
export const POINTER_HOPS_MAX = 126;
/** RFC 1035 §4.1.4: a pointer leads to a prior occurrence of a name, and none can occur inside the header. */
export const POINTER_TARGET_MIN = 12;

/** Text that is no domain name in presentation format. */
export class NameFormatError extends Error {
  /** Shown in front of the message. */
  override readonly name = "NameFormatError";
}

/** The octets of a key that is being made. */
const keyOctets: number[] = [];

/** The root name. */
export const ROOT: Name = new Uint8Array(1);

/**
 * Reads a name and follows its compression pointers (RFC 1035 §4.1.4). What a pointer leads to must end before the labels that
 * it continues, so a loop is impossible and the work is bounded; that of all the names of a message, by `PointerWork`.
 *
 * @throws {WireFormatError} for a label type other than 00 and 11, a pointer that leads forward, to itself or into the
 * header, more than 255 octets, octets that run out, or more work than the message affords.
 */
export function readName(reader: Reader): Name {
  const { octets } = reader;
  const name = new Uint8Array(NAME_OCTETS_MAX);
  let length = 0;
  let offset = reader.offset;
  let end = reader.end;
  let runStart = offset;
  let hops = 0;
  let steps = 0;
  for (;;) {
    if (offset >= end) throw new WireFormatError(`Name ends early at offset ${offset}`);
    const octet = octets[offset]!;
    steps++;
    if (octet >= 0xc0) {
      if (offset + 1 >= end) throw new WireFormatError(`Compression pointer is cut at offset ${offset}`);
      const target = ((octet & 0x3f) << 8) | octets[offset + 1]!;
      if (hops === 0) {
        reader.skip(offset + 2 - reader.offset);
        steps = 1;
      }
      if (target >= runStart || target < POINTER_TARGET_MIN || ++hops > POINTER_HOPS_MAX) {
        throw new WireFormatError(`Compression pointer at offset ${offset} does not lead backwards to a name`);
      }
      // A pointer leads to "a prior occurrence" of a name (RFC 1035 §4.1.4): to one that ends before the labels that it
      // continues. Otherwise a name could go on with whatever stands behind it, and be another one, or none, when that is left
      // out: the OPT record, say.
      end = runStart;
      offset = runStart = target;
      continue;
    }
    // RFC 1035 §4.1.4: "The 10 and 01 combinations are reserved for future use."
    if (octet > LABEL_OCTETS_MAX) throw new WireFormatError(`Label type at offset ${offset} is unknown`);
    const next = offset + 1 + octet;
    if (next > end) throw new WireFormatError(`Label is cut at offset ${offset}`);
    // A label needs room for the root's octet behind it; the root itself is that octet.
    if (length + 1 + octet + (octet === 0 ? 0 : 1) > NAME_OCTETS_MAX) {
      throw new WireFormatError(`Name has more than ${NAME_OCTETS_MAX} octets`);
    }
    // Octet by octet: most labels are short, and a view of each takes longer than the copy.
    while (offset < next) name[length++] = octets[offset++]!;
    if (octet === 0) break;
  }
  if (hops === 0) reader.skip(offset - reader.offset);
  else if (!reader.work.take(steps, reader.offset)) {
    throw new WireFormatError(`Names up to offset ${reader.offset} take too many steps through pointers`);
  }
  return name.slice(0, length);
}

/**
 * Presentation format (RFC 1035 §5.1, RFC 4343 §2.1): labels end with dots, the root is ".", octets outside printable
 * ASCII are written `\DDD`, and characters with a meaning of their own are preceded by a backslash.
 */
export function nameToText(name: Name): string {
  if (name.length === 1) return ".";
  let text = "";
  for (let offset = 0; name[offset] !== 0; offset += name[offset]! + 1) {
    for (const octet of name.subarray(offset + 1, offset + 1 + name[offset]!)) text += labelOctetToText(octet);
    text += ".";
  }
  return text;
}

const DOT = 0x2e;
const BACKSLASH = 0x5c;

/**
 * Reads presentation format; the final dot may be left out.
 *
 * @throws {NameFormatError} for an empty label, one of more than 63 octets, a name of more than 255, a broken escape,
 * or a character outside ASCII (its octets would be a guess; write `\DDD`).
 */
export function nameFromText(text: string): Name {
  if (text === ".") return ROOT.slice();
  return plainName(text) ?? escapedName(text);
}

/** The name of a text that is letters, digits and the like between dots, as nearly all are; `null` for any other, right or wrong. */
function plainName(text: string): Name | null {
  const length = text.endsWith(".") ? text.length - 1 : text.length;
  if (length === 0 || length + 2 > NAME_OCTETS_MAX) return null;
  const name = new Uint8Array(length + 2);
  let start = 0;
  for (let i = 0; i <= length; i++) {
    const octet = i === length ? DOT : text.charCodeAt(i);
    if (octet !== DOT) {
      if (octet === BACKSLASH || octet > 0x7f) return null;
      name[i + 1] = octet;
      continue;
    }
    const octets = i - start;
    if (octets === 0 || octets > LABEL_OCTETS_MAX) return null;
    name[start] = octets;
    start = i + 1;
  }
  return name;
}

function escapedName(text: string): Name {
  const name: number[] = [];
  let label: number[] = [];
  const endLabel = () => {
    if (label.length === 0) throw new NameFormatError(`Cannot read name "${text}": a label is empty`);
    if (label.length > LABEL_OCTETS_MAX) throw new NameFormatError(`Cannot read name "${text}": label over 63 octets`);
    name.push(label.length, ...label);
    label = [];
  };
  let position = 0;
  while (position < text.length) {
    if (text[position] === ".") {
      endLabel();
      position++;
    } else {
      const { octet, length } = readTextOctet(text, position);
      label.push(octet);
      position += length;
    }
  }
  if (label.length > 0 || name.length === 0) endLabel();
  name.push(0);
  if (name.length > NAME_OCTETS_MAX) throw new NameFormatError(`Cannot read name "${text}": over 255 octets`);
  return Uint8Array.from(name);
}

/**
 * A copy with A–Z in lower case, for comparing. Length octets are at most 63, below "A", so the whole name can be walked
 * as one run of octets. Only ASCII letters fold (RFC 4343 §3).
 */
export function foldCase(name: Name): Name {
  // With map() names of 17 octets take half as long again, and long ones four times as long.
  const folded = new Uint8Array(name.length);
  for (let i = 0; i < name.length; i++) folded[i] = foldOctet(name[i]!);
  return folded;
}

/**
 * Equal for the same name, letter case ignored: a key for maps. A text may go on behind it, for no name's key begins with
 * another's.
 */
export function keyOfName(name: Name): string {
  // 90 instead of 410 ns for a name of 17 octets, against octetsKey(foldCase(name)).
  keyOctets.length = name.length;
  for (let i = 0; i < name.length; i++) keyOctets[i] = foldOctet(name[i]!);
  return Reflect.apply(String.fromCharCode, null, keyOctets);
}

/** Whether both are the same name, letter case ignored (RFC 4343). */
export function isSameName(a: Name, b: Name): boolean {
  return a.length === b.length && isSameRun(a, 0, b, 0, a.length);
}

/** Whether `name` is `zone` or lies below it, letter case ignored. */
export function isWithin(name: Name, zone: Name): boolean {
  let start = 0;
  while (name.length - start > zone.length) start += name[start]! + 1;
  return name.length - start === zone.length && isSameRun(name, start, zone, 0, zone.length);
}

/** Lower case of one octet: A–Z and nothing else (RFC 4343 §3). */
export function foldOctet(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}

/**
 * One octet of presentation format at `position`: a character, `\X`, or `\DDD` in decimal.
 *
 * @throws {NameFormatError} for a broken escape or a character outside ASCII.
 */
export function readTextOctet(text: string, position: number): { octet: number; length: number } {
  if (text[position] !== "\\") {
    const code = text.charCodeAt(position);
    if (code > 0x7f) throw new NameFormatError(`Cannot read "${text}": "${text[position]}" is not ASCII, use \\DDD`);
    return { octet: code, length: 1 };
  }
  const digits = text.slice(position + 1, position + 4);
  if (/^[0-9]{3}$/.test(digits) && Number(digits) <= 255) return { octet: Number(digits), length: 4 };
  const code = text.charCodeAt(position + 1);
  if (!(code <= 0x7f) || /[0-9]/.test(text[position + 1]!)) {
    throw new NameFormatError(`Cannot read "${text}": a backslash needs three digits up to 255 or one character`);
  }
  return { octet: code, length: 2 };
}

/** Characters that mean something in a zone file: `"` `$` `(` `)` `.` `;` `@` `\` (RFC 1035 §5.1, RFC 4343 §2.1). */
const SPECIAL = new Set(Array.from('"$().;@\\', (character) => character.charCodeAt(0)));

function labelOctetToText(octet: number): string {
  if (SPECIAL.has(octet)) return `\\${String.fromCharCode(octet)}`;
  if (octet > 0x20 && octet < 0x7f) return String.fromCharCode(octet);
  return `\\${octet.toString().padStart(3, "0")}`;
}

/** Whether two runs of `length` octets are the same, the case of A–Z ignored (RFC 4343). */
export function isSameRun(a: Uint8Array, aStart: number, b: Uint8Array, bStart: number, length: number): boolean {
  // hot path
  for (let i = 0; i < length; i++) {
    const octetA = a[aStart + i]!;
    const octetB = b[bStart + i]!;
    if (octetA !== octetB && foldOctet(octetA) !== foldOctet(octetB)) return false;
  }
  return true;
}
