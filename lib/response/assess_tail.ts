import { HEADER_OCTETS } from "../wire/header.ts";
import { TYPE } from "../wire/iana.ts";
import { rdataNames } from "../wire/rdata/rdata.ts";
import { decode, encodeWithin, type ResourceRecord } from "../wire/message.ts";
import { isSameName, isWithin, type Name, readName } from "../wire/name.ts";
import { uint16At } from "../wire/octets.ts";
import { Reader } from "../wire/reader.ts";
import { assess } from "./assess.ts";
import type { Storable, StorageRules } from "./storable.ts";
import { KIND } from "./kind.ts";
import { Response } from "./response.ts";

/**
 * RFC 2308 §2.1, §2.2.1: of a CNAME chain with a negative end, the end by itself: what a server would have said to the
 * question for the chain's last name. To be stored under the question in its message. `null` when there is no chain, or
 * its end has data; nor for a response whose names are yet to be written out, which is rare: its next question is another.
 *
 * Believes the upstream about a name that it was not asked for, which is right as long as it is the one to ask for that
 * name too.
 *
 * @param rules The same as those for `storable`.
 */
export function assessTail(storable: Storable, rules: StorageRules): Storable | null {
  const { kind, message, chainEndOffset, isOvercompressed } = storable;
  if (isOvercompressed || kind === KIND.positive || chainEndOffset === HEADER_OCTETS) return null;
  const decoded = decode(message);
  const name = readName(new Reader(message, chainEndOffset));
  const authorities = denialOf(name, decoded.authorities);
  const questions = decoded.questions.map((question) => ({ ...question, name }));
  const tail = encodeWithin({ ...decoded, questions, answers: [], authorities, additionals: [] });
  if (tail === null) return null;
  own.read(tail);
  const verdict = assess(own, rules);
  return verdict.isStorable ? verdict : null;
}

/** Used anew for each tail. */
const own = new Response();

/** The SOA of the zone that `name` is in, the proofs of that zone (see `keepAuthorities`), and their signatures. */
function denialOf(name: Name, authorities: readonly ResourceRecord[]): ResourceRecord[] {
  const zone = authorities.find((record) => record.type === TYPE.SOA && isWithin(name, record.name))!.name;
  return authorities.filter((record) => {
    const type = typeOf(record);
    if (type === TYPE.SOA) return isSameName(record.name, zone);
    const isOfZone = record.type === TYPE.RRSIG ? isSameName(signerOf(record), zone) : isWithin(record.name, zone);
    return (type === TYPE.NSEC || type === TYPE.NSEC3) && isOfZone;
  });
}

/** The zone that made a signature. */
function signerOf({ type, rdata }: ResourceRecord): Name {
  return rdataNames(type, rdata)[0]!;
}

/** The type of a record; of a signature, the type that it covers. */
function typeOf({ type, rdata }: ResourceRecord): number {
  return type === TYPE.RRSIG ? uint16At(rdata, 0) : type;
}
