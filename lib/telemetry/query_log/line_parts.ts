import { clientText } from "../privacy/client_text.ts";
import { nameToText } from "../../wire/name.ts";

/** More texts than that are no table: they are made again. */
const KEPT_MAX = 1024;
/** Characters of a text in a line, at most. */
const TEXT_CHARACTERS_MAX = 300;

const ENCODER = new TextEncoder();
const NOTHING = new Uint8Array(0);

/** Parts of lines that are one of few texts: `"source":"cache",`, made once each. */
export class TextParts<K extends string | number> {
  readonly #key: string;
  readonly #textOf: (value: K) => string;
  readonly #parts = new Map<K, Uint8Array<ArrayBuffer>>();
  #last: K | null = null;
  #lastPart = NOTHING;

  /** Parts of the field `key`. */
  constructor(key: string, textOf: (value: K) => string) {
    this.#key = key;
    this.#textOf = textOf;
  }

  /** The part that says `value`, with a comma in front. */
  of(value: K): Uint8Array<ArrayBuffer> {
    // hot path
    if (value === this.#last) return this.#lastPart;
    this.#last = value;
    return this.#lastPart = this.#parts.get(value) ?? this.#make(value);
  }

  #make(value: K): Uint8Array<ArrayBuffer> {
    if (this.#parts.size >= KEPT_MAX) this.#parts.clear();
    const text = this.#textOf(value).slice(0, TEXT_CHARACTERS_MAX);
    const part = ENCODER.encode(`,${JSON.stringify(this.#key)}:${JSON.stringify(text)}`);
    this.#parts.set(value, part);
    return part;
  }
}

/** The part of a line that says who asks, with a comma in front; empty for nobody. */
export function clientPart(client: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = clientText(client);
  return ENCODER.encode(text === "" ? "" : `,"client":${JSON.stringify(text)}`);
}

/** Which octets of a label stand in JSON as they are: 1. */
export const IS_PLAIN: Uint8Array<ArrayBuffer> = new Uint8Array(256);

/** How each octet of a label is written in a name that stands in JSON. */
export const LABEL_OCTETS: readonly Uint8Array<ArrayBuffer>[] = Array.from({ length: 256 }, (_, octet) => {
  const text = nameToText(Uint8Array.of(1, octet, 0)).slice(0, -1);
  return ENCODER.encode(JSON.stringify(text).slice(1, -1));
});

LABEL_OCTETS.forEach((text, octet) => IS_PLAIN[octet] = text.length === 1 && text[0] === octet ? 1 : 0);
