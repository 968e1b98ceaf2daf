import { type Name, POINTER_HOPS_MAX } from "./name.ts";
import { octetsKey } from "./octets.ts";
import { PointerWork } from "./pointer_work.ts";

/** A compression pointer holds 14 bits (RFC 1035 §4.1.4): names further in cannot be pointed to. */
const POINTER_TARGET_MAX = 0x3fff;

/** How a name is to be written: its first `start` octets, then a pointer to `target` unless that is `null`. */
export interface Placement {
  /** Octets of the name that are written as they are. */
  readonly start: number;
  /** Where the pointer behind them leads. */
  readonly target: number | null;
}

/** A name at `offset`, and the way through what stands behind its own labels; see `Suffix`. */
interface Way {
  readonly offset: number;
  readonly jumps: number;
  readonly steps: number;
}

/** The end of a name, from one of its labels to the root. */
interface Suffix {
  /** Where it was written first; `null` when that is out of a pointer's reach. */
  target: number | null;
  /** Pointers on the way from there to the root's octet. */
  jumps: number;
  /** What that way adds to `PointerWork`. */
  steps: number;
  /** The suffixes with one label more, by that label; `null` until there is one. */
  longer: Map<string, Suffix> | null;
}

/**
 * Where the names of a message were written, for pointers to them. The suffixes are a tree that begins at the root, so
 * a name costs no more than its octets: looking every suffix up by itself takes the square of that, and whoever makes
 * such names has others compress them (CVE-2024-8508).
 *
 * What is written is readable by `readName`: no name takes more than `POINTER_HOPS_MAX` jumps, and all together take
 * no more than `PointerWork` allows. Rather than that, more of a name is written out.
 */
export class WrittenNames {
  readonly #root: Suffix = { target: null, jumps: 0, steps: 1, longer: null };
  readonly #work = new PointerWork();

  /** Adds a name that is written in full at `offset`. */
  add(name: Name, offset: number): void {
    const labels = labelsOf(name);
    this.#remember(labels, labels.length, this.#root, { offset, jumps: 0, steps: 1 });
  }

  /** Adds a name that is written at `offset`, as it returns. */
  addCompressed(name: Name, offset: number): Placement {
    const labels = labelsOf(name);
    let start = name.length;
    let count = labels.length;
    let pointed: Suffix | null = null;
    let suffix: Suffix | undefined = this.#root;
    let suffixStart = name.length - 1;
    for (let i = labels.length - 1; i >= 0; i--) {
      suffix = suffix.longer?.get(labels[i]!);
      if (suffix === undefined) break;
      suffixStart -= 1 + labels[i]!.length;
      if (!this.#mayPoint(suffix, offset + suffixStart + 2)) continue;
      pointed = suffix;
      start = suffixStart;
      count = i;
    }
    if (pointed === null) {
      this.#remember(labels, count, this.#root, { offset, jumps: 0, steps: 1 });
      return { start, target: null };
    }
    this.#work.take(1 + pointed.steps, offset + start + 2);
    this.#remember(labels, count, pointed, { offset, jumps: pointed.jumps + 1, steps: pointed.steps + 1 });
    return { start, target: pointed.target };
  }

  /** Whether a name that ends at `end` with a pointer to `suffix` is one that we would read. */
  #mayPoint({ target, jumps, steps }: Suffix, end: number): boolean {
    return target !== null && jumps < POINTER_HOPS_MAX && this.#work.affords(1 + steps, end);
  }

  /** Remembers the suffixes that begin with one of the first `count` labels, `rest` being what follows those. */
  #remember(labels: readonly string[], count: number, rest: Suffix, { offset, jumps, steps }: Way): void {
    // Nothing of it is within reach.
    if (offset > POINTER_TARGET_MAX) return;
    let target = offset;
    for (let i = 0; i < count; i++) target += 1 + labels[i]!.length;
    let suffix = rest;
    for (let i = count - 1; i >= 0; i--) {
      target -= 1 + labels[i]!.length;
      steps++;
      suffix = longerBy(labels[i]!, suffix);
      if (suffix.target !== null || target > POINTER_TARGET_MAX) continue;
      suffix.target = target;
      suffix.jumps = jumps;
      suffix.steps = steps;
    }
  }
}

/** The suffix that has `label` in front of `suffix`. */
function longerBy(label: string, suffix: Suffix): Suffix {
  suffix.longer ??= new Map();
  let longer = suffix.longer.get(label);
  if (longer === undefined) suffix.longer.set(label, longer = { target: null, jumps: 0, steps: 0, longer: null });
  return longer;
}

/** The labels as keys, the root's left out. */
function labelsOf(name: Name): string[] {
  const key = octetsKey(name);
  const labels: string[] = [];
  for (let start = 0; name[start] !== 0; start += name[start]! + 1) {
    labels.push(key.slice(start + 1, start + 1 + name[start]!));
  }
  return labels;
}
