import { RCODE, TYPE } from "../../lib/wire/iana.ts";
import type { Question, ResourceRecord } from "../../lib/wire/message.ts";
import { foldCase, type Name, nameFromText } from "../../lib/wire/name.ts";
import { concat } from "@std/bytes/concat";
import { RDATA_FIELDS, type RdataField } from "../../lib/wire/rdata/rdata_fields.ts";
import { SeededRandom } from "./seeded_random.ts";
import type { Zone, ZoneAnswer } from "./scripted_upstream.ts";

/** How often a question meets which outcome. */
const OUTCOMES = { records: 60, many: 6, nodata: 12, nxdomain: 10, servfail: 4, refused: 4, truncated: 4 };

/** Where an answer's chances come from: what is drawn for a name or a zone is the same for all its types. */
interface Sources {
  readonly question: SeededRandom;
  readonly name: SeededRandom;
  readonly zone: SeededRandom;
}

/**
 * A zone without an end: what it says to a question follows from the seed and the question (letter case ignored), so that
 * whoever knows the seed knows every answer. Some names are aliases, whatever their type; each zone has one SOA.
 */
export function seededZone(seed: number | string): Zone {
  return (question) => {
    const name = foldCase(question.name).toHex();
    return drawAnswer(question, {
      question: new SeededRandom(`${seed} ${name} ${question.type} ${question.class}`),
      name: new SeededRandom(`${seed} name ${name}`),
      zone: new SeededRandom(`${seed} zone ${foldCase(parentOf(question.name)).toHex()}`),
    });
  };
}

function drawAnswer(question: Question, sources: Sources): ZoneAnswer {
  const random = sources.question;
  const base = { ...EMPTY, isAuthenticData: random.chance(0.2) };
  if (question.type !== TYPE.CNAME && sources.name.chance(0.15)) return { ...base, ...drawAlias(question, sources) };
  switch (random.pickWeighted(OUTCOMES)) {
    case "records": {
      const answers = drawRecords(question, question.name, random.between(1, 3), random);
      return { ...base, answers, ...drawExtras(question, random) };
    }
    case "many":
      return { ...base, answers: drawRecords(question, question.name, random.between(20, 60), random) };
    case "nodata":
      return { ...base, authorities: random.chance(0.9) ? [soaOf(question, sources)] : [] };
    case "nxdomain":
      return { ...base, rcode: RCODE.NXDOMAIN, authorities: [soaOf(question, sources)] };
    case "servfail":
      return { ...base, rcode: RCODE.SERVFAIL };
    case "refused":
      return { ...base, rcode: RCODE.REFUSED };
    case "truncated":
      return { ...base, isTruncated: true };
  }
}

const EMPTY: ZoneAnswer = {
  rcode: RCODE.NOERROR,
  answers: [],
  authorities: [],
  additionals: [],
  isTruncated: false,
  isAuthenticData: false,
};

/** A chain of one or two CNAMEs; now and then its last name does not exist (RFC 6604 §3). */
function drawAlias(question: Question, sources: Sources): Partial<ZoneAnswer> {
  const { name: random } = sources;
  const targets = [under(random, "alias", parentOf(question.name)), under(random, "host", TARGET_ZONE)];
  const names = [question.name, ...targets.slice(random.below(2))];
  const chain = names.slice(1).map((target, i) => {
    return recordOf(question, names[i]!, TYPE.CNAME, target, sources.question);
  });
  if (random.chance(0.2)) return { rcode: RCODE.NXDOMAIN, answers: chain, authorities: [soaOf(question, sources)] };
  const last = drawRecords(question, names.at(-1)!, sources.question.between(0, 2), sources.question);
  return { answers: [...chain, ...last], authorities: last.length === 0 ? [soaOf(question, sources)] : [] };
}

/** What servers add without being asked: name servers and their addresses. */
function drawExtras(question: Question, random: SeededRandom): Partial<ZoneAnswer> {
  if (!random.chance(0.3)) return {};
  const server = under(random, "ns", parentOf(question.name));
  return {
    authorities: [recordOf(question, parentOf(question.name), TYPE.NS, server, random)],
    additionals: [recordOf(question, server, TYPE.A, random.octets(4), random)],
  };
}

/** Different records of the type that was asked for. */
function drawRecords(question: Question, owner: Name, count: number, random: SeededRandom): ResourceRecord[] {
  const ttl = drawTtl(random);
  const distinct = new Map<string, ResourceRecord>();
  for (let i = 0; i < count; i++) {
    const rdata = drawRdata(question, random);
    // RFC 8482 §4.1: whoever asks for everything gets something.
    const type = question.type === TYPE.ANY ? TYPE.A : question.type;
    distinct.set(rdata.toHex(), { name: owner, type, class: question.class, ttl, rdata });
  }
  return [...distinct.values()];
}

