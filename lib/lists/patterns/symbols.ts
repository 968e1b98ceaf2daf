/** Symbols that expressions are about: the octets of ASCII. */
export const SYMBOLS = 128;

/** Which symbols an octet of a name may be: 1 at each of them. */
export type SymbolSet = Uint8Array<ArrayBuffer>;

/** The symbol of each octet: its lower case; all that are not of ASCII are one. */
export const SYMBOL_OF: Uint8Array<ArrayBuffer> = Uint8Array.from({ length: 256 }, (_, octet) => {
  return octet >= SYMBOLS ? 0x7f : octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
});

/** The symbols `first` to `last`, and whatever else is the same in the other letter case. */
export function symbolRange(first: number, last: number): SymbolSet {
  const set = new Uint8Array(SYMBOLS);
  for (let symbol = first; symbol <= last; symbol++) set[SYMBOL_OF[symbol]!] = 1;
  return set;
}

const SINGLE: readonly SymbolSet[] = Array.from({ length: SYMBOLS }, (_, symbol) => symbolRange(symbol, symbol));

/** One symbol, in both letter cases: the same set whenever it is asked for. */
export function oneSymbol(symbol: number): SymbolSet {
  return SINGLE[SYMBOL_OF[symbol]!]!;
}

/** Those of any of `sets`. */
export function unionOf(sets: readonly SymbolSet[]): SymbolSet {
  return symbolRange(1, 0).map((_, symbol) => sets.some((set) => set[symbol] === 1) ? 1 : 0);
}

/** All others. */
export function otherThan(set: SymbolSet): SymbolSet {
  return set.map((has) => 1 - has);
}

/** All. */
export const ANY_SYMBOL: SymbolSet = new Uint8Array(SYMBOLS).fill(1);

const DIGIT = symbolRange(0x30, 0x39);
const LETTER = symbolRange(0x61, 0x7a);
const SPACE = unionOf([symbolRange(0x09, 0x0d), symbolRange(0x20, 0x20)]);
const WORD = unionOf([DIGIT, LETTER, symbolRange(0x5f, 0x5f)]);

/** `\d` and the like. */
export const ESCAPED_SETS: ReadonlyMap<string, SymbolSet> = new Map([
  ["d", DIGIT],
  ["D", otherThan(DIGIT)],
  ["w", WORD],
  ["W", otherThan(WORD)],
  ["s", SPACE],
  ["S", otherThan(SPACE)],
]);

/** `[:alnum:]` and the like (POSIX), which stand in lists for Pi-hole. */
export const NAMED_SETS: ReadonlyMap<string, SymbolSet> = new Map([
  ["alnum", unionOf([DIGIT, LETTER])],
  ["alpha", LETTER],
  ["blank", unionOf([symbolRange(0x09, 0x09), symbolRange(0x20, 0x20)])],
  ["cntrl", unionOf([symbolRange(0x00, 0x1f), symbolRange(0x7f, 0x7f)])],
  ["digit", DIGIT],
  ["lower", LETTER],
  ["punct", unionOf([[0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e]].map(([a, b]) => symbolRange(a!, b!)))],
  ["space", SPACE],
  ["upper", LETTER],
  ["word", WORD],
  ["xdigit", unionOf([DIGIT, symbolRange(0x61, 0x66)])],
]);
