import { RCODE, TYPE } from "../../lib/wire/iana.ts";
import { encode, type Message } from "../../lib/wire/message.ts";
import { nameToText } from "../../lib/wire/name.ts";
import { opt, record, records } from "../support/messages.ts";
import type { SeededRandom } from "../support/seeded_random.ts";

/** What a name of the zone is. */
type NameKind = "address" | "alias" | "empty" | "gone" | "brief";

/** An answer that was given once, and is told from all others by its number. */
export interface Version {
  readonly serial: number;
  readonly key: string;
  /** How long it may be given. */
  readonly lifetimeSeconds: number;
  /** The TTLs of its records, in order. */
  readonly ttls: readonly number[];
  /** When it came to the forwarder, by a clock that never sleeps; `null` when it was lost on the way. */
  learnedAtMs: number | null;
}

/** RFC 2308 §5, `--negative-max-ttl`. */
const NEGATIVE_MAX_TTL_SECONDS = 3600;

/** A zone that gives each answer a number, so that one sees when what a client is told was said. */
export class VersionedZone {
  readonly versions = new Map<number, Version>();
  readonly names: readonly string[];
  readonly #kinds = new Map<string, NameKind>();
  readonly #ttls = new Map<string, readonly [number, number]>();
  #nextSerial = 1;

  constructor(random: SeededRandom, nameCount: number) {
    this.names = Array.from({ length: nameCount }, (_, i) => `n${i}.example.org`);
    for (const name of this.names) {
      this.#kinds.set(name, random.pickWeighted({ address: 5, alias: 2, empty: 1, gone: 2, brief: 0.5 }));
      this.#ttls.set(name, [drawTtl(random), drawTtl(random)]);
    }
  }

  /** Answers a query anew. */
  answer(query: Message): { octets: Uint8Array<ArrayBuffer>; version: Version } {
    const question = query.questions[0]!;
    const name = nameToText(question.name).toLowerCase().replace(/\.$/, "");
    const kind = this.#kinds.get(name)!;
    const [ttl, otherTtl] = this.#ttls.get(name)!;
    const serial = this.#nextSerial++;
    const address = [24, 16, 8, 0].map((shift) => (serial >>> shift) & 0xff).join(".");
    const soa = `example.org ${ttl} IN SOA ns.example.org hostmaster.example.org ${serial} 1 1 1 ${otherTtl}`;
    const fields: Partial<Message> = kind === "address"
      ? { answers: records(`${name} ${ttl} IN A ${address}`) }
      : kind === "brief"
      ? { answers: records(`${name} 0 IN A ${address}`) }
      : kind === "alias"
      ? { answers: records(`${name} ${ttl} IN CNAME end.${name}`, `end.${name} ${otherTtl} IN A ${address}`) }
      : { rcode: kind === "gone" ? RCODE.NXDOMAIN : RCODE.NOERROR, authorities: [record(soa)] };
    const isNegative = kind === "empty" || kind === "gone";
    const negativeTtl = Math.min(ttl, otherTtl, NEGATIVE_MAX_TTL_SECONDS);
    const ttls = isNegative ? [negativeTtl] : kind === "alias" ? [ttl, otherTtl] : [kind === "brief" ? 0 : ttl];
    const lifetimeSeconds = Math.min(...ttls);
    const version = { serial, key: keyOf(query), lifetimeSeconds, ttls, learnedAtMs: null };
    this.versions.set(serial, version);
    const answers = fields.answers?.map((one, i) => i === 0 ? { ...one, name: question.name } : one) ?? [];
    const response = { ...query, isResponse: true, recursionAvailable: true, additionals: [opt()], ...fields, answers };
    return { octets: encode(response), version };
  }

  /** The version that a response holds; `undefined` when it holds none. */
  versionIn({ answers, authorities }: Message): Version | undefined {
    const address = answers.find(({ type }) => type === TYPE.A);
    if (address !== undefined) return this.versions.get(new DataView(address.rdata.slice().buffer).getUint32(0));
    const soa = authorities.find(({ type }) => type === TYPE.SOA);
    if (soa === undefined) return undefined;
    return this.versions.get(new DataView(soa.rdata.slice().buffer).getUint32(soa.rdata.length - 20));
  }
}

/** Equal for queries that one answer serves. */
export function keyOf({ questions, checkingDisabled, additionals }: Message): string {
  const wantsDnssec = additionals.some(({ type, ttl }) => type === TYPE.OPT && (ttl & 0x8000) !== 0);
  return `${nameToText(questions[0]!.name).toLowerCase()} ${questions[0]!.type} ${checkingDisabled} ${wantsDnssec}`;
}

function drawTtl(random: SeededRandom): number {
  return random.pick([5, 10, 30, 60, 300, 300, 1800, 3600, 7200, 80_000]);
}
