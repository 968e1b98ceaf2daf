import { equals } from "@std/bytes/equals";
import { foldCase, isSameName, isWithin, type Name } from "../../lib/wire/name.ts";
import { rdataNames } from "../../lib/wire/rdata/rdata.ts";
import { TYPE } from "../../lib/wire/iana.ts";
import type { Message } from "../../lib/wire/message.ts";
import { RDATA_FIELDS } from "../../lib/wire/rdata/rdata_fields.ts";
import { recordToText } from "../../lib/wire/text/record_text.ts";
import { MessageScan, skipName } from "../../lib/wire/scan.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { ednsOf } from "../support/messages.ts";
import { askedQuestions } from "./types_check.ts";

/** What no record of a reply may be, whatever an upstream has sent. */
export function recordFaults(reply: Uint8Array, message: Message, query: Message): string[] {
  const records = [...message.answers, ...message.authorities, ...message.additionals];
  const octetsOf = rdataOctets(reply, records.length);
  // RFC 3597 §4: what takes fewer octets than its names in full is compressed.
  const compressed = records.filter(({ type, rdata }, i) => {
    return !mayBeCompressed(type) && octetsOf[i] !== rdata.length;
  }).map((record) => `has a compressed name in ${recordToText(record)} [3597_02]`);
  if (ednsOf(query)?.wantsDnssec ?? false) return compressed;
  const asked = askedQuestions(query).map(({ type }) => type);
  const isAsked = (type: number) => asked.includes(type) || asked.includes(TYPE.ANY);
  const unasked = records.filter(({ type }) => PROOFS.includes(type) && !isAsked(type))
    .map((record) => `has a proof that nobody has asked for: ${recordToText(record)} [4035_02]`);
  return [...compressed, ...unasked];
}

/**
 * Records of types whose names must not be compressed that spell them as neither the zone does, in lower case, nor this client: as somebody else has asked, or the forwarder
 * itself. For replies of upstreams that point to the question wherever a name ends like it.
 *
 * @param altered What has reached the forwarder with letters turned on the way, perhaps: nobody tells that from an odd spelling.
 */
export function foreignSpellings(message: Message, query: Message, altered: () => readonly Message[]): string[] {
  const names = askedQuestions(query).map(({ name }) => name);
  const isForeign = (name: Name) => {
    return !names.some((asked) => isSpelledLike(name, asked)) && !equals(name, foldCase(name)) &&
      !altered().flatMap(namesInRdata).some((sent) =>
        isSameName(sent, name) && equals(firstLabel(sent), firstLabel(name))
      );
  };
  return [...message.answers, ...message.authorities, ...message.additionals]
    .filter(({ type }) => !mayBeCompressed(type))
    .filter(({ type, rdata }) => rdataNames(type, rdata).some(isForeign))
    .map((record) => `spells a name like nobody who is concerned: ${recordToText(record)} [4343_02]`);
}

function namesInRdata({ answers, authorities, additionals }: Message): Name[] {
  return [...answers, ...authorities, ...additionals].flatMap(({ type, rdata }) => rdataNames(type, rdata));
}

function firstLabel(name: Name): Uint8Array {
  return name.subarray(0, 1 + name[0]!);
}

/** Whether a name ends in the letters of the one that was asked for, in some of its last labels, and all else is lower case. */
function isSpelledLike(name: Name, asked: Name): boolean {
  return suffixesOf(asked).filter((suffix) => isWithin(name, suffix)).some((suffix) => {
    const start = name.length - suffix.length;
    return equals(name.subarray(start), suffix) && equals(name.subarray(0, start), foldCase(name.subarray(0, start)));
  });
}

/** A name and all that it lies below, the longest first. */
function suffixesOf(name: Name): Name[] {
  const suffixes = [name];
  for (let start = 0; name[start] !== 0;) suffixes.push(name.subarray(start += 1 + name[start]!));
  return suffixes;
}

/** RFC 3597 §4: types of RFC 1035 alone. */
function mayBeCompressed(type: number): boolean {
  return RDATA_FIELDS.get(type)?.includes("compressibleName") ?? false;
}

const PROOFS: readonly number[] = [TYPE.RRSIG, TYPE.NSEC, TYPE.NSEC3];

/** RDLENGTH of each record. */
function rdataOctets(reply: Uint8Array, count: number): number[] {
  const scan = new MessageScan();
  scan.scan(reply);
  let offset = scan.questionsEnd;
  return Array.from({ length: count }, () => {
    const head = skipName(reply, offset, reply.length);
    const octets = uint16At(reply, head + 8);
    offset = head + 10 + octets;
    return octets;
  });
}
