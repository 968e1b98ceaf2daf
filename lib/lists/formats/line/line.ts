import { NameScanner } from "./name_scanner.ts";
import { isBlank, OCTET } from "./octets.ts";

/** One line of a list, and how far it has been read. A line feed stands at its end, or behind blanks there. */
export class Line {
  /** What it stands in. */
  octets: Uint8Array = new Uint8Array(1);
  /** What is read next. */
  at = 0;
  /** Where it ends, blanks left out. */
  end = 0;
  /** Where it begins, blanks left out. */
  start = 0;
  /** Whether blanks stand in front of it. */
  isIndented = false;
  /** The name that was read last. */
  readonly name: NameScanner = new NameScanner();

  /** The line at `octets[start … lineFeed)`. */
  begin(octets: Uint8Array, start: number, lineFeed: number): void {
    // hot path
    let end = lineFeed;
    while (end > start && isBlank(octets[end - 1]!)) end--;
    let at = start;
    while (at < end && isBlank(octets[at]!)) at++;
    this.octets = octets;
    this.isIndented = at > start;
    this.start = at;
    this.at = at;
    this.end = end;
  }

  /** The octet that is read next; 0 at the end. */
  get octet(): number {
    // hot path
    return this.at < this.end ? this.octets[this.at]! : 0;
  }

  /** The octet behind that; 0 if there is none. */
  get nextOctet(): number {
    // hot path
    return this.at + 1 < this.end ? this.octets[this.at + 1]! : 0;
  }

  /** Goes on behind blanks. */
  skipBlanks(): void {
    // hot path
    while (this.at < this.end && isBlank(this.octets[this.at]!)) this.at++;
  }

  /** Whether nothing follows but blanks, or behind them a comment that begins with `mark`. */
  endsHere(mark: number = OCTET.sharp): boolean {
    // hot path
    this.skipBlanks();
    return this.at === this.end || this.octets[this.at] === mark;
  }

  /** Whether these octets stand here, and nothing else up to the end. */
  endsWith(octets: Uint8Array): boolean {
    // hot path
    const { at } = this;
    if (this.end - at !== octets.length) return false;
    for (let i = 0; i < octets.length; i++) if (this.octets[at + i] !== octets[i]) return false;
    return true;
  }

  /** Leaves out a comment behind a blank. */
  cutComment(): void {
    // hot path
    const { octets, end } = this;
    for (let at = this.at + 1; at < end; at++) {
      if (octets[at] !== OCTET.sharp || !isBlank(octets[at - 1]!)) continue;
      while (isBlank(octets[at - 1]!)) at--;
      this.end = at;
      return;
    }
  }

  /** Goes on behind `word`, in whatever letter case (`word` is in lower case), if it stands here. */
  take(word: Uint8Array): boolean {
    // hot path
    const { octets, at } = this;
    if (this.end - at < word.length) return false;
    for (let i = 0; i < word.length; i++) {
      const octet = octets[at + i]!;
      if (octet !== word[i] && (octet < 0x41 || octet > 0x5a || (octet | 0x20) !== word[i])) return false;
    }
    this.at = at + word.length;
    return true;
  }

  /** The same for one octet. */
  takeOctet(octet: number): boolean {
    // hot path
    if (this.octet !== octet) return false;
    this.at++;
    return true;
  }

  /** Goes on behind a word, if one stands here with a blank or the end behind it. */
  takeWord(word: Uint8Array): boolean {
    // hot path
    const { at } = this;
    if (!this.take(word)) return false;
    if (this.at === this.end || isBlank(this.octets[this.at]!)) return true;
    this.at = at;
    return false;
  }

  /** Reads a name into `name`; returns the octet behind it, 0 at the end. */
  scanName(): number {
    // hot path
    this.at = this.name.scanOnce(this.octets, this.at);
    return this.octet;
  }

  /** What stands before the next blank, as text; goes on behind it. */
  nextWord(): string {
    const start = this.at;
    while (this.at < this.end && !isBlank(this.octets[this.at]!)) this.at++;
    return this.text(start, this.at);
  }

  /** What is left, as text of one character an octet. */
  rest(): string {
    return this.text(this.at, this.end);
  }

  /** The octets `[start … end)` as text of one character each; few of them. */
  text(start: number, end: number): string {
    return String.fromCharCode(...this.octets.subarray(start, end));
  }
}
