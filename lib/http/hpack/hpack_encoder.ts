import type { HttpFields } from "../../base/http/http_exchange.ts";
import { STATIC_TABLE } from "./static_table.ts";

/** Where a name stands in the static table; and a name with its value. */
const NAMES = new Map<string, number>();
const FIELDS = new Map<string, number>();

/**
 * The header block that says `fields` (RFC 7541 §6). It asks for nothing to be remembered, so it means the same on any connection
 * and at any time: who writes one can keep it.
 */
export function hpackBlock(fields: HttpFields): Uint8Array<ArrayBuffer> {
  const octets: number[] = [];
  for (let i = 0; i < fields.length; i += 2) putField(fields[i]!, fields[i + 1]!, octets);
  return Uint8Array.from(octets);
}

function putField(name: string, value: string, octets: number[]): void {
  if (NAMES.size === 0) fill();
  const index = FIELDS.get(`${name}\0${value}`);
  if (index !== undefined) return putNumber(index, 7, 0x80, octets);
  const nameIndex = NAMES.get(name) ?? 0;
  putNumber(nameIndex, 4, 0x00, octets);
  if (nameIndex === 0) putString(name, octets);
  putString(value, octets);
}

function putString(text: string, octets: number[]): void {
  putNumber(text.length, 7, 0x00, octets);
  for (let i = 0; i < text.length; i++) octets.push(text.charCodeAt(i) & 0xff);
}

function putNumber(value: number, prefixBits: number, first: number, octets: number[]): void {
  const prefix = (1 << prefixBits) - 1;
  if (value < prefix) return void octets.push(first | value);
  octets.push(first | prefix);
  let rest = value - prefix;
  for (; rest >= 0x80; rest >>>= 7) octets.push(0x80 | (rest & 0x7f));
  octets.push(rest);
}

function fill(): void {
  STATIC_TABLE.forEach(([name, value], i) => {
    if (!NAMES.has(name)) NAMES.set(name, i + 1);
    if (value !== "") FIELDS.set(`${name}\0${value}`, i + 1);
  });
}
