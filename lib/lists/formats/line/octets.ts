/** Octets that mean something in lists. */
export const OCTET = {
  tab: 0x09,
  lineFeed: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  bang: 0x21,
  quote: 0x22,
  sharp: 0x23,
  dollar: 0x24,
  star: 0x2a,
  dash: 0x2d,
  dot: 0x2e,
  slash: 0x2f,
  zero: 0x30,
  one: 0x31,
  nine: 0x39,
  colon: 0x3a,
  semicolon: 0x3b,
  equals: 0x3d,
  at: 0x40,
  bracket: 0x5b,
  caret: 0x5e,
  bar: 0x7c,
} as const;

/** Space, tabulator, carriage return: what may stand between the words of a line, and at its end. */
export function isBlank(octet: number): boolean {
  // hot path
  return octet === OCTET.space || octet === OCTET.tab || octet === OCTET.carriageReturn;
}

/** Text of ASCII octets, for comparing with what stands in a line. */
export function asciiOctets(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
