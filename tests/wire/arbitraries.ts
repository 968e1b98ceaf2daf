import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { CLASS, TYPE } from "../../lib/wire/iana.ts";
import type { Message, Question, ResourceRecord } from "../../lib/wire/message.ts";
import type { Name } from "../../lib/wire/name.ts";
import type { Rdata } from "../../lib/wire/rdata/rdata.ts";
import { RDATA_FIELDS, type RdataField } from "../../lib/wire/rdata/rdata_fields.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Any octets, as many as asked. */
export function octets(minLength: number, maxLength: number): fc.Arbitrary<Octets> {
  // A copy, so that it is a plain array of its own for those who compare.
  return fc.uint8Array({ minLength, maxLength }).map((array) => new Uint8Array(array));
}

const uint8 = fc.nat({ max: 0xff });
const uint16 = fc.nat({ max: 0xffff });
const uint32 = fc.nat({ max: 0xffffffff });

/** Labels as a name; those that no longer fit are left out. */
function toName(labels: readonly Uint8Array[]): Name {
  const name: number[] = [];
  for (const label of labels) if (name.length + 1 + label.length + 1 <= 255) name.push(label.length, ...label);
  return Uint8Array.from([...name, 0]);
}

const familiarLabels = fc.constantFrom("a", "www", "mail", "example", "Example", "org", "_tcp")
  .map((text) => new TextEncoder().encode(text));

/** Names of any octets, up to the full length; most of them share suffixes with one another. */
export const names: fc.Arbitrary<Name> = fc.oneof(
  { weight: 40, arbitrary: fc.array(familiarLabels, { maxLength: 4 }).map(toName) },
  { weight: 8, arbitrary: fc.array(octets(1, 63), { maxLength: 5 }).map(toName) },
  { weight: 1, arbitrary: fc.array(octets(1, 2), { minLength: 100, maxLength: 127 }).map(toName) },
);

/** Names of letters, digits and hyphens in lower case: what every program agrees on. */
export const hostNames: fc.Arbitrary<Name> = fc.array(fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/), { maxLength: 5 })
  .map((labels) => toName(labels.map((label) => new TextEncoder().encode(label))));

function uint16Octets(value: number): Octets {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function counted(minLength: number, maxLength: number): fc.Arbitrary<Octets> {
  return octets(minLength, maxLength).map((array) => concat([Uint8Array.of(array.length), array]));
}

function withoutTrailingZero(minLength: number, maxLength: number): fc.Arbitrary<Octets> {
  return octets(minLength, maxLength).map((array) => concat([array.subarray(0, -1), Uint8Array.of(array.at(-1)! | 1)]));
}

const typeBitmap = fc.uniqueArray(fc.tuple(uint8, withoutTrailingZero(1, 32)), { selector: ([w]) => w, maxLength: 4 })
  .map((windows) =>
    concat(windows.sort(([a], [b]) => a - b).flatMap(([window, bits]) => [Uint8Array.of(window, bits.length), bits]))
  );

const nxtBitmap = withoutTrailingZero(1, 16).map((bits) => bits.map((octet, i) => i === 0 ? octet & 0x7f : octet))
  .filter((bits) => bits.at(-1) !== 0);

/** A value for each known SvcParamKey but the two that depend on other keys, and for two that have no name. */
const parameterValues = fc.record({
  1: fc.array(counted(1, 9), { minLength: 1, maxLength: 3 }).map(concat),
  3: octets(2, 2),
  4: fc.array(octets(4, 4), { minLength: 1, maxLength: 3 }).map(concat),
  5: octets(1, 20),
  6: fc.array(octets(16, 16), { minLength: 1, maxLength: 3 }).map(concat),
  667: octets(0, 20),
  65534: octets(0, 3),
}, { requiredKeys: [] });

const serviceParameters = fc.tuple(parameterValues, fc.boolean(), fc.boolean()).map(
  ([values, isMandatory, isAlone]) => {
    const parameters = new Map<number, Uint8Array>(Object.entries(values).map(([key, value]) => [Number(key), value]));
    if (isAlone && parameters.has(1)) parameters.set(2, new Uint8Array());
    const keys = [...parameters.keys()].sort((a, b) => a - b);
    if (isMandatory && keys.length > 0) parameters.set(0, concat(keys.map(uint16Octets)));
    return concat(
      [...parameters].sort(([a], [b]) => a - b)
        .flatMap(([key, value]) => [uint16Octets(key), uint16Octets(value.length), value]),
    );
  },
);

const FIELDS: Readonly<Record<RdataField, fc.Arbitrary<Uint8Array>>> = {
  uint8: octets(1, 1),
  uint16: octets(2, 2),
  uint32: octets(4, 4),
  type: octets(2, 2),
  time: octets(4, 4),
  ipv4: octets(4, 4),
  ipv6: octets(16, 16),
  locator: octets(8, 8),
  compressibleName: names,
  name: names,
  string: counted(0, 255),
  strings: fc.array(counted(0, 20), { minLength: 1, maxLength: 5 }).map(concat),
  tag: fc.stringMatching(/^[0-9a-zA-Z]{1,15}$/).map((tag) =>
    concat([Uint8Array.of(tag.length), new TextEncoder().encode(tag)])
  ),
  text: octets(0, 40),
  hex: octets(1, 40),
  base64: octets(1, 40),
  salt: counted(0, 255),
  hash: counted(1, 255),
  types: typeBitmap,
  nxtTypes: nxtBitmap,
  serviceParameters,
};

/** RDATA that is what `type` says, when it is a type that we know; else any octets. */
export function rdataOf(type: number): fc.Arbitrary<Rdata> {
  const fields = RDATA_FIELDS.get(type);
  return fields === undefined ? octets(0, 40) : fc.tuple(...fields.map((field) => FIELDS[field])).map(concat);
}

/** Types with a row in the table, and others. */
export const types: fc.Arbitrary<number> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...RDATA_FIELDS.keys()) },
  { weight: 1, arbitrary: fc.constantFrom<number>(TYPE.OPT, TYPE.TSIG, TYPE.NULL, 65280) },
);

