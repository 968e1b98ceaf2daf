/**
 * What local names cost: a query for another name, the reading of a hosts file of 100,000 lines, and an answer from here:
 * `deno bench --v8-flags=--expose-gc bench/micro/local_names_bench.ts`. Looks are counted in thousands, so microseconds are
 * nanoseconds of one. Prints first what the file takes in memory.
 *
 * @module
 */
import { AddressSource } from "../../lib/local/address_source.ts";
import { BadLines } from "../../lib/local/bad_lines.ts";
import { readHosts } from "../../lib/local/hosts_file.ts";
import { LocalData } from "../../lib/local/local_data.ts";
import { RecordSource } from "../../lib/local/record_source.ts";
import { NameKey } from "../../lib/names/name_key.ts";
import { QuestionHash } from "../../lib/names/question_hash.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { TYPE } from "../../lib/wire/iana.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { SeededRandom } from "../../tests/support/seeded_random.ts";

const OPERATIONS = 1000;
const LINES = 100_000;
const NAMES = [
  "github.com",
  "www.example.org",
  "a.b.cdn.example.net",
  "mail.google.com",
  "1.client-channel.google.com",
];

const random = new SeededRandom(1);
const hash = new QuestionHash(random);
const domain = nameFromText("home.arpa");
const text = Array.from({ length: LINES }, (_, i) => {
  return `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}\thost-${i}.rack-${i % 500}.example.com\n`;
}).join("");
const octets = new TextEncoder().encode(text);

const before = memory();
const hosts = readAll();
const after = memory();
// deno-lint-ignore no-console
console.log(
  `${LINES} lines of ${octets.length} octets: ${hosts.usedOctets} octets, external memory +${after - before}`,
);

const place = { file: "bench.toml", line: 1 };
const entries = Array.from({ length: 200 }, (_, i) => {
  const name = i % 20 === 0 ? `*.apps-${i}.home.arpa` : `host-${i}`;
  return { name, addresses: [`192.168.${i}.1`], alias: null, place };
});
const common = new RecordSource({ hash, domain, ttlSeconds: 300, addresses: entries, title: "[local]" });
const options = { hash, domain, ownsSingleLabels: true, makesPointers: true, common, groups: [] };
const NO_FILES = [] as const;
const FILES = [[hosts]] as const;
const few = new LocalData({ ...options, files: NO_FILES });
const many = new LocalData({ ...options, files: FILES });

const messages = NAMES.map((text) =>
  Uint8Array.of(...new Uint8Array(HEADER_OCTETS), ...nameFromText(text), 0, 1, 0, 1)
);
const order = Array.from({ length: OPERATIONS }, () => random.between(0, messages.length - 1));
const key = new NameKey();

look("the question's hash alone", () => {});
look("and 200 local names, none of which it is", (wire, nameEnd) => few.mayKnow(key, wire, nameEnd));
look("and a hosts file of 100,000 lines", (wire, nameEnd) => many.mayKnow(key, wire, nameEnd));

const asked = ["host-7.home.arpa", "x.apps-20.home.arpa", "host-9999.rack-499.example.com", "unknown.home.arpa"].map(
  nameFromText,
);
for (const name of asked) {
  Deno.bench(`find ${new TextDecoder().decode(name)}, a thousand times`, () => {
    for (let i = 0; i < OPERATIONS; i++) many.find(name, TYPE.A, 0, 0);
  });
}

Deno.bench("read a hosts file of 100,000 lines", () => void readAll());

function look(name: string, look: (wire: Uint8Array, nameEnd: number) => unknown): void {
  Deno.bench(name, () => {
    for (const i of order) {
      const wire = messages[i]!;
      const nameEnd = wire.length - 4;
      key.forget();
      look(wire, nameEnd);
      hash.hash(key, wire, nameEnd, 1, 0);
    }
  });
}

function readAll(): AddressSource {
  const source = new AddressSource({ hash, domain, ttlSeconds: 300, title: "hosts file" });
  for (const _ of readHosts(octets, source, new BadLines()));
  source.finish();
  return source;
}

function memory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return Deno.memoryUsage().external;
}
