/**
 * Asks a list set for names that are not in it, until a hundred million have been asked for, and fails when one is found:
 * `deno task bench:wrong-matches [names listed] [names asked]`. Half of them lie in domains of which something is listed, so
 * that they get past the filter.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { SetBuilder } from "../../lib/lists/build/set_builder.ts";
import { BLOCKS, COVERS } from "../../lib/lists/list_rule.ts";
import { NO_LISTS } from "../../lib/lists/list_set.ts";
import { NameSet } from "../../lib/lists/set/name_set.ts";
import { allOf } from "../../lib/lists/slices.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { MadeUpNames } from "./made_up_names.ts";

const [listedCount = 10_000_000, askedCount = 100_000_000] = Deno.args.map(Number);
/** Names that the asked ones lie in: a listed one, and one that is not, in turn. */
const PARENTS = 65_536;
const WIRE_OCTETS = 128;
/** Made-up names have no digits. */
const DIGITS = 8;
const TOLD_EVERY = 10_000_000;

const key = crypto.getRandomValues(new Uint8Array(8));
const set = new NameSet(build(), { isChecked: true });
const parents = new Uint8Array(PARENTS * WIRE_OCTETS);
const ends = new Uint16Array(PARENTS);
for (let i = 0; i < PARENTS; i++) {
  const isListed = i % 2 === 0;
  const number = Math.floor(i * listedCount / PARENTS);
  const parent = nameFromText(new MadeUpNames(isListed ? 1 : 2).name(number));
  parents.set(parent, i * WIRE_OCTETS);
  ends[i] = parent.length;
}
const question = new Uint8Array(HEADER_OCTETS + 1 + DIGITS + WIRE_OCTETS);
question[HEADER_OCTETS] = DIGITS;
let found = 0;
const beganMs = performance.now();
for (let asked = 0; asked < askedCount; asked++) {
  let rest = asked;
  for (let digit = 1; digit <= DIGITS; digit++) {
    question[HEADER_OCTETS + digit] = 0x30 + rest % 10;
    rest = Math.floor(rest / 10);
  }
  const parent = asked & (PARENTS - 1);
  const start = parent * WIRE_OCTETS;
  const length = ends[parent]!;
  const at = HEADER_OCTETS + 1 + DIGITS;
  for (let i = 0; i < length; i++) question[at + i] = parents[start + i]!;
  if (set.find(question, HEADER_OCTETS, at + length) !== NO_LISTS) found++;
  if (asked % TOLD_EVERY === TOLD_EVERY - 1) console.log(`${asked + 1} asked, ${found} found`);
}
const seconds = (performance.now() - beganMs) / 1000;
const nanos = (seconds / askedCount * 1e9).toFixed(0);
console.log(`${listedCount} names listed, ${askedCount} others asked for: ${found} wrong matches (${nanos} ns each)`);
if (found > 0) Deno.exitCode = 1;

/** Lists names alone, without those below them. */
function build(): ArrayBuffer {
  const builder = new SetBuilder(key, 1);
  const sink = builder.addList({ name: "bench", digest: "" });
  const names = new MadeUpNames(1);
  for (let i = 0; i < listedCount; i++) {
    const name = nameFromText(names.name(i));
    sink.name(name, name.length, COVERS.self, BLOCKS, i + 1);
  }
  return allOf(builder.build());
}
