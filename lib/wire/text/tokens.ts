import { readTextOctet } from "../name.ts";
import { RdataFormatError } from "./rdata_format_error.ts";

/** A word of presentation format (RFC 1035 §5.1). Its escapes are still in it: they mean other things in other fields. */
export interface Token {
  /** Without its quotes, with its escapes. */
  readonly text: string;
  /** Whether quotes stood around all of it. `"\#"` is a character-string, `\#` begins generic RDATA. */
  readonly isQuoted: boolean;
}

/** The words of a text, one after another. */
export class TokenReader {
  readonly #tokens: readonly Token[];
  #position = 0;

  /**
   * Splits `text` at its blanks.
   *
   * @throws {RdataFormatError} for an open quote, quotes inside a word, parentheses or a comment.
   */
  constructor(text: string) {
    this.#tokens = splitTokens(text);
  }

  /** Words left to read. */
  get remaining(): number {
    return this.#tokens.length - this.#position;
  }

  /**
   * The next word.
   *
   * @throws {RdataFormatError} when there is none.
   */
  next(): Token {
    const token = this.#tokens[this.#position++];
    if (token === undefined) throw new RdataFormatError("a field is missing");
    return token;
  }

  /** All words that are left. */
  rest(): readonly Token[] {
    const rest = this.#tokens.slice(this.#position);
    this.#position = this.#tokens.length;
    return rest;
  }

  /** Whether the first word says that generic RDATA follows (RFC 3597 §5). */
  get isGeneric(): boolean {
    const first = this.#tokens[0];
    return first !== undefined && first.text === "\\#" && !first.isQuoted;
  }
}

/** The octets that a character-string's text stands for (RFC 1035 §5.1), its quotes already taken off. */
export function unescapeOctets(text: string): Uint8Array<ArrayBuffer> {
  const octets: number[] = [];
  for (let position = 0; position < text.length;) {
    const { octet, length } = readTextOctet(text, position);
    octets.push(octet);
    position += length;
  }
  return Uint8Array.from(octets);
}

/** A character-string in quotes: `\DDD` outside printable ASCII, a backslash before quotes and backslashes. */
export function quoteOctets(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    const character = String.fromCharCode(octet);
    if (octet < 0x20 || octet > 0x7e) text += `\\${octet.toString().padStart(3, "0")}`;
    else text += character === '"' || character === "\\" ? `\\${character}` : character;
  }
  return `"${text}"`;
}

/**
 * One word: in quotes, or without, then with a quoted end behind "=" as RFC 9460 §2.1 writes `alpn="h2,h3"`. Parentheses
 * and semicolons belong to zone files, where an RDATA may span lines; here they would end up in a string unnoticed.
 */
const TOKEN = /(?:"((?:[^"\\]|\\.)*)"|((?:[^\s"\\();]|\\.)+)(?:(?<==)"((?:[^"\\]|\\.)*)")?)(?=\s|$)/sy;

function splitTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let position = skipBlanks(text, 0);
  while (position < text.length) {
    TOKEN.lastIndex = position;
    const match = TOKEN.exec(text);
    if (match === null) throw new RdataFormatError(`"${text.slice(position)}" does not begin with a word`);
    const [all, quoted, word, quotedEnd] = match;
    tokens.push({ text: quoted ?? `${word}${quotedEnd ?? ""}`, isQuoted: quoted !== undefined });
    position = skipBlanks(text, position + all.length);
  }
  return tokens;
}

function skipBlanks(text: string, position: number): number {
  while (position < text.length && /\s/.test(text[position]!)) position++;
  return position;
}
