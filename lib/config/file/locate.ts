import { type Mark, pathBelow, type SourceText, type Span } from "./mark.ts";

/** A mark while it is being made. */
interface Draft {
  path: string;
  key: Span | null;
  value: Span;
  children: Map<string, Draft> | Draft[] | null;
  source: SourceText;
}

/** What ends a number, a date or a word. */
const BARE_END = /[,\]}#\r\n]/g;
const BARE_KEY_END = /[^A-Za-z0-9_-]/g;

/**
 * Finds where the values of a TOML text stand, which the parser does not tell. One walk over the text.
 *
 * @param source What the parser has accepted: nothing is checked here.
 */
export function locate(source: SourceText): Mark {
  return new Walk(source).document() as Mark;
}

class Walk {
  readonly #source: SourceText;
  readonly #text: string;
  #at = 0;

  constructor(source: SourceText) {
    this.#source = source;
    this.#text = source.text;
  }

  document(): Draft {
    const root = this.#draft("", null, { start: 0, end: Math.min(1, this.#text.length) }, new Map());
    let table = root;
    for (this.#skipBlanks(); this.#at < this.#text.length; this.#skipBlanks()) {
      if (this.#text[this.#at] === "[") table = this.#head(root);
      else this.#pair(table);
    }
    return root;
  }

  /** `[a.b]` or `[[a.b]]`. Returns the table whose pairs follow. */
  #head(root: Draft): Draft {
    const start = this.#at;
    const isList = this.#text[start + 1] === "[";
    this.#at += isList ? 2 : 1;
    const keys = this.#keys();
    this.#at += isList ? 2 : 1;
    const head = { start, end: this.#at };
    const parent = this.#descend(root, keys.slice(0, -1), head);
    const { name, span } = keys.at(-1)!;
    if (!isList) return this.#tableIn(parent, name, span, head);
    const list = this.#childIn(parent, name, span, head, () => []).children as Draft[];
    const table = this.#draft(`${pathBelow(parent.path, name)}[${list.length + 1}]`, span, head, new Map());
    list.push(table);
    return table;
  }

  /** `a.b = value`. */
  #pair(table: Draft): void {
    const keys = this.#keys();
    this.#at++; // =
    const last = keys.at(-1)!;
    const parent = this.#descend(table, keys.slice(0, -1), null);
    this.#skipSpaces();
    const child = this.#value(pathBelow(parent.path, last.name), last.span);
    (parent.children as Map<string, Draft>).set(last.name, child);
  }

  #descend(from: Draft, keys: readonly Key[], head: Span | null): Draft {
    let table = from;
    for (const { name, span } of keys) table = this.#tableIn(table, name, span, head ?? span);
    return table;
  }

  /** The table `name` of a parent; of a list of tables its last one. */
  #tableIn(parent: Draft, name: string, key: Span, value: Span): Draft {
    const child = this.#childIn(parent, name, key, value, () => new Map());
    return Array.isArray(child.children) ? child.children.at(-1)! : child;
  }

  #childIn(parent: Draft, name: string, key: Span, value: Span, empty: () => Map<string, Draft> | Draft[]): Draft {
    const children = parent.children as Map<string, Draft>;
    const known = children.get(name);
    if (known !== undefined) return known;
    const child = this.#draft(pathBelow(parent.path, name), key, value, empty());
    children.set(name, child);
    return child;
  }

  #draft(path: string, key: Span | null, value: Span, children: Draft["children"]): Draft {
    return { source: this.#source, path, key, value, children };
  }

  #value(path: string, key: Span | null): Draft {
    const draft = this.#draft(path, key, { start: this.#at, end: this.#at }, null);
    const first = this.#text[this.#at]!;
    if (first === "[") draft.children = this.#list(path);
    else if (first === "{") this.#inlineTable(draft);
    else if (first === '"' || first === "'") this.#string();
    else this.#bare();
    draft.value = { start: draft.value.start, end: this.#at };
    return draft;
  }

  #list(path: string): Draft[] {
    const list: Draft[] = [];
    this.#at++;
    for (this.#skipBlanks(); this.#text[this.#at] !== "]"; this.#skipBlanks()) {
      if (this.#text[this.#at] === ",") this.#at++;
      else list.push(this.#value(`${path}[${list.length + 1}]`, null));
    }
    this.#at++;
    return list;
  }

  #inlineTable(table: Draft): void {
    table.children = new Map();
    this.#at++;
    for (this.#skipBlanks(); this.#text[this.#at] !== "}"; this.#skipBlanks()) {
      if (this.#text[this.#at] === ",") this.#at++;
      else this.#pair(table);
    }
    this.#at++;
  }

  #string(): void {
    const quote = this.#text[this.#at]!;
    const isLong = this.#text.startsWith(quote.repeat(3), this.#at);
    const end = isLong ? quote.repeat(3) : quote;
    this.#at += end.length;
    while (!this.#text.startsWith(end, this.#at)) this.#at += quote === '"' && this.#text[this.#at] === "\\" ? 2 : 1;
    this.#at += end.length;
    // Up to two quotes more belong to the text: """"a"""" is "a" within quotes.
    for (let i = 0; isLong && i < 2 && this.#text[this.#at] === quote; i++) this.#at++;
  }

  /** A number, a date or a word. Dates may have a blank in them. */
  #bare(): void {
    BARE_END.lastIndex = this.#at;
    const end = BARE_END.exec(this.#text)?.index ?? this.#text.length;
    this.#at += this.#text.slice(this.#at, end).trimEnd().length;
  }

  /** Keys between dots, and the blanks behind them. */
  #keys(): Key[] {
    const keys: Key[] = [];
    for (;;) {
      this.#skipSpaces();
      const start = this.#at;
      const first = this.#text[start];
      const isQuoted = first === '"' || first === "'";
      if (isQuoted) this.#string();
      else {
        BARE_KEY_END.lastIndex = start;
        this.#at = BARE_KEY_END.exec(this.#text)?.index ?? this.#text.length;
      }
      const text = this.#text.slice(start, this.#at);
      keys.push({ name: isQuoted ? unquoted(text) : text, span: { start, end: this.#at } });
      this.#skipSpaces();
      if (this.#text[this.#at] !== ".") return keys;
      this.#at++;
    }
  }

  #skipSpaces(): void {
    while (this.#text[this.#at] === " " || this.#text[this.#at] === "\t") this.#at++;
  }

  /** Line ends and comments as well. */
  #skipBlanks(): void {
    for (;;) {
      const character = this.#text[this.#at];
      if (character === "#") {
        const end = this.#text.indexOf("\n", this.#at);
        this.#at = end === -1 ? this.#text.length : end;
      } else if (character === " " || character === "\t" || character === "\n" || character === "\r") this.#at++;
      else return;
    }
  }
}

/** A part of a key. */
interface Key {
  readonly name: string;
  readonly span: Span;
}

/** The text of a quoted key. TOML's escapes are those of JSON, and four more. */
function unquoted(text: string): string {
  if (text.startsWith("'")) return text.slice(1, -1);
  return text.slice(1, -1).replaceAll(
    /\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g,
    (_, ...groups) => {
      const [short, long, longest, letter] = groups as (string | undefined)[];
      const code = short ?? long ?? longest;
      if (code !== undefined) return String.fromCodePoint(parseInt(code, 16));
      return { b: "\b", t: "\t", n: "\n", f: "\f", r: "\r", e: "\x1b" }[letter!] ?? letter!;
    },
  );
}
