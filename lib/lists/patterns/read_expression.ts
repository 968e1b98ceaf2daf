import { readClass, readEscape, type SetAt } from "./character_class.ts";
import { type Expression, ExpressionFormatError, matchesNothing, statesOf } from "./expression.ts";
import { ANY_SYMBOL, oneSymbol, SYMBOLS } from "./symbols.ts";

/** Characters of an expression. */
const LENGTH_MAX = 1024;
/** Groups within groups. */
const DEPTH_MAX = 50;
/** Names have no more octets. */
const REPEAT_MAX = 255;
/** States of one expression: `[a-z]{1,63}` takes some 130. */
const STATES_MAX = 2000;

/** `{2}`, `{2,}`, `{2,5}`; other braces stand for themselves. */
const COUNTS = /\{([0-9]{1,9})(,([0-9]{0,9}))?\}/y;
/** How a group begins that is one and no more. */
const GROUP = /\?(?::|P?<[A-Za-z_][A-Za-z0-9_]*>)/y;
/** Letter case is ignored anyway. */
const IGNORE_CASE = "(?i)";

/**
 * Reads a regular expression: what JavaScript, RE2 and POSIX have in common, and `[[:alnum:]]`. It is looked for anywhere in
 * a name, letter case ignored. Look-around and back references are not taken, so that what is left can be matched in one
 * pass, see `Automaton`.
 *
 * @throws {ExpressionFormatError} when it is none, is too large, or would match every name.
 */
export function readExpression(text: string): Expression {
  if (text.length > LENGTH_MAX) throw new ExpressionFormatError(`has more than ${LENGTH_MAX} characters`);
  const expression = new ExpressionReader(text).read();
  if (statesOf(expression) > STATES_MAX) throw new ExpressionFormatError("repeats too much, too often");
  if (matchesNothing(expression)) throw new ExpressionFormatError("would match every name");
  return expression;
}

class ExpressionReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    if (text.startsWith(IGNORE_CASE)) this.#at = IGNORE_CASE.length;
  }

  read(): Expression {
    const expression = this.#choice(0);
    if (this.#at < this.#text.length) throw new ExpressionFormatError("has a ) without its (");
    return expression;
  }

  /** Up to the end of the group, or of the text. */
  #choice(depth: number): Expression {
    if (depth > DEPTH_MAX) throw new ExpressionFormatError(`has groups more than ${DEPTH_MAX} deep`);
    const parts = [this.#sequence(depth)];
    while (this.#take("|")) parts.push(this.#sequence(depth));
    return parts.length === 1 ? parts[0]! : { kind: "choice", parts };
  }

  #sequence(depth: number): Expression {
    const parts: Expression[] = [];
    while (this.#at < this.#text.length && !"|)".includes(this.#text[this.#at]!)) {
      parts.push(this.#repeated(this.#part(depth)));
    }
    return { kind: "sequence", parts };
  }

  #part(depth: number): Expression {
    if (this.#take("^")) return { kind: "start" };
    if (this.#take("$")) return { kind: "end" };
    if (this.#take(".")) return { kind: "octet", set: ANY_SYMBOL };
    if (this.#take("(")) return this.#group(depth);
    if (this.#take("[")) return this.#octet(readClass(this.#text, this.#at));
    if (this.#take("\\")) return this.#octet(readEscape(this.#text, this.#at));
    if ("*+?".includes(this.#text[this.#at]!) || this.#counts() !== null) {
      throw new ExpressionFormatError("repeats nothing");
    }
    const symbol = this.#text.charCodeAt(this.#at++);
    if (symbol >= SYMBOLS) throw new ExpressionFormatError("has a character outside ASCII");
    return { kind: "octet", set: oneSymbol(symbol) };
  }

  #octet({ set, end }: SetAt): Expression {
    this.#at = end;
    return { kind: "octet", set };
  }

  #group(depth: number): Expression {
    GROUP.lastIndex = this.#at;
    if (GROUP.test(this.#text)) this.#at = GROUP.lastIndex;
    else if (this.#text[this.#at] === "?") {
      throw new ExpressionFormatError("has a group of a kind that is not supported, such as look-around");
    }
    const expression = this.#choice(depth + 1);
    if (!this.#take(")")) throw new ExpressionFormatError("has a ( without its )");
    return expression;
  }

  /** With what says how often, if that stands behind it. */
  #repeated(part: Expression): Expression {
    const counts = this.#counts();
    if (counts === null) return part;
    if (part.kind === "start" || part.kind === "end") throw new ExpressionFormatError("repeats nothing");
    // A lazy one matches the same names.
    this.#take("?");
    if ("*+?".includes(this.#text[this.#at] ?? " ") || this.#counts() !== null) {
      throw new ExpressionFormatError("repeats a repetition");
    }
    return { kind: "repeat", part, ...counts };
  }

  /** Goes on behind `*`, `+`, `?` or `{…}`; `null` if there is none. */
  #counts(): { min: number; max: number } | null {
    if (this.#take("*")) return { min: 0, max: Infinity };
    if (this.#take("+")) return { min: 1, max: Infinity };
    if (this.#take("?")) return { min: 0, max: 1 };
    COUNTS.lastIndex = this.#at;
    const match = COUNTS.exec(this.#text);
    if (match === null) return null;
    this.#at = COUNTS.lastIndex;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === "" ? Infinity : Number(match[3]);
    if (min > REPEAT_MAX || (max !== Infinity && max > REPEAT_MAX)) {
      throw new ExpressionFormatError(`repeats more than ${REPEAT_MAX} times`);
    }
    if (max < min) throw new ExpressionFormatError("repeats at least more often than at most");
    return { min, max };
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}
