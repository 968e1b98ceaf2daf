import { FLAG } from "../wire/header.ts";
import { CLASS, RCODE, TYPE } from "../wire/iana.ts";
import { decodeQuestions, encode, type ResourceRecord } from "../wire/message.ts";
import type { Query } from "./query.ts";
import type { Reply, Resolver } from "./resolver.ts";
import { headerFromFlags } from "../wire/header.ts";

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
 * has no records. For trying clients out without any upstream. RA stays 0: nothing recursive is on offer.
 */
export class FixedAnswer implements Resolver {
  readonly #addresses: ReadonlyMap<number, Uint8Array<ArrayBuffer>>;

  /** See {@linkcode FixedAnswerOptions}. */
  constructor({ ipv4, ipv6 }: FixedAnswerOptions) {
    this.#addresses = new Map([[TYPE.A, ipv4], ...(ipv6 === null ? [] : [[TYPE.AAAA, ipv6] as const])]);
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply {
    const questions = decodeQuestions(query.wire);
    const answers = questions.flatMap(({ name, type, class: qclass }): ResourceRecord[] => {
      const rdata = qclass === CLASS.IN ? this.#addresses.get(type) : undefined;
      return rdata === undefined ? [] : [{ name, type, class: qclass, ttl: TTL_SECONDS, rdata }];
    });
    const header = { ...headerFromFlags(query.scan.id, FLAG.QR), rcode: RCODE.NOERROR };
    return encode({ ...header, questions, answers, authorities: [], additionals: [] });
  }
}
