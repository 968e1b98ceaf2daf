import { HEADER_OCTETS } from "../wire/header.ts";
import { TYPE } from "../wire/iana.ts";
import { decode, encodeWithin, type ResourceRecord } from "../wire/message.ts";
import { isWithin, type Name, readName } from "../wire/name.ts";
import { Reader } from "../wire/reader.ts";
import { uint16At } from "../wire/scan.ts";
import { assess, type Storable, type StorageRules } from "./assess.ts";
import { KIND } from "./kind.ts";

/**
 * RFC 2308 §2.1, §2.2.1: of a CNAME chain with a negative end, the end by itself: what a server would have said to the
 * question for the chain's last name. To be stored under the question in its message. `null` when there is no chain, or
 * its end has data.
 *
 * Believes the upstream about a name that it was not asked for, which is right as long as it is the one to ask for that
 * name too.
 *
 * @param rules The same as those for `storable`.
 */
export function assessTail(storable: Storable, rules: StorageRules): Storable | null {
  const { kind, message, chainEndOffset } = storable;
  if (kind === KIND.positive || chainEndOffset === HEADER_OCTETS) return null;
  const decoded = decode(message);
  const name = readName(new Reader(message, chainEndOffset));
  const authorities = denialOf(name, decoded.authorities);
  const questions = decoded.questions.map((question) => ({ ...question, name }));
  const tail = encodeWithin({ ...decoded, questions, answers: [], authorities, additionals: [] });
  if (tail === null) return null;
  const verdict = assess(tail, rules);
  return verdict.isStorable ? verdict : null;
}

/** The SOA of the zone that `name` is in, the proofs of that zone, and their signatures. */
function denialOf(name: Name, authorities: readonly ResourceRecord[]): ResourceRecord[] {
  const zone = authorities.find((record) => record.type === TYPE.SOA && isWithin(name, record.name))!.name;
  return authorities.filter((record) => {
    const type = record.type === TYPE.RRSIG ? uint16At(record.rdata, 0) : record.type;
    if (type === TYPE.SOA) return isWithin(record.name, zone) && isWithin(zone, record.name);
    return (type === TYPE.NSEC || type === TYPE.NSEC3) && isWithin(record.name, zone);
  });
}
