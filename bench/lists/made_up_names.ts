/** Shares as in 25 real lists: 49 % of two labels, 37 % of three, the rest of four; 20 characters on average. */
const TOP_LABELS = ["com", "com", "com", "com", "net", "org", "info", "ru", "de", "top", "xyz", "co.uk", "io", "site"];
const PREFIXES = [
  "ads",
  "www",
  "track",
  "cdn",
  "stats",
  "api",
  "m",
  "click",
  "pixel",
  "s1",
  "img",
  "ad-server",
  "static",
];
const CONSONANTS = "bcdfghklmnprstvz";
const VOWELS = "aeio";

/**
 * Names that nobody has, made of numbers: each number has a name of its own, the same for everybody who has the same seed. As
 * text, a line each.
 */
export class MadeUpNames {
  readonly #seed: number;

  /** Names of another seed are others. */
  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The name of a number of 0 to 2³¹ − 1. */
  name(number: number): string {
    const random = mixed(number ^ this.#seed);
    const dice = random % 100;
    const domain = `${this.#label(number)}.${TOP_LABELS[(random >>> 8) % TOP_LABELS.length]}`;
    if (dice < 49) return domain;
    const prefix = PREFIXES[(random >>> 16) % PREFIXES.length];
    return dice < 86 ? `${prefix}.${domain}` : `${prefix}.${PREFIXES[(random >>> 21) % PREFIXES.length]}.${domain}`;
  }

  /** The names of `count` numbers from `first` on; `line` makes a line of each. Some 64 KiB at a time. */
  *chunks(first: number, count: number, line = (name: string) => name): Generator<Uint8Array<ArrayBuffer>> {
    const encoder = new TextEncoder();
    let lines: string[] = [];
    for (let number = first; number < first + count; number++) {
      lines.push(line(this.name(number)));
      if (lines.length < 3000) continue;
      yield encoder.encode(`${lines.join("\n")}\n`);
      lines = [];
    }
    if (lines.length > 0) yield encoder.encode(`${lines.join("\n")}\n`);
  }

  /** Another one for each number: the number itself, in syllables, in an order that nobody sees. */
  #label(number: number): string {
    let rest = shuffled(number, this.#seed);
    let label = "";
    do {
      label += CONSONANTS[rest & 15]! + VOWELS[(rest >>> 4) & 3];
      rest >>>= 6;
    } while (rest !== 0);
    return label;
  }
}

function mixed(number: number): number {
  let mix = Math.imul(number ^ (number >>> 16), 0x21f0_aaad);
  mix = Math.imul(mix ^ (mix >>> 15), 0x735a_2d97);
  return (mix ^ (mix >>> 15)) >>> 0;
}

/** One to one among numbers of 32 bits. */
function shuffled(number: number, seed: number): number {
  return mixed((number ^ Math.imul(seed, 0x9e37_79b1)) >>> 0);
}
