import { CLASS, EDE, TYPE } from "../../wire/iana.ts";
import { decodeQuestions, type ResourceRecord } from "../../wire/message.ts";
import { localReply } from "./local_reply.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";

/** A made-up record holds for a minute: long enough to be seen, short enough to go away. */
const TTL_SECONDS = 60;

/** What a fixed answer is made from. */
export interface FixedAnswerOptions {
  /** The address in every A record: 4 octets. */
  readonly ipv4: Uint8Array<ArrayBuffer>;
  /** The address in every AAAA record: 16 octets; `null` for none. */
  readonly ipv6: Uint8Array<ArrayBuffer> | null;
}

/**
 * Answers every A question with one address, and every AAAA question with another if there is one; whatever else is asked
 * has no records. For trying clients out without any upstream.
 */
export class FixedAnswer implements Resolver {
  readonly #addresses: ReadonlyMap<number, Uint8Array<ArrayBuffer>>;

  /** See {@linkcode FixedAnswerOptions}. */
  constructor({ ipv4, ipv6 }: FixedAnswerOptions) {
    this.#addresses = new Map([[TYPE.A, ipv4], ...(ipv6 === null ? [] : [[TYPE.AAAA, ipv6] as const])]);
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply {
    const answers = decodeQuestions(query.wire).flatMap(({ name, type, class: qclass }): ResourceRecord[] => {
      const rdata = qclass === CLASS.IN ? this.#addresses.get(type) : undefined;
      return rdata === undefined ? [] : [{ name, type, class: qclass, ttl: TTL_SECONDS, rdata }];
    });
    query.reply.extendedErrors.push({ infoCode: EDE.FORGED_ANSWER, text: "All answers are made up here" });
    return localReply(query, { answers });
  }
}
