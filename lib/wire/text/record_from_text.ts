import { CLASS, classFromText, NO_DATA_TYPES, typeFromText, typeToText } from "../iana.ts";
import type { ResourceRecord } from "../message.ts";
import { NameFormatError, nameFromText } from "../name.ts";
import { rdataFromText } from "./rdata_text.ts";
import { RdataFormatError } from "./rdata_format_error.ts";

/** A word of a zone file, escapes included; see `TokenReader` for those of RDATA. */
const WORD = /\s*((?:[^\s\\"();]|\\.)+)(?=\s|$)/sy;
/** A TTL: seconds, or as BIND writes them, `1h30m`. */
const TTL = /^(?:[0-9]{1,10}|(?:[0-9]{1,8}[smhdw])+)$/i;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
/** RFC 2181 §8. */
const TTL_MAX = 0x7fff_ffff;

/**
 * Reads a record in zone-file form (RFC 1035 §5.1) in one line: `name [ttl] [class] type rdata`, TTL and class in either
 * order. Names are absolute, with or without the final dot.
 *
 * @param ttlSeconds TTL of a record without one.
 * @throws {RdataFormatError} when it is none, or not of class IN, or its type is no data.
 */
export function recordFromText(text: string, ttlSeconds: number): ResourceRecord {
  const words = new Words(text);
  const name = readName(words.next());
  let ttl: number | null = null;
  let isClassGiven = false;
  for (;;) {
    const word = words.next();
    if (ttl === null && TTL.test(word)) ttl = readTtl(word);
    else if (!isClassGiven && classFromText(word) !== null) {
      if (classFromText(word) !== CLASS.IN) throw new RdataFormatError("must be of class IN");
      isClassGiven = true;
    } else {
      const type = typeFromText(word);
      if (type === null) throw new RdataFormatError(`must have a record type: there is none called "${word}"`);
      if ((type === 0 || NO_DATA_TYPES.has(type))) {
        throw new RdataFormatError(`must be a record of a zone, ${typeToText(type)} is none`);
      }
      return { name, type, class: CLASS.IN, ttl: ttl ?? ttlSeconds, rdata: rdataFromText(type, words.rest) };
    }
  }
}

const NO_RECORD = 'must be a record, such as "example.org. 300 IN MX 10 mail.example.org."';

/** The words at the beginning of a record. */
class Words {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): string {
    WORD.lastIndex = this.#position;
    const match = WORD.exec(this.#text);
    if (match === null) throw new RdataFormatError(NO_RECORD);
    this.#position = WORD.lastIndex;
    return match[1]!;
  }

  get rest(): string {
    return this.#text.slice(this.#position).trim();
  }
}

function readName(text: string) {
  try {
    return nameFromText(text);
  } catch (cause) {
    if (cause instanceof NameFormatError) throw new RdataFormatError(cause.message, { cause });
    throw cause;
  }
}

function readTtl(text: string): number {
  const parts = /[a-z]/i.test(text) ? text.toLowerCase().match(/[0-9]+[a-z]/g)! : [`${text}s`];
  const seconds = parts.reduce((sum, part) => sum + Number(part.slice(0, -1)) * UNIT_SECONDS[part.at(-1)!]!, 0);
  if (seconds > TTL_MAX) throw new RdataFormatError(`must have a TTL of at most ${TTL_MAX} seconds`);
  return seconds;
}
