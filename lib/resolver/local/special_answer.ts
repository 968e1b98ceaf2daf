import { CLASS, EDE, RCODE, TYPE } from "../../wire/iana.ts";
import { decodeQuestions, type Question, type ResourceRecord } from "../../wire/message.ts";
import { isSameName, isWithin, type Name, nameFromText, nameToText } from "../../wire/name.ts";
import { rdataFromText } from "../../wire/text/rdata_text.ts";
import { decodeBounded } from "../questions/decode_bounded.ts";
import { localReply } from "./local_reply.ts";
import { partOf } from "../part_of.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import { type SpecialZone, TTL_SECONDS } from "./special_zones.ts";

const LOOPBACK_RDATA: ReadonlyMap<number, Uint8Array<ArrayBuffer>> = new Map([
  [TYPE.A, rdataFromText(TYPE.A, "127.0.0.1")],
  [TYPE.AAAA, rdataFromText(TYPE.AAAA, "::1")],
]);

/**
 * The names of 127.0.0.1 and ::1 in reverse, the only ones that exist inside empty zones. RFC 6303 leaves their content to
 * the operator, and RFC 6761 §6.3 gives localhost these addresses.
 */
const LOOPBACK_POINTERS: readonly Name[] = ["1.0.0.127.in-addr.arpa", `1.${"0.".repeat(31)}ip6.arpa`].map(nameFromText);
const LOCALHOST = nameFromText("localhost");

/**
 * Types that the root answers at a special top-level name, besides DS: what it says is signed, see `SpecialNames`. It is no
 * zone, so there are no keys, and the proof of that is the root's.
 */
export const PARENTS_TYPES: readonly number[] = [TYPE.DNSKEY, TYPE.NSEC];

/** Whether names are known here that are at or below the one that a query is about. */
export type IsKnown = (query: Query, name: Name) => boolean;

/** The answer to a query for a name in `zone`; what only the root can prove, `next` is asked for. */
export function answerSpecially(
  query: Query,
  zone: SpecialZone,
  next: Resolver,
  isKnown: IsKnown = () => false,
): Reply | PromiseLike<Reply> {
  query.reply.extendedErrors.push({
    infoCode: EDE.OTHER,
    text: `Special-use name ${nameToText(zone.name)}, ${zone.rfc}`,
  });
  const question = decodeQuestions(query.wire)[0]!;
  // RFC 8020 §2: nothing is below a name that does not exist, so whatever is above one that does exists, too.
  const exists = isKnown(query, question.name);
  if (zone.kind === "nonexistent" && !exists && query.scan.wantsDnssec) return denyWithProof(query, zone, next);
  return answer(query, question, zone, exists);
}

/** Whether the name has one label. */
export function isTopLevel(name: Name): boolean {
  return name.length === name[0]! + 2;
}

/**
 * What a validator must be told of a top-level name that does not exist. The root is signed and delegates none of these
 * names, so nothing but its own proof will do; the one for the top-level name covers every name below it. That alone is
 * asked for: what the client wants to know does not leave.
 */
async function denyWithProof(query: Query, { name, soa }: SpecialZone, next: Resolver): Promise<Reply> {
  const part = partOf(query, { name, type: TYPE.DS, class: CLASS.IN });
  part.isAllowed = query.isAllowed;
  const denial = decodeBounded((await next.resolve(part)).octets, part);
  const isProven = denial.rcode === RCODE.NXDOMAIN && denial.authorities.some(({ type }) => type === TYPE.RRSIG);
  const authorities = isProven ? denial.authorities : [soa];
  return localReply(query, { rcode: RCODE.NXDOMAIN, authorities });
}

function answer(
  query: Query,
  { name, type }: Question,
  { kind, soa, name: apex }: SpecialZone,
  exists: boolean,
): Reply {
  const reply = (rcode: number, answers: readonly ResourceRecord[]) => {
    // RFC 2308 §3: a negative answer carries the SOA record.
    return localReply(query, {
      rcode,
      answers,
      authorities: answers.length > 0 ? [] : [soa],
    });
  };
  if (kind === "nonexistent") return reply(exists ? RCODE.NOERROR : RCODE.NXDOMAIN, []);
  if (kind === "recordless") return reply(RCODE.NOERROR, []);
  if (kind === "loopback") {
    const rdata = LOOPBACK_RDATA.get(type);
    return reply(RCODE.NOERROR, rdata === undefined ? [] : [{ name, type, class: CLASS.IN, ttl: TTL_SECONDS, rdata }]);
  }
  if (type === TYPE.PTR && LOOPBACK_POINTERS.some((pointer) => isSameName(pointer, name))) {
    return reply(RCODE.NOERROR, [{ name, type, class: CLASS.IN, ttl: TTL_SECONDS, rdata: LOCALHOST }]);
  }
  const isAbove = name.length === apex.length || LOOPBACK_POINTERS.some((pointer) => isWithin(pointer, name));
  if (!exists && !isAbove) return reply(RCODE.NXDOMAIN, []);
  if (name.length > apex.length) return reply(RCODE.NOERROR, []);
  if (type === TYPE.SOA) return reply(RCODE.NOERROR, [soa]);
  if (type === TYPE.NS) return reply(RCODE.NOERROR, [{ ...soa, type, rdata: apex }]);
  return reply(RCODE.NOERROR, []);
}
