import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { NameTable, NO_NODE } from "../../lib/local/name_table.ts";
import { nameFromText, nameToText } from "../../lib/wire/name.ts";
import { questionHash } from "../support/resolving.ts";

/** All names have one hash. */
const oneHash: Pick<ReturnType<typeof questionHash>, "absorb"> = {
  absorb: (key) =>
    void (key.v0 =
      key.v1 =
      key.v2 =
      key.v3 =
        0),
};

function tableOf(texts: readonly string[], hash: ConstructorParameters<typeof NameTable>[0] = questionHash()) {
  const table = new NameTable(hash);
  for (const text of texts) {
    const name = nameFromText(text);
    table.add(name, 0, name.length);
  }
  const find = (text: string) => {
    const name = nameFromText(text);
    return table.find(name, 0, name.length);
  };
  return { table, find };
}

Deno.test("NameTable has the names that names lie in as well, but for the root, and knows which have others below them", () => {
  const { table, find } = tableOf(["a.b.Example.org", "example.ORG", "c.example.org"]);
  assertEquals(table.count, 5);
  const names = ["a.b.example.org", "b.example.org", "example.org", "org", "c.example.org"];
  assertEquals(names.map((text) => find(text) !== NO_NODE), [true, true, true, true, true]);
  assertEquals(names.map((text) => table.hasBelow(find(text))), [false, true, true, true, false]);
  assertEquals(nameToText(table.name(find("EXAMPLE.org"))), "Example.org.");
  assertEquals(["x.example.org", "rg", "a.b", "."].map(find), [NO_NODE, NO_NODE, NO_NODE, NO_NODE]);
});

const label = fc.stringMatching(/^[a-bA-B]{1,2}$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."));

for (const [hash, what] of [[questionHash(), "names of their own hashes"], [oneHash, "names of one hash"]] as const) {
  Deno.test(`NameTable finds what a map finds, trimmed or not, with ${what}`, () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 120 }), fc.array(name), fc.boolean(), (texts, others, isTrimmed) => {
        const { table, find } = tableOf(texts, hash);
        if (isTrimmed) table.trim();
        const numbers = new Set<number>();
        const known = new Set<string>();
        for (const text of texts) {
          for (let rest = text.toLowerCase(); rest !== ""; rest = rest.split(".").slice(1).join(".")) known.add(rest);
        }
        for (const text of known) {
          const node = find(text);
          assertEquals(nameToText(table.name(node)).toLowerCase(), `${text}.`);
          numbers.add(node);
        }
        assertEquals([numbers.size, table.count], [known.size, known.size]);
        for (const text of others) assertEquals(find(text) !== NO_NODE, known.has(text.toLowerCase()));
      }),
    );
  });
}
