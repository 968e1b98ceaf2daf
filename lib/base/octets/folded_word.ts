/** Four octets in a word, each in lower case if it is one of A–Z (RFC 4343 §3: no other folds); see `foldedWordBefore`. */
export function foldedWord(word: number): number {
  // hot path
  const low7 = word & 0x7f7f_7f7f;
  const isLetter = (low7 + 0x3f3f_3f3f) ^ (low7 + 0x2525_2525);
  return word | ((isLetter & ~word & 0x8080_8080) >>> 2);
}
