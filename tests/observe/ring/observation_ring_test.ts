import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Epoch } from "../../../lib/observe/ring/epoch.ts";
import { ADDRESS_WORD, HEAD } from "../../../lib/observe/ring/layout.ts";
import { ObservationRing } from "../../../lib/observe/ring/observation_ring.ts";
import { RingFeed } from "../../../lib/observe/ring/ring_feed.ts";
import { RingReader } from "../../../lib/observe/ring/ring_reader.ts";
import { TextTable } from "../../../lib/observe/ring/text_table.ts";

const NAMES = { channels: ["udp"], sources: ["cache"] };
/** Words of the longest record, and of the shortest. */
const [LONGEST, SHORTEST] = [75, 9];

function epochOf(clocks: { programMs: number; wallMs: number }): Epoch {
  return new Epoch({
    clock: { nowMs: () => clocks.programMs },
    wallClock: { epochSeconds: () => Math.floor(clocks.wallMs / 1000), epochMs: () => clocks.wallMs },
  });
}

function newRing(): ObservationRing {
  return new ObservationRing(epochOf({ programMs: 0, wallMs: 0 }));
}

/** Writes a record of so many words that tells its number as the time it took. */
function write(ring: ObservationRing, number: number, wordCount: number): void {
  const at = ring.begin(wordCount);
  ring.words.fill(-1, at, at + wordCount);
  ring.words[at] = wordCount | (1 << HEAD.nameShift);
  ring.words[at + 3] = number * 1000;
  ring.words[at + ADDRESS_WORD + 1] = 0;
}

/** Reads all there is; each must be the one behind the last, but for those that are lost. */
function numbersOf(reader: RingReader, countMax = Infinity): number[] {
  const numbers: number[] = [];
  reader.read(({ tookMs }) => void numbers.push(tookMs), countMax);
  return numbers;
}

Deno.test("ObservationRing: who reads in time gets everything in order, over many laps", () => {
  const ring = newRing();
  const reader = new RingReader(ring, NAMES, () => {});
  let written = 0;
  let next = 0;
  for (let round = 0; round < 200; round++) {
    for (let i = 0; i < 300; i++) write(ring, written++, SHORTEST + (written * 7) % (LONGEST - SHORTEST + 1));
    for (const number of numbersOf(reader)) assertEquals(number, next++);
  }
  assertEquals([next, reader.lostCount], [written, 0]);
});

Deno.test("RingFeed tells each who reads that there are many, as long as he does", () => {
  const clocks = { clock: { nowMs: () => 0 }, wallClock: { epochSeconds: () => 0 } };
  const feed = new RingFeed({ ...clocks, names: NAMES, fill: () => () => {} });
  const told = [0, 0];
  const first = feed.watch(() => void told[0]!++);
  const second = feed.watch(() => void told[1]!++);
  feed.watch();
  for (let i = 0; i < 128; i++) write(feed.ring!, i, SHORTEST);
  second.close();
  for (let i = 0; i < 64; i++) write(feed.ring!, i, SHORTEST);
  assertEquals([told, numbersOf(first).length], [[3, 2], 192]);
});

Deno.test("ObservationRing: what is read and what is lost is what was written, whoever reads when and how much", () => {
  const step = fc.record({
    writes: fc.integer({ min: 0, max: 15_000 }),
    words: fc.integer({ min: SHORTEST, max: LONGEST }),
    reads: fc.constantFrom(0, 1, 1000, Infinity),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const ring = newRing();
      const reader = new RingReader(ring, NAMES, () => {});
      let [written, read, last] = [0, 0, -1];
      const take = (countMax: number) => {
        for (const number of numbersOf(reader, countMax)) {
          assert(number > last && number < written);
          last = number;
          read++;
        }
      };
      for (const { writes, words, reads } of steps) {
        for (let i = 0; i < writes; i++) write(ring, written++, words);
        take(reads);
      }
      take(Infinity);
      assertEquals(read + reader.lostCount, written);
      // Nothing is given up that still stands, but for the part that the writer is in.
      if (written > 0) assertEquals(last, written - 1);
    }),
    { numRuns: 40 },
  );
});

