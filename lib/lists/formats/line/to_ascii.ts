import { asciiOctets, OCTET } from "./octets.ts";

/** A name, or a part of one, that has octets outside ASCII. */
const INTERNATIONAL = /[\w.-]*[^\0-\x7f][\w.\u0080-\u{10ffff}-]*/gu;
/** Blanks beside the one of ASCII: texts that were copied from a web page have some that nobody sees. */
const OTHER_BLANKS = /\p{Zs}/gu;
/** What comes out: labels in ASCII. An address in other digits is none. */
const ASCII_NAME = /^(?=.*[a-z])[\w-]+(?:\.[\w-]+)*\.?$/;

/** Whether the line has octets outside ASCII. */
export function isInternational(octets: Uint8Array, start: number, end: number): boolean {
  // hot path
  let all = 0;
  for (let at = start; at < end; at++) all |= octets[at]!;
  return all > 0x7f;
}

/**
 * The line with a line feed at its end, with A-labels in the place of U-labels (RFC 5890 §2.3.2.1), mapped as browsers do
 * (UTS 46). What stands in a comment is left out.
 *
 * @returns `null` when it is not UTF-8, or has what is no name.
 */
export function toAscii(octets: Uint8Array): Uint8Array | null {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(withoutComment(octets));
    text = text.replaceAll(OTHER_BLANKS, " ").replaceAll(INTERNATIONAL, toALabels);
  } catch (error) {
    // Of the decoder, or of URL.
    if (error instanceof TypeError) return null;
    throw error;
  }
  return asciiOctets(`${text}\n`);
}

/** Comments are in whatever encoding. */
function withoutComment(octets: Uint8Array): Uint8Array {
  for (let at = 1; at < octets.length; at++) {
    const isComment = octets[at] === OCTET.sharp && (octets[at - 1] === OCTET.space || octets[at - 1] === OCTET.tab);
    if (isComment) return octets.subarray(0, at);
  }
  return octets;
}

/** @throws {TypeError} when it is no name. */
function toALabels(name: string): string {
  const start = /^\.?/.exec(name)![0];
  const { hostname } = new URL(`http://${name.slice(start.length)}`);
  if (!ASCII_NAME.test(hostname)) throw new TypeError(`Cannot read name "${name}": there are no A-labels for it`);
  return start + hostname;
}
