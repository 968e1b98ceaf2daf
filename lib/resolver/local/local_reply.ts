import { FLAG, headerFromFlags } from "../../wire/header.ts";
import { RCODE } from "../../wire/iana.ts";
import { decodeQuestions, encode, type Question, type ResourceRecord } from "../../wire/message.ts";
import type { Query } from "../query.ts";
import { type Reply, SOURCE } from "../reply.ts";

/** What a reply with records of our own says. What is left out is empty, or NOERROR. */
export interface LocalReply {
  /** 0–15. */
  readonly rcode?: number;
  /** The answer section. */
  readonly answers?: readonly ResourceRecord[];
  /** The authority section: an SOA record when the answer is negative. */
  readonly authorities?: readonly ResourceRecord[];
  /** The additional section. */
  readonly additionals?: readonly ResourceRecord[];
  /** TC: some of it is missing. */
  readonly isTruncated?: boolean;
  /** The question as it came, if it has been decoded already. */
  readonly question?: Question;
}

/** A reply with records that no upstream gave, and the question as it came. */
export function localReply(query: Query, fields: LocalReply): Reply {
  const { rcode = RCODE.NOERROR, answers = [], authorities = [], additionals = [], isTruncated = false } = fields;
  const questions = fields.question === undefined ? decodeQuestions(query.wire) : [fields.question];
  const header = { ...headerFromFlags(query.scan.id, FLAG.QR), rcode, recursionAvailable: true, isTruncated };
  const octets = encode({ ...header, questions, answers, authorities, additionals });
  return query.reply.give(octets, SOURCE.local);
}
