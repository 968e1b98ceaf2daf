/** Four octets in a word, each in lower case if it is one of A–Z (RFC 4343 §3: no other folds). */
export function foldedWord(word: number): number {
  // hot path
  const low7 = word & 0x7f7f_7f7f;
  // The top bit of each octet: whether it is "A" or above, and whether it is above "Z". No sum carries into the next.
  const isLetter = (low7 + 0x3f3f_3f3f) ^ (low7 + 0x2525_2525);
  return word | ((isLetter & ~word & 0x8080_8080) >>> 2);
}
