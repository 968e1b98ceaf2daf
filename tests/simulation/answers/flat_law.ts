import { ownSoa } from "../../../lib/resolver/local/own_soa.ts";
import { RCODE, TYPE } from "../../../lib/wire/iana.ts";
import type { ResourceRecord } from "../../../lib/wire/message.ts";
import type { Outcome } from "../oracle.ts";
import { ttlOf } from "../timeless.ts";
import type { Made } from "./dns64_law.ts";

/** Who asks for these wants to know of the name itself. */
const OF_NAME_ITSELF: readonly number[] = [TYPE.CNAME, TYPE.DNAME, TYPE.ANY, TYPE.RRSIG, TYPE.NSEC];

/** Whether aliases are left out of answers to a question of that type. */
export function isFlattened(type: number, wantsDnssec: boolean): boolean {
  return !wantsDnssec && !OF_NAME_ITSELF.includes(type);
}

/** What is at the end of a chain of aliases, under the name that was asked for, for as long as all of it holds; else that there is nothing. */
export function withoutAliases(outcome: Outcome, made: Made): Outcome {
  const { message } = outcome;
  const { rcode, answers, authorities, isTruncated, questions: [question] } = message;
  const hasAlias = answers.some(({ type }) => type === TYPE.CNAME || type === TYPE.DNAME);
  if (isTruncated || !hasAlias) return outcome;
  const { name, type } = question!;
  const ttl = Math.min(...answers.map(ttlOf));
  const found = answers.filter((record) => record.type === type).map((record): ResourceRecord => {
    return made({ ...record, name, ttl }, ...answers);
  });
  const soa = authorities.find((record) => record.type === TYPE.SOA);
  const denial = found.length > 0 || soa === undefined ? [] : [made(ownSoa(name, Math.min(ttl, ttlOf(soa))), soa)];
  // The name has an alias, and so exists.
  const flat = { rcode: rcode === RCODE.NXDOMAIN ? RCODE.NOERROR : rcode, answers: found, authorities: denial };
  // Why there is nothing is told as it was with them.
  return {
    ...outcome,
    message: { ...message, ...flat, additionals: [], recursionAvailable: true, isAuthenticData: false },
    bodyOctets: 0,
  };
}
