import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { putUint16 } from "../../lib/wire/octets.ts";
import { withHeader } from "./octets.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Names that cost more to read than they have octets, and what stands in a message so that pointers can lead to them. */
export interface CostlyName {
  /** For the names of tests. */
  readonly what: string;
  /** Steps of a pointer to it, that pointer included. */
  readonly steps: number;
  /** Where it begins, in `octets`. */
  readonly offset: number;
  /** The RDATA of a record whose type says nothing of names. */
  readonly octets: Octets;
}

/** Where the RDATA of the first record of `messageOf` begins: header, question, the record's fixed octets. */
const RDATA_OFFSET = 12 + 5 + 11;
/** TYPE NULL (RFC 1035 §3.3.10): any octets. */
const NULL = "000a 0001 00000000";
const A = "0001 0001 00000000";

/** A name of one-octet labels in full. */
export function longName(labels: number): CostlyName {
  const octets = new Uint8Array(2 * labels + 1);
  for (let i = 0; i < 2 * labels; i += 2) octets.set([1, 0x61], i);
  return { what: `${labels} labels`, steps: 1 + labels + 1, offset: 0, octets };
}

/** The root behind pointers that lead from one to the next. */
export function pointerChain(jumps: number): CostlyName {
  const octets = [0];
  for (let i = 1; i < jumps; i++) {
    const target = RDATA_OFFSET + (i === 1 ? 0 : octets.length - 2);
    octets.push(0xc0 | (target >> 8), target & 0xff);
  }
  const offset = octets.length - (jumps > 1 ? 2 : 1);
  return { what: `${jumps} jumps`, steps: jumps + 1, offset, octets: Uint8Array.from(octets) };
}

/** A name of one-octet labels, each behind a pointer. */
export function staircase(labels: number): CostlyName {
  const octets = [1, 0x61, 0];
  let offset = 0;
  for (let i = 1; i < labels; i++) {
    const target = RDATA_OFFSET + offset;
    offset = octets.length;
    octets.push(1, 0x61, 0xc0 | (target >> 8), target & 0xff);
  }
  return { what: `${labels} labels and as many jumps`, steps: 2 * labels + 1, offset, octets: Uint8Array.from(octets) };
}

/** A question for the root, then records of 16 octets whose owners are pointers to `name`. */
export function messageOf(name: CostlyName, count: number): Octets {
  const { octets, offset } = name;
  const length = octets.length.toString(16).padStart(4, "0");
  const head = withHeader([1, count + 1, 0, 0], `00 0001 0001 00 ${NULL} ${length} ${octets.toHex()}`);
  const pointer = (0xc000 | (RDATA_OFFSET + offset)).toString(16);
  const record = Uint8Array.fromHex(`${pointer}${A}0004c0000201`.replaceAll(" ", ""));
  return concat([head, ...new Array<Octets>(count).fill(record)]);
}

/** `messageOf` with as many records as a message can hold. */
export function fullMessageOf(name: CostlyName, sizeOctets = 65_535): Octets {
  const count = Math.floor((sizeOctets - RDATA_OFFSET - name.octets.length) / 16);
  return messageOf(name, count);
}

/** The same octets, as a query with one question and the records in the additional section. */
export function asQuery(message: Octets): Octets {
  const query = message.slice();
  query.copyWithin(10, 6, 8);
  putUint16(query, 6, 0);
  return query;
}

/** What `PointerWork` promises for a message of so many octets. */
export function stepsMax(octets: number): number {
  return 4096 + 4 * octets;
}

/** Messages whose work is at most a few names away from the bound, and what it is without a bound. */
export const messagesNearTheBound: fc.Arbitrary<{ message: Octets; steps: number; trailing: number }> = fc.record({
  name: fc.oneof(
    fc.integer({ min: 90, max: 127 }).map(longName),
    fc.integer({ min: 90, max: 126 }).map(pointerChain),
    fc.integer({ min: 50, max: 126 }).map(staircase),
  ),
  more: fc.integer({ min: -2, max: 2 }),
  trailing: fc.nat({ max: 300 }),
}).map(({ name, more, trailing }) => {
  const count = countWithin(name) + more;
  return { message: messageOf(name, count), steps: count * name.steps, trailing };
});

/** How many records of `messageOf` the bound allows: a record's owner ends 14 octets before the record. */
function countWithin(name: CostlyName): number {
  const rest = messageOf(name, 0).length - 14;
  return Math.floor(stepsMax(rest) / (name.steps - 4 * 16));
}