Deno.test("ObservationRing: who is lapped goes on with all but a sixteenth of what still stands", () => {
  const ring = newRing();
  const reader = new RingReader(ring, NAMES, () => {});
  const words = 16;
  const capacity = ring.words.length / words;
  for (let i = 0; i < 3.5 * capacity; i++) write(ring, i, words);
  const numbers = numbersOf(reader);
  assert(numbers.length > capacity * 15 / 16 - 2);
  assertEquals(numbers.length + reader.lostCount, 3.5 * capacity);
});

Deno.test("RingReader sees what comes from now on, and counts what was lost before it came to the ring since then", () => {
  const ring = newRing();
  write(ring, 0, SHORTEST);
  ring.lose(5);
  const reader = new RingReader(ring, NAMES, () => {});
  write(ring, 1, SHORTEST);
  ring.lose(2);
  assertEquals([numbersOf(reader), reader.lostCount], [[1], 2]);
});

Deno.test("RingReader.takePiece() takes whole records, no more than fit, and all of them in the end", () => {
  const ring = newRing();
  const reader = new RingReader(ring, NAMES, () => {});
  let [written, taken, next] = [0, 0, 0];
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 1000; i++) write(ring, written++, SHORTEST + written % 60);
    for (let piece = reader.takePiece(5000); piece !== null; piece = reader.takePiece(5000)) {
      assert(piece.words.length <= 5000 && piece.recordCount > 0);
      taken += piece.recordCount;
      for (let at = 0; at < piece.words.length; at += piece.words[at]! & 0xff) {
        assertEquals(piece.words[at + 3], 1000 * next++);
      }
    }
  }
  assertEquals([taken, next, reader.lostCount], [written, written, 0]);
});

Deno.test("RingReader.read() stops where it is closed meanwhile, and does not read again what its reader threw at", () => {
  const ring = newRing();
  const reader = new RingReader(ring, NAMES, () => {});
  for (let i = 0; i < 5; i++) write(ring, i, SHORTEST);
  const seen: number[] = [];
  try {
    reader.read(({ tookMs }) => {
      seen.push(tookMs);
      throw new Error("full");
    }, Infinity);
  } catch { /* As it should. */ }
  reader.read(({ tookMs }) => {
    seen.push(tookMs);
    reader.close();
  }, Infinity);
  assertEquals(seen, [0, 1]);
});

Deno.test("Epoch follows a clock that is set, and not one that is nudged", () => {
  const clocks = { programMs: 1000, wallMs: 1_000_000 };
  const epoch = epochOf(clocks);
  const offsets = [0, 20, -30, 3_600_000, 3_600_010, -7_200_000].map((setMs) => {
    clocks.programMs += 1000;
    clocks.wallMs = 1_000_000 - 1000 + clocks.programMs + setMs;
    return epoch.offsetMs - 999_000;
  });
  assertEquals(offsets, [0, 0, 0, 3_600_000, 3_600_000, -7_200_000]);
});

Deno.test("TextTable gives each text a number, and those that come when it is full one together", () => {
  const table = new TextTable();
  assertEquals(table.numberOf(""), 0);
  for (let i = 0; i < 10_000; i++) table.numberOf(`reason ${i}`);
  assertEquals(table.size, 4096);
  const texts = ["", "reason 0", "reason 4093", "reason 4094", "reason 9999"];
  assertEquals(texts.map((text) => table.textOf(table.numberOf(text))), [
    "",
    "reason 0",
    "reason 4093",
    "other",
    "other",
  ]);
  assertEquals([table.numberOf("reason 7"), table.numberOf("")], [9, 0]);
  assertEquals([table.textOf(65_535), table.textsFrom(4095)], ["other", ["reason 4093"]]);
});
