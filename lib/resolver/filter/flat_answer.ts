import { RCODE, TYPE } from "../../wire/iana.ts";
import type { Message, Question, ResourceRecord } from "../../wire/message.ts";
import { trueTtl } from "../../response/records/ttl.ts";
import { ownSoa } from "../local/own_soa.ts";

/** What is left of an answer without the aliases that lead to it. */
export interface FlatAnswer {
  /** 0–15. */
  readonly rcode: number;
  /** Records of the type that was asked for. */
  readonly answers: readonly ResourceRecord[];
  /** An SOA record of our own, where there are none and it is known how long that holds. */
  readonly authorities: readonly ResourceRecord[];
}

/** The records at the end of a chain under the name that was asked for, or that there are none. */
export function flatAnswer({ name, type }: Question, { rcode, answers, authorities }: Message): FlatAnswer {
  // The chain holds for no longer than each of its records.
  const ttl = Math.min(...answers.map((record) => trueTtl(record.ttl)));
  const found = answers.filter((record) => record.type === type).map((record) => ({ ...record, name, ttl }));
  const soa = authorities.find((record) => record.type === TYPE.SOA);
  if (found.length > 0 || soa === undefined) return { rcode, answers: found, authorities: [] };
  // RFC 2308 §3, §5: the name is in no zone of whoever owns the other one, and what it lacks, it lacks for as long as that.
  return { rcode, answers: [], authorities: [ownSoa(name, Math.min(ttl, trueTtl(soa.ttl)))] };
}

/** The same for a name that has an alias, and so exists: names below it may, too (RFC 8020 §2). */
export function flatAnswerOfAlias(question: Question, message: Message): FlatAnswer {
  const flat = flatAnswer(question, message);
  return flat.rcode === RCODE.NXDOMAIN ? { ...flat, rcode: RCODE.NOERROR } : flat;
}
