import { ExpressionFormatError } from "./expression.ts";
import {
  ESCAPED_SETS,
  NAMED_SETS,
  oneSymbol,
  otherThan,
  symbolRange,
  SYMBOLS,
  type SymbolSet,
  unionOf,
} from "./symbols.ts";

const CONTROL: ReadonlyMap<string, number> = new Map([["t", 9], ["n", 10], ["v", 11], ["f", 12], ["r", 13]]);
/** `[:alnum:]` within a class. */
const NAMED = /\[:([a-z]+):\]/y;
/** `\x2e`, `\u002e` */
const NUMBERED = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})/y;

/** What a part of an expression stands for, and where the expression goes on. */
export interface SetAt {
  /** What it matches. */
  readonly set: SymbolSet;
  /** The only symbol of the set, letter case as it was written, so that it can begin a range; `null` if there are others. */
  readonly symbol: number | null;
  /** Behind it. */
  readonly end: number;
}

/**
 * Reads what is behind the backslash at `at - 1`.
 *
 * @throws {ExpressionFormatError} for what is no character.
 */
export function readEscape(text: string, at: number): SetAt {
  const character = text[at];
  if (character === undefined) throw new ExpressionFormatError("ends with a backslash");
  const set = ESCAPED_SETS.get(character);
  if (set !== undefined) return { set, symbol: null, end: at + 1 };
  NUMBERED.lastIndex = at;
  const number = NUMBERED.exec(text);
  if (number !== null) return single(parseInt(number[1] ?? number[2]!, 16), NUMBERED.lastIndex);
  const control = CONTROL.get(character);
  if (control !== undefined) return single(control, at + 1);
  // \b and \B, \1, \k<name>, \p{…}: what takes a look back, or more letters than names have.
  if (/[0-9A-Za-z]/.test(character)) throw new ExpressionFormatError(`has \\${character}, which is not supported`);
  return single(text.charCodeAt(at), at + 1);
}

/**
 * Reads the class whose `[` stands at `at - 1`.
 *
 * @throws {ExpressionFormatError} when it does not end, or has a range that runs backwards.
 */
export function readClass(text: string, at: number): SetAt {
  const isNegated = text[at] === "^";
  let position = isNegated ? at + 1 : at;
  const first = position;
  const sets: SymbolSet[] = [];
  // A bracket that comes first is one of the characters, as POSIX and RE2 have it; JavaScript's empty class matches nothing.
  while (text[position] !== "]" || position === first) {
    const from = readMember(text, position);
    position = from.end;
    if (from.symbol !== null && text[position] === "-" && text[position + 1] !== "]") {
      const to = readMember(text, position + 1);
      position = to.end;
      if (to.symbol === null || to.symbol < from.symbol) throw new ExpressionFormatError("has a range out of order");
      sets.push(symbolRange(from.symbol, to.symbol));
    } else {
      sets.push(from.set);
    }
  }
  const set = unionOf(sets);
  return { set: isNegated ? otherThan(set) : set, symbol: null, end: position + 1 };
}

function readMember(text: string, at: number): SetAt {
  if (at >= text.length) throw new ExpressionFormatError("has a [ without its ]");
  if (text[at] === "\\") return readEscape(text, at + 1);
  NAMED.lastIndex = at;
  const named = NAMED.exec(text);
  if (named === null) return single(text.charCodeAt(at), at + 1);
  const set = NAMED_SETS.get(named[1]!);
  if (set === undefined) throw new ExpressionFormatError(`has [:${named[1]}:], and there is none of that name`);
  return { set, symbol: null, end: NAMED.lastIndex };
}

function single(symbol: number, end: number): SetAt {
  if (symbol >= SYMBOLS) throw new ExpressionFormatError("has a character outside ASCII");
  return { set: oneSymbol(symbol), symbol, end };
}
