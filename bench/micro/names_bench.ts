/**
 * What it costs to look for the domains that a name lies in: `deno bench bench/micro/names_bench.ts`. The times are for
 * 1000 operations, so microseconds are nanoseconds of one. The names have 15–24 octets and two to four labels, in no order.
 *
 * @module
 */
import { NameKey } from "../../lib/names/name_key.ts";
import { QuestionHash } from "../../lib/names/question_hash.ts";
import { SuffixMap } from "../../lib/names/suffix_map.ts";
import { SPECIAL_ZONES } from "../../lib/resolver/local/special_zones.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { SeededRandom } from "../../tests/support/seeded_random.ts";

const OPERATIONS = 1000;
const NAMES = [
  "github.com",
  "www.example.org",
  "a.b.cdn.example.net",
  "mail.google.com",
  "1.client-channel.google.com",
];

const random = new SeededRandom(1);
const hash = new QuestionHash(random);
const key = new NameKey();
const messages = NAMES.map((text) =>
  Uint8Array.of(...new Uint8Array(HEADER_OCTETS), ...nameFromText(text), 0, 1, 0, 1)
);
const order = Array.from({ length: OPERATIONS }, () => random.between(0, messages.length - 1));
const special = new SuffixMap(hash, SPECIAL_ZONES.map((zone) => [zone.name, zone.rfc]));
const routes = ["com", "org", "net"].map((text) => nameFromText(`corp.${text}`));
const besides = new SuffixMap(hash, routes.map((name, i) => [name, i]));

benchEach("the question's hash alone", () => {});
benchEach("special names, and the hash", (wire, nameEnd) => special.find(key, wire, nameEnd));
benchEach("a map with other domains of all top-level domains, and the hash", (wire, nameEnd) => {
  besides.find(key, wire, nameEnd);
});
benchEach("the hash of each domain, and of the question", (wire, nameEnd) => {
  for (let labels = 1; hash.reaches(key, wire, nameEnd, labels);) labels++;
});

function benchEach(name: string, look: (wire: Uint8Array, nameEnd: number) => unknown): void {
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
