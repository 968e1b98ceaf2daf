import type { Line } from "./line/line.ts";
import { OCTET } from "./line/octets.ts";

/** What comes behind the first `#` of a rule that hides parts of pages: `##`, `#@#`, `#?#`, `#$#`, `#%#`. */
const HIDING = /^#(?:[@?$%]+|@[?$%]+)?#/;

/**
 * Whether the line is a comment: `#`, `!`, `;` and `//` begin one in whatever format, and so does the `[Adblock Plus]` at the
 * beginning of a list.
 */
export function isComment(line: Line): boolean {
  // hot path
  const { octet } = line;
  return octet === OCTET.sharp || octet === OCTET.bang || octet === OCTET.semicolon || octet === OCTET.bracket ||
    (octet === OCTET.slash && line.nextOctet === OCTET.slash);
}

/** Whether at the `#` that is read next a rule for browsers goes on, which says nothing about the name in front of it. */
export function isHidingRule(line: Line): boolean {
  return HIDING.test(line.rest());
}
