/** Numbers of a record: both halves of a hash, and two of whoever keeps records. */
const RECORD = 4;
/** Runs of records, by the highest 10 bits of the hash. */
const RUNS = 1024;
/** Records of the first piece of a run, and of one that is as large as pieces get: half of the last one is empty. */
const PIECE_MIN = 16;
const PIECE_MAX = 1024;
/** What sorts a run: its other 22 bits, in two halves. */
const DIGIT_BITS = 11;

/**
 * Millions of hashes, each with two numbers, and then in the order of their high halves. Appending goes to the end of one of
 * 1,024 runs, and a run is sorted in the processor's cache: nothing waits for memory as writing each where it belongs would.
 */
export class NameRecords {
  readonly #pieces: Uint32Array[][] = Array.from({ length: RUNS }, () => []);
  readonly #last: Uint32Array[] = Array.from({ length: RUNS }, () => new Uint32Array(0));
  /** Numbers in the last piece of each run. */
  readonly #used = new Uint32Array(RUNS);
  #count = 0;

  /** Records that have been added. */
  get count(): number {
    return this.#count;
  }

  /** Appends one. All are numbers of 32 bits, signed or not. */
  add(high: number, low: number, a: number, b: number): void {
    // hot path
    const run = high >>> 22;
    let at = this.#used[run]!;
    if (at === this.#last[run]!.length) at = this.#grow(run);
    const piece = this.#last[run]!;
    piece[at] = high;
    piece[at + 1] = low;
    piece[at + 2] = a;
    piece[at + 3] = b;
    this.#used[run] = at + RECORD;
    this.#count++;
  }

  /**
   * The records of each run in turn, in the order of their hashes, and those of one hash in that in which they came. Each
   * array is the taker's; what is left here of a run is forgotten before the next.
   */
  *takeRuns(): Generator<Uint32Array<ArrayBuffer>> {
    // Runs are about as long as each other. What is made anew for each waits for the garbage collector: 300 MB of ten million.
    let memory = [new Uint32Array(0), new Uint32Array(0)] as const;
    for (let run = 0; run < RUNS; run++) {
      const pieces = this.#pieces[run]!;
      this.#pieces[run] = [];
      const last = this.#last[run]!.subarray(0, this.#used[run]);
      this.#last[run] = new Uint32Array(0);
      const length = pieces.reduce((sum, piece) => sum + piece.length, last.length);
      if (length > memory[0].length) memory = [new Uint32Array(length), new Uint32Array(length)];
      const [all, half] = memory;
      let at = 0;
      for (const piece of [...pieces, last]) {
        all.set(piece, at);
        at += piece.length;
      }
      yield sorted(all.subarray(0, length), half.subarray(0, length));
    }
  }

  #grow(run: number): number {
    const last = this.#last[run]!;
    if (last.length > 0) this.#pieces[run]!.push(last);
    this.#last[run] = new Uint32Array(RECORD * Math.min(PIECE_MAX, Math.max(PIECE_MIN, last.length / 2)));
    return this.#used[run] = 0;
  }
}

/** By the lower 22 bits of the high half, then by the low half. Equal ones keep their order. `half` is written over. */
function sorted(records: Uint32Array<ArrayBuffer>, half: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  moveByDigit(records, half, 0);
  const byBoth = new Uint32Array(records.length);
  moveByDigit(half, byBoth, DIGIT_BITS);
  // Few have the same high half.
  for (let at = RECORD; at < byBoth.length; at += RECORD) {
    for (let i = at; i > 0 && isBefore(byBoth, i, i - RECORD); i -= RECORD) swap(byBoth, i, i - RECORD);
  }
  return byBoth;
}

function isBefore(records: Uint32Array, a: number, b: number): boolean {
  return records[a] === records[b] && records[a + 1]! < records[b + 1]!;
}

function swap(records: Uint32Array, a: number, b: number): void {
  for (let i = 0; i < RECORD; i++) {
    const number = records[a + i]!;
    records[a + i] = records[b + i]!;
    records[b + i] = number;
  }
}

function moveByDigit(records: Uint32Array, moved: Uint32Array, shift: number): void {
  const mask = (1 << DIGIT_BITS) - 1;
  const ends = new Uint32Array(mask + 1);
  for (let at = 0; at < records.length; at += RECORD) ends[(records[at]! >>> shift) & mask]! += RECORD;
  let end = 0;
  for (let digit = 0; digit <= mask; digit++) {
    end += ends[digit]!;
    ends[digit] = end - ends[digit]!;
  }
  for (let at = 0; at < records.length; at += RECORD) {
    const digit = (records[at]! >>> shift) & mask;
    const to = ends[digit]!;
    ends[digit] = to + RECORD;
    moved[to] = records[at]!;
    moved[to + 1] = records[at + 1]!;
    moved[to + 2] = records[at + 2]!;
    moved[to + 3] = records[at + 3]!;
  }
}