/** RDATA of the type; names in it share suffixes with the question, so that they get compressed. */
function drawRdata({ type, name }: Question, random: SeededRandom): Uint8Array<ArrayBuffer> {
  switch (type) {
    case TYPE.A:
    case TYPE.ANY:
      return ipv4Of(random.octets(2));
    case TYPE.AAAA:
      return ipv6Of(random.octets(12));
    case TYPE.TXT:
      return drawString(random.between(1, 60), random);
    default: {
      const target = () => under(random, "target", random.chance(0.5) ? parentOf(name) : TARGET_ZONE);
      const fields = RDATA_FIELDS.get(type);
      return fields === undefined
        ? random.octets(random.below(40))
        : concat(fields.map((field) => drawField(field, target, random)));
    }
  }
}

/** Different for different octets; one in four is private. */
function ipv4Of([a, b]: Uint8Array): Uint8Array<ArrayBuffer> {
  const network = (a! & 3) === 0 ? PRIVATE_IPV4[b! % PRIVATE_IPV4.length]! : [198, 18];
  return Uint8Array.of(...network, a!, b!);
}

const PRIVATE_IPV4 = [[10, 0], [192, 168], [172, 16], [100, 64], [169, 254], [127, 0], [0, 0]];

/** Likewise; and some are IPv4 addresses in other forms. */
function ipv6Of(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  if ((octets[0]! & 3) !== 0) return Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, ...octets);
  const ipv4 = ipv4Of(octets.subarray(10));
  switch (octets[1]! % 6) {
    case 0:
      return Uint8Array.of(0xfd, 0, 0, 0, ...octets);
    case 1:
      return Uint8Array.of(0xfe, 0x80, 0, 0, ...octets);
    case 2:
      return Uint8Array.of(0xfe, 0xc0, 0, 0, ...octets);
    case 3:
      return Uint8Array.of(0x20, 0x02, ...ipv4, ...octets.subarray(0, 10));
    case 4:
      return Uint8Array.of(0, 0x64, 0xff, 0x9b, ...new Array(8).fill(0), ...ipv4);
    default:
      return Uint8Array.of(...new Array(10).fill(0), 0xff, 0xff, ...ipv4);
  }
}

const OCTETS: Partial<Record<RdataField, number>> = {
  uint8: 1,
  uint16: 2,
  uint32: 4,
  type: 2,
  time: 4,
  ipv4: 4,
  ipv6: 16,
  locator: 8,
};

/** One field of an RDATA, as its definition says; names are `target`s. */
function drawField(field: RdataField, target: () => Name, random: SeededRandom): Uint8Array<ArrayBuffer> {
  switch (field) {
    case "name":
    case "compressibleName":
      return target();
    case "string":
    case "salt":
      return drawString(random.below(10), random);
    case "tag":
    case "hash":
      return drawString(random.between(1, 10), random);
    case "strings":
      return drawString(random.between(1, 60), random);
    case "serviceParameters": {
      const value = random.octets(random.below(20));
      if (random.chance(0.3)) return new Uint8Array();
      const own = concat([Uint8Array.of(2, 155, 0, value.length), value]);
      // Addresses, in the order of keys (RFC 9460 §2.2).
      const ipv4Hint = value.length % 3 === 0
        ? []
        : [0, 4, 0, 4, ...ipv4Of(Uint8Array.of(value.length & 3, value.length))];
      const ipv6Hint = value.length % 3 === 2
        ? [0, 6, 0, 16, 0x20, 1, 0xd, 0xb8, ...new Array(11).fill(0), value.length]
        : [];
      return concat([Uint8Array.from([...ipv4Hint, ...ipv6Hint]), own]);
    }
    case "types":
      return concat([Uint8Array.of(0, 6), random.octets(5), Uint8Array.of(3)]);
    case "nxtTypes":
      return Uint8Array.of(0x40, 0, 0, 2);
    case "text":
      return random.octets(random.below(40));
    case "hex":
    case "base64":
      return random.octets(random.between(1, 40));
    default:
      return random.octets(OCTETS[field]!);
  }
}

function drawString(length: number, random: SeededRandom): Uint8Array<ArrayBuffer> {
  return concat([Uint8Array.of(length), random.octets(length)]);
}

function soaOf(question: Question, sources: Sources): ResourceRecord {
  const zone = parentOf(question.name);
  const rdata = concat([under(sources.zone, "ns", zone), zone, sources.zone.octets(20)]);
  return recordOf(question, zone, TYPE.SOA, rdata, sources.question);
}

function recordOf(
  question: Question,
  name: Name,
  type: number,
  rdata: Uint8Array<ArrayBuffer>,
  random: SeededRandom,
): ResourceRecord {
  return { name, type, class: question.class, ttl: drawTtl(random), rdata };
}

/** RFC 2181 §8 allows 31 bits; some servers send more. */
function drawTtl(random: SeededRandom): number {
  return random.pick([0, 1, 60, 300, 86_400, 0x7fff_ffff, 0x8000_0000]);
}

function parentOf(name: Name): Name {
  return name.length === 1 ? name : name.slice(1 + name[0]!);
}

/** A short name under `zone`, or `zone` itself when there is no room. */
function under(random: SeededRandom, label: string, zone: Name): Name {
  const child = `${label}${random.below(4)}`;
  const name = concat([Uint8Array.of(child.length), new TextEncoder().encode(child), zone]);
  return name.length > 255 ? zone : name;
}

const TARGET_ZONE = nameFromText("target.example.org.");
