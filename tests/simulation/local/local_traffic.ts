import { CLASS, TYPE } from "../../../lib/wire/iana.ts";
import { nameFromText } from "../../../lib/wire/name.ts";
import { SAFE_NAMES } from "../../app/policy/law.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { putUint16 } from "../../../lib/wire/octets.ts";
import type { Zone } from "../../support/scripted_upstream.ts";
import { MADE_OF } from "../answers/answers_draw.ts";
import { encodeQuery, QueryDraw } from "../query_draw.ts";
import type { ClientDatagram } from "../traffic.ts";
import { NAMES } from "../words_draw.ts";
import { LEASE_DOMAIN, NAMED_ADDRESSES } from "./file_draw.ts";
import { reverseNameOf } from "./known_source.ts";
import { LONG_NAME, SINGLE_LABELS } from "./words.ts";

const DOMAINS = ["example.org", "example.com", "home.arpa", LEASE_DOMAIN, "apps", "apps.example.org"];
const ADDRESSES = [...NAMED_ADDRESSES, "198.51.100.130", "198.51.100.131", "198.51.100.7", "2001:db8:f:1::5"];

const TYPES = [
  ...[TYPE.A, TYPE.A, TYPE.A, TYPE.A, TYPE.AAAA, TYPE.AAAA, TYPE.DS, TYPE.DS, TYPE.HTTPS, TYPE.MX, TYPE.TXT, TYPE.SOA],
  ...[TYPE.NS, TYPE.CNAME, TYPE.DNAME, TYPE.SRV, TYPE.NSEC, TYPE.DNSKEY, TYPE.PTR],
];

const ADDRESS_TYPES = [TYPE.A, TYPE.A, TYPE.AAAA, TYPE.AAAA, TYPE.AAAA, TYPE.HTTPS, TYPE.HTTPS, TYPE.SVCB, TYPE.MX];
const TRANSLATORS_NAMES = ["ipv4only.arpa", "x.ipv4only.arpa", "170.0.0.192.in-addr.arpa", "171.0.0.192.in-addr.arpa"];
const MADE = MADE_OF.map(([made]) => reverseNameOf(made));
/** None of them is what an alias leads to: it might lead to itself. */
const TARGETS = ["target1.example.org", "target2.target.example.org", "target3.example.com"];

/** What the machines of a home ask for: names of their network, of one label, of addresses; and what validators do. */
export class LocalTraffic {
  readonly #random: SeededRandom;
  readonly #queries: QueryDraw;
  readonly #aliases: readonly string[];

  /** @param zone What upstreams say: it is known what has an alias. */
  constructor(random: SeededRandom, zone: Zone) {
    this.#random = random;
    this.#queries = new QueryDraw(random);
    const isAlias = (name: string) => {
      const { answers } = zone({ name: nameFromText(name), type: TYPE.A, class: CLASS.IN });
      return answers[0]?.type === TYPE.CNAME;
    };
    const hosts = Array.from({ length: 20 }, (_, i) => `cdn${i}.example.${i % 2 === 0 ? "org" : "com"}`);
    this.#aliases = hosts.filter(isAlias);
  }

  /** A query with one question, or with a few where they are split. */
  next(id: number, isSplitting: boolean): ClientDatagram {
    const count = isSplitting && this.#random.chance(0.15) ? this.#random.between(2, 3) : 1;
    const questions = Array.from({ length: count }, () => this.#question());
    const octets = encodeQuery(this.#queries.query(questions));
    putUint16(octets, 0, id);
    return { kind: count === 1 ? "ordinary" : "several", octets, expectation: { kind: "answer", questions } };
  }

  /** What leads to what may have to be kept from a client, or is led elsewhere. */
  #drawn() {
    const random = this.#random;
    const type = random.pick(ADDRESS_TYPES);
    switch (random.below(7)) {
      case 0:
        return { name: nameFromText(random.pick(SAFE_NAMES).name), type };
      case 1:
        return { name: nameFromText(random.pick(TRANSLATORS_NAMES)), type: random.pick([type, type, TYPE.PTR]) };
      case 2:
        return {
          name: nameFromText(`${random.chance(0.2) ? "x." : ""}${random.pick(MADE)}`),
          type: random.pick([TYPE.PTR, TYPE.PTR, type]),
        };
      case 3:
        return { name: nameFromText(random.pick([...NAMES, ...TARGETS])), type };
      default:
        return { name: nameFromText(random.pick([...this.#aliases, ...TARGETS])), type };
    }
  }

  #question() {
    const random = this.#random;
    if (random.chance(0.25)) {
      const name = nameFromText(`${random.chance(0.1) ? "x." : ""}${reverseNameOf(random.pick(ADDRESSES))}`);
      return { name, type: random.pick([TYPE.PTR, TYPE.PTR, TYPE.PTR, ...TYPES]), class: CLASS.IN };
    }
    if (random.chance(0.4)) return { ...this.#drawn(), class: CLASS.IN };
    const label = random.pick(SINGLE_LABELS);
    const name = random.pick([
      label,
      `${label}.${random.pick(DOMAINS)}`,
      random.pick(NAMES),
      `${random.pick(["x", "deep", LONG_NAME])}.${random.pick(NAMES)}`,
      random.pick(["old.example.net", "x.old.example.net", "home.arpa", "deep.www2.example.org", "x.y.example.org"]),
    ]);
    const spelled = random.chance(0.3) ? name.toUpperCase() : name;
    return { name: nameFromText(spelled), type: random.pick(TYPES), class: CLASS.IN };
  }
}
