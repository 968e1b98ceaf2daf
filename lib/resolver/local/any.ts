import { CLASS, EDE, TYPE } from "../../wire/iana.ts";
import { decodeQuestions } from "../../wire/message.ts";
import { rdataFromText } from "../../wire/text/rdata_text.ts";
import { localReply } from "./local_reply.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";

/** RFC 8482 §4.2: "the CPU field of the HINFO RDATA SHOULD be set to 'RFC8482'", the OS field "to the null string". */
const RDATA = rdataFromText(TYPE.HINFO, '"RFC8482" ""');
/** RFC 8482 §4.2 leaves it to the operator; who asked once need not ask again soon. */
const TTL_SECONDS = 3600;

/**
 * Answers ANY questions that come over UDP with a HINFO record that says nothing (RFC 8482 §4.2): "everything you have" is
 * what amplification attacks ask for, from addresses of others. Where the channel shows that the address is true, over TCP, the
 * question is forwarded; a cookie shows that, too, but over UDP the answer would be cut all the same.
 */
export class Any implements Resolver {
  readonly #next: Resolver;

  /** Whatever is not answered here goes to `next`. */
  constructor({ next }: { next: Resolver }) {
    this.#next = next;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    if (query.qtype !== TYPE.ANY || query.qclass !== CLASS.IN || query.client.isAddressProven) {
      return this.#next.resolve(query);
    }
    const [question] = decodeQuestions(query.wire);
    query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text: "ANY over UDP, RFC 8482; ask over TCP" });
    const hinfo = { name: question!.name, type: TYPE.HINFO, class: CLASS.IN, ttl: TTL_SECONDS, rdata: RDATA };
    return localReply(query, { answers: [hinfo] });
  }
}
