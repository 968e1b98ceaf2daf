import { assert, assertEquals } from "@std/assert";
import { NameKey } from "../../../lib/names/name_key.ts";
import { KnownNames } from "../../../lib/resolver/route/known_names.ts";
import { HEADER_OCTETS } from "../../../lib/wire/header.ts";
import { nameFromText } from "../../../lib/wire/name.ts";
import { questionHash } from "../../support/resolving.ts";

/** Knows something of names by how long they are; counts how often it is asked. */
function setUp() {
  const asked = { local: 0, rules: 0, lists: 0 };
  const here = { octets: 0 };
  const names = new KnownNames({
    hash: questionHash(),
    local: {
      mayKnow: (_key, _wire, nameEnd) => {
        asked.local++;
        return nameEnd - HEADER_OCTETS === here.octets;
      },
    },
    rules: {
      numberOf: (_key, _wire, nameEnd) => {
        asked.rules++;
        return nameEnd - HEADER_OCTETS;
      },
    },
    lists: {
      find: (_key, wire) => {
        asked.lists++;
        return wire[HEADER_OCTETS]!;
      },
    },
  });
  const find = (text: string) => {
    const name = nameFromText(text);
    const wire = Uint8Array.of(...new Uint8Array(HEADER_OCTETS), ...name, 0, 1, 0, 1);
    const at = names.find(new NameKey(), wire, HEADER_OCTETS + name.length);
    return { isLocal: names.isLocal(at), rules: names.rules(at), said: names.said(at) };
  };
  return { asked, here, names, find };
}

Deno.test("KnownNames finds out once what is known of a name, in whatever letters, and anew when something else is known", () => {
  const { asked, here, names, find } = setUp();
  here.octets = 13;
  assertEquals(find("a.example.org"), { isLocal: false, rules: 15, said: 1 });
  assertEquals(find("A.Example.ORG"), { isLocal: false, rules: 15, said: 1 });
  assertEquals(find("example.com"), { isLocal: true, rules: 13, said: 7 });
  assertEquals(find("example.com"), { isLocal: true, rules: 13, said: 7 });
  assertEquals(asked, { local: 2, rules: 2, lists: 2 });
  here.octets = 15;
  names.forget();
  assertEquals(find("a.example.org"), { isLocal: true, rules: 15, said: 1 });
  assertEquals(find("example.com"), { isLocal: false, rules: 13, said: 7 });
  assertEquals(asked, { local: 4, rules: 4, lists: 4 });
});

Deno.test("KnownNames mixes no names up, however many there are", () => {
  const { find } = setUp();
  const names = Array.from({ length: 30_000 }, (_, i) => `${"x".repeat(1 + i % 60)}.${i}.example.com`);
  for (const name of [...names, ...names]) assertEquals(find(name).rules, name.length + 2);
});

Deno.test("KnownNames finds out anew little of 2,000 names that are asked for all the time", () => {
  const { asked, find } = setUp();
  const names = Array.from({ length: 2000 }, (_, i) => `www.name${i}.example.com`);
  for (const name of [...names, ...names]) find(name);
  const before = asked.rules;
  for (const name of names) find(name);
  assert(asked.rules - before < 200, `${asked.rules - before} were found out anew`);
});
