/**
 * What a list set of a million names costs: to make, to open, and to look names up in:
 * `deno bench bench/micro/name_set_bench.ts`; of ten million with `-- 10000000` behind it. Looks are counted in thousands, so
 * microseconds are nanoseconds of one. "Spread" looks are for names that have not been asked for lately: they wait for memory,
 * and so would other work. The names come from memory then, and take the set's place in the processor's caches; names that are
 * "made in place" do not. Prints first what the set takes. `deno task bench:lists` compares it with other programs.
 *
 * @module
 */
import { SetBuilder } from "../../lib/lists/build/set_builder.ts";
import { ListParser } from "../../lib/lists/formats/list_parser.ts";
import { NameSet } from "../../lib/lists/set/name_set.ts";
import { allOf } from "../../lib/lists/slices.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { SeededRandom } from "../../tests/support/seeded_random.ts";
import { MadeUpNames } from "../lists/made_up_names.ts";

const NAMES = Number(Deno.args[0] ?? 1_000_000);
const OPERATIONS = 1000;
/** Names that are looked up, far apart in the set: more than the processor's caches hold of it. */
const SPREAD = 200_000;
/** Names that are asked for all the time. */
const HOT = 500;
const WIRE_OCTETS = 128;
/** Where names that are made in place lie, and the letters in front of that. */
const DOMAINS = ["com", "net", "org", "info", "example.de"].map((domain) => nameFromText(domain));
const LETTERS = 10;

const random = new SeededRandom(1);
const listed = new MadeUpNames(1);
const others = new MadeUpNames(2);
const text = [...listed.chunks(0, NAMES)];
const textOctets = text.reduce((sum, { length }) => sum + length, 0);
const buffer = build();
const set = new NameSet(buffer, { isChecked: true });
const perName = (buffer.byteLength / NAMES).toFixed(1);
// deno-lint-ignore no-console
console.log(`${NAMES} names, ${(textOctets / 2 ** 20).toFixed(1)} MiB of text: ${perName} octets a name`);

Deno.bench("make a set, from its text", { group: "make" }, () => void build());
Deno.bench("open it, mapped by this process or another", { group: "open" }, () => {
  new NameSet(buffer, { isChecked: false });
});
Deno.bench("open it, and add up all of it", { group: "open" }, () => {
  new NameSet(buffer, { isChecked: true });
});
benchLooks("a name that is not listed, spread", SPREAD, (i) => others.name(i));
benchMade("a name that is not listed, made in place");
benchLooks("a name that is listed, spread", SPREAD, () => listed.name(random.between(0, NAMES - 1)));
benchLooks("a name beside a listed one, spread", SPREAD, () => `x.${listed.name(random.between(0, NAMES - 1))}`);
benchLooks("a name that is not listed, hot", HOT, (i) => others.name(i));
benchLooks("a name that is listed, hot", HOT, () => listed.name(random.between(0, NAMES - 1)));

function build(): ArrayBuffer {
  const builder = new SetBuilder(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), 1);
  const sink = { ...builder.addList({ name: "bench", digest: "" }), skipped: () => {}, bad: () => {} };
  const parser = new ListParser("domains", { coversBelow: null }, sink);
  for (const chunk of text) parser.write(chunk);
  parser.end();
  return allOf(builder.build());
}

function benchLooks(what: string, count: number, nameAt: (i: number) => string): void {
  // In one run of memory: what is measured is not how messages lie in it.
  const wires = new Uint8Array(count * WIRE_OCTETS);
  const ends = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const name = nameFromText(nameAt(i));
    wires.set(name, i * WIRE_OCTETS);
    ends[i] = name.length;
  }
  const question = new Uint8Array(HEADER_OCTETS + WIRE_OCTETS);
  let next = 0;
  Deno.bench(what, { group: "look" }, () => {
    for (let i = 0; i < OPERATIONS; i++) {
      const start = next * WIRE_OCTETS;
      const length = ends[next]!;
      for (let octet = 0; octet < length; octet++) question[HEADER_OCTETS + octet] = wires[start + octet]!;
      set.find(question, HEADER_OCTETS, HEADER_OCTETS + length);
      next = next + 1 === count ? 0 : next + 1;
    }
  });
}

/** Each name is asked for once. */
function benchMade(what: string): void {
  const question = new Uint8Array(HEADER_OCTETS + WIRE_OCTETS);
  question[HEADER_OCTETS] = LETTERS;
  let number = 0;
  Deno.bench(what, { group: "look" }, () => {
    for (let i = 0; i < OPERATIONS; i++) {
      let rest = Math.imul(++number, 0x9e37_79b1);
      for (let at = HEADER_OCTETS + 1; at <= HEADER_OCTETS + LETTERS; at++) {
        question[at] = 0x61 + (rest & 15);
        rest = (rest >>> 4) | (number << 28);
      }
      const domain = DOMAINS[number % DOMAINS.length]!;
      const end = HEADER_OCTETS + 1 + LETTERS + domain.length;
      for (let octet = 0; octet < domain.length; octet++) {
        question[HEADER_OCTETS + 1 + LETTERS + octet] = domain[octet]!;
      }
      set.find(question, HEADER_OCTETS, end);
    }
  });
}