const classes = fc.oneof(fc.constantFrom<number>(CLASS.IN, CLASS.CH), uint16);

/** Any question. */
export const questions: fc.Arbitrary<Question> = fc.record({
  name: names,
  type: fc.oneof(types, uint16),
  class: classes,
});

/** Any record that a message can carry. */
export const records: fc.Arbitrary<ResourceRecord> = types.chain((type) =>
  fc.record({ name: names, type: fc.constant(type), class: classes, ttl: uint32, rdata: rdataOf(type) })
);

const header = {
  id: uint16,
  isResponse: fc.boolean(),
  opcode: fc.nat({ max: 15 }),
  isAuthoritative: fc.boolean(),
  isTruncated: fc.boolean(),
  recursionDesired: fc.boolean(),
  recursionAvailable: fc.boolean(),
  isAuthenticData: fc.boolean(),
  checkingDisabled: fc.boolean(),
  rcode: fc.nat({ max: 15 }),
};

/** Any message, the sections filled by `questions` and `records`. */
export function messagesOf(
  questions: fc.Arbitrary<Question>,
  records: fc.Arbitrary<ResourceRecord>,
): fc.Arbitrary<Message> {
  return fc.record({
    ...header,
    questions: fc.array(questions, { maxLength: 2 }),
    answers: fc.array(records, { maxLength: 3 }),
    authorities: fc.array(records, { maxLength: 1 }),
    additionals: fc.array(records, { maxLength: 2 }),
  });
}

/** Any message. */
export const messages: fc.Arbitrary<Message> = messagesOf(questions, records);

/** A way to spoil octets. Positions are fractions of the length, so that they shrink and fit whatever there is. */
type Mutation =
  | { readonly kind: "set"; readonly at: number; readonly value: number }
  | { readonly kind: "point"; readonly at: number; readonly target: number }
  | { readonly kind: "cut"; readonly at: number }
  | { readonly kind: "splice"; readonly at: number; readonly from: number; readonly length: number };

const fractions = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

/** One to four changes to apply with {@linkcode mutate}. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("set" as const), at: fractions, value: uint8 }),
    fc.record({ kind: fc.constant("point" as const), at: fractions, target: fc.nat({ max: 120 }) }),
    fc.record({ kind: fc.constant("cut" as const), at: fractions }),
    fc.record({ kind: fc.constant("splice" as const), at: fractions, from: fractions, length: fc.nat({ max: 30 }) }),
  ),
  { minLength: 1, maxLength: 4 },
);

/** A spoilt copy of `octets`. */
export function mutate(octets: Uint8Array, changes: readonly Mutation[]): Octets {
  let copy = Uint8Array.from(octets);
  for (const change of changes) {
    const at = Math.floor(change.at * copy.length);
    if (change.kind === "set") copy.fill(change.value, at, at + 1);
    else if (change.kind === "point") copy.set([0xc0, change.target].slice(0, copy.length - at), at);
    else if (change.kind === "cut") copy = copy.slice(0, at);
    else {
      const from = Math.floor(change.from * copy.length);
      copy = concat([copy.subarray(0, at), copy.subarray(from, from + change.length), copy.subarray(at)]);
    }
  }
  return copy;
}
