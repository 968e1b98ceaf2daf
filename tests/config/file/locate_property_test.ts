// Whatever a file says, and however it is written: everything that the parser finds has a place, and that is the right one.

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parse } from "smol-toml";
import { locate } from "../../../lib/config/file/locate.ts";
import { markAt } from "../../../lib/config/file/mark.ts";

/** Blanks and comments, between values of a list as well. */
const gap = fc.constantFrom("", " ", "\t ", "\n", "\r\n  ", '\n# a "comment" = [ { \'\n', " # ]\n\n");
const space = fc.constantFrom("", " ", "\t", "  ");
const lineEnd = fc.constantFrom("\n", "\r\n", ' # """ [x]\n', "\n\n# [[not.a.head]]\n  ");

const scalar = fc.oneof(
  fc.constantFrom("0", "-17", "1_000", "0xff", "1.5", "6e3", "inf", "true", "false", "2026-12-01", "07:32:00"),
  fc.constantFrom("2026-12-01T07:32:00Z", "2026-12-01 07:32:00.5", "1979-05-27T00:32:00-07:00"),
  fc.string().map((text) => JSON.stringify(text).replaceAll("\x7f", "\\u007f")),
  fc.stringMatching(/^[a-z#=,\]}"\\ ]{0,9}$/).map((text) => `'${text}'`),
  fc.stringMatching(/^[a-z#=,\]}'\n ]{0,9}$/).map((text) => `"""${text}\\"""""`),
  fc.stringMatching(/^[a-z#=,\]}"\\\n ]{0,9}$/).map((text) =>
    `'''${text.replaceAll(/''+/g, "'").replace(/'$/, "")}'''`
  ),
  fc.constantFrom('""""a"""""', "''''b'''''", '"\\U0001F600\\e\\x41"', '""', "''"),
);

/** A key that no other has; `i` is in it. */
function keyOf(i: number): fc.Arbitrary<string> {
  return fc.constantFrom(`k${i}`, `${i}`, `"k ${i}.\\u00e9\\""`, `'k[${i}]'`, `_-${i}`);
}

function keys(i: number): fc.Arbitrary<string> {
  const joint = fc.tuple(space, space).map(([a, b]) => `${a}.${b}`);
  return fc.tuple(fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 2 }), joint, keyOf(i)).map(
    ([path, dot, last]) => {
      // What several pairs of a table have in common comes before what only one has.
      return [...path.map((n) => `p${i}${n}`), last].join(dot);
    },
  );
}

const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    { arbitrary: scalar, weight: 3 },
    {
      arbitrary: fc.array(fc.tuple(gap, tie("value"), gap), { maxLength: 3 })
        .map((items) => `[${items.map((item) => item.join("")).join(",")}]`),
      weight: 1,
    },
    {
      arbitrary: fc.array(fc.tuple(space, tie("value"), space), { maxLength: 3 })
        .chain((items) => fc.tuple(...items.map((item, i) => pairOf(keys(i), fc.constant(item[1]!), fc.constant("")))))
        .map((pairs) => `{${(pairs as string[]).join(", ")}}`),
      weight: 1,
    },
  ),
}));

function pairOf(key: fc.Arbitrary<string>, one: fc.Arbitrary<string>, end: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(space, key, space, space, one, end).map(([a, k, b, c, text, z]) => `${a}${k}${b}=${c}${text}${z}`);
}

function pairs(): fc.Arbitrary<string> {
  return fc.integer({ min: 0, max: 3 }).chain((count) => {
    return fc.tuple(...Array.from({ length: count }, (_, i) => pairOf(keys(i), value, lineEnd))) as fc.Arbitrary<
      string[]
    >;
  }).map((all) => all.join(""));
}

/** Tables, each once, and lists of tables with tables in them. */
const document = fc.tuple(
  pairs(),
  fc.array(fc.tuple(fc.boolean(), space, pairs(), fc.array(pairs(), { maxLength: 2 })), { maxLength: 4 }),
).map(([top, tables]) => {
  const sections = tables.map(([isList, blank, body, more], i) => {
    if (!isList) return `[${blank}t${i}${blank}.${blank}"a.b"${blank}]\n${body}[t${i}.c]\n`;
    const each = more.map((inner) =>
      `[[${blank}list${i}${blank}]] # x\n${inner}[list${i}.sub.t]\n${body}\n[[list${i}.deep]]\n`
    );
    return each.join("");
  });
  return top + sections.join("");
});

Deno.test("locate() finds every value that the parser finds, where a text stands that means it", () => {
  let leaves = 0;
  fc.assert(
    fc.property(document, (text) => {
      const parsed = parse(text);
      const root = locate({ file: "a.toml", text });
      for (const [path, leaf] of leavesOf(parsed, [])) {
        const { mark, isWhole } = markAt(root, path);
        assert(isWhole, path.join(" "));
        assertEquals(parse(`x = ${text.slice(mark.value.start, mark.value.end)}`).x, leaf as never);
        if (mark.key !== null) {
          assertEquals(Object.keys(parse(`${text.slice(mark.key.start, mark.key.end)} = 1`)), [String(path.at(-1))]);
        }
        leaves++;
      }
    }),
    { numRuns: 1000 },
  );
  assert(leaves > 1000);
});

function* leavesOf(value: unknown, path: readonly (string | number)[]): Generator<[(string | number)[], unknown]> {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* leavesOf(item, [...path, i]);
  } else if (typeof value === "object" && value !== null && !(value instanceof Date)) {
    for (const [key, item] of Object.entries(value)) yield* leavesOf(item, [...path, key]);
  } else yield [[...path], value];
}
