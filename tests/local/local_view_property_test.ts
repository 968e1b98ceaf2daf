import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { AddressSource } from "../../lib/local/address_source.ts";
import { nameFromText, nameToText } from "../../lib/wire/name.ts";
import { TYPE } from "../../lib/wire/iana.ts";
import { rdataToText } from "../../lib/wire/text/rdata_text.ts";
import { localData } from "../support/local_names.ts";
import { questionHash } from "../support/resolving.ts";

/** What is said: addresses by name, in each place. Names have no dot at their end. */
interface Words {
  readonly domain: string | null;
  readonly own: Readonly<Record<string, readonly string[]>>;
  readonly common: Readonly<Record<string, readonly string[]>>;
  readonly texts: readonly string[];
  readonly hosts: Readonly<Record<string, readonly string[]>>;
  readonly leases: Readonly<Record<string, readonly string[]>>;
}

/** The law, over texts: as slow as it is plain. */
function lawOf({ domain, own, common, texts, hosts, leases }: Words, name: string) {
  const addresses = (name: string) =>
    [hosts, leases].map((tier) => tier[name] ?? []).find((found) => found.length > 0) ?? [];
  const known = (name: string): readonly string[] => {
    if (own[name] !== undefined) return own[name];
    const text = texts.includes(name) ? ['"text"'] : [];
    return [...common[name] ?? [], ...text, ...(common[name] === undefined ? addresses(name) : [])];
  };
  const names = [own, common, hosts, leases].flatMap(Object.keys).concat(texts);
  const exists = (name: string) =>
    name === "" || name === domain || names.some((one) => `.${one}`.endsWith(`.${name}`));
  const above = (name: string) => name.includes(".") ? name.slice(name.indexOf(".") + 1) : "";
  const below = (domain: string) => domain === "" ? "*" : `*.${domain}`;
  const isWild = (domain: string) =>
    own[below(domain)] !== undefined || common[below(domain)] !== undefined || texts.includes(below(domain));
  let zone: string | null = null;
  for (let one = name, isFirst = true; zone === null; one = above(one), isFirst = false) {
    if (one === domain || (!isFirst && isWild(one))) zone = one;
    if (one === "") break;
  }
  let encloser = above(name);
  while (!exists(encloser)) encloser = above(encloser);
  const found = known(name);
  const wild = exists(name) ? [] : known(below(encloser));
  if (found.length > 0) return ["data", found, zone ?? name];
  if (wild.length > 0) return ["data", wild, zone ?? name];
  return zone === null ? null : [exists(name) ? "empty" : "absent", [], zone];
}

function dataOf({ domain, own, common, texts, hosts, leases }: Words) {
  const source = (entries: Words["hosts"]) => {
    const source = new AddressSource({ hash: questionHash(), domain: null, ttlSeconds: 300, title: "" });
    for (const [text, addresses] of Object.entries(entries)) {
      const name = nameFromText(text);
      for (const address of addresses) {
        source.add(name, 0, name.length, Uint8Array.from(address.split(".").map(Number)), true);
      }
    }
    source.finish();
    return source;
  };
  const records = texts.map((name) => `${name}. TXT text`);
  const files = [[source(hosts)], [source(leases)]];
  return localData({
    domain,
    addresses: common,
    records,
    groups: [own],
    files,
    ownsSingleLabels: false,
    makesPointers: false,
  });
}

const label = fc.constantFrom("a", "b", "*");
const plain = fc.constantFrom("a", "b");
/** Of two labels or more: one label stands for a name of the domain. */
const name = fc.tuple(label, fc.array(plain, { minLength: 1, maxLength: 3 })).map(([first, rest]) =>
  [first, ...rest].join(".")
);
const hostname = fc.array(plain, { minLength: 2, maxLength: 4 }).map((labels) => labels.join("."));
const asked = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join("."));
const addresses = fc.uniqueArray(fc.constantFrom("10.0.0.1", "10.0.0.2"), { minLength: 1 });
const words: fc.Arbitrary<Words> = fc.record({
  domain: fc.option(fc.constantFrom("a", "a.b", "b.b.a")),
  own: fc.dictionary(name, addresses, { maxKeys: 3, noNullPrototype: true }),
  common: fc.dictionary(name, addresses, { maxKeys: 4, noNullPrototype: true }),
  texts: fc.uniqueArray(name, { maxLength: 2 }),
  hosts: fc.dictionary(hostname, addresses, { maxKeys: 4, noNullPrototype: true }),
  leases: fc.dictionary(hostname, addresses, { maxKeys: 3, noNullPrototype: true }),
});

Deno.test("LocalData.find() finds what the law says, in whatever places names stand", () => {
  fc.assert(
    fc.property(words, fc.array(asked, { minLength: 1, maxLength: 10 }), (words, names) => {
      // `*.a` beside a domain is in it, too, and so not what is written alone.
      fc.pre(
        words.domain === null ||
          ![words.own, words.common].some((entries) => Object.keys(entries).some((one) => /^\*\.\w$/.test(one))),
      );
      const data = dataOf(words);
      for (const text of [...names, ...Object.keys(words.hosts), ...Object.keys(words.common)]) {
        const found = data.find(nameFromText(text), TYPE.A, 0, 0);
        const isAnswered = found !== null && found.records.some((record) => record.type === TYPE.A);
        const told = found && [
          found.kind,
          found.records.map(({ type, rdata }) => rdataToText(type, rdata)),
          ...(isAnswered ? [] : [nameToText(found.apex).slice(0, -1)]),
        ];
        assertEquals([text, told], [text, lawOf(words, text)?.slice(0, isAnswered ? 2 : 3) ?? null]);
      }
    }),
    { numRuns: 2000 },
  );
});
