import { EDE, typeToText } from "../../wire/iana.ts";
import { decodeQuestions } from "../../wire/message.ts";
import { localReply } from "../local/local_reply.ts";
import { ownSoa } from "../local/own_soa.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";

/**
 * Says that a name has no records of the type, whether it has or not: nobody is asked. What a validator is told so is not signed,
 * and it does not believe it.
 */
export class DroppedType implements Resolver {
  readonly #ttlSeconds: number;

  /** That may be remembered for so long. */
  constructor({ ttlSeconds }: { ttlSeconds: number }) {
    this.#ttlSeconds = ttlSeconds;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply {
    const question = decodeQuestions(query.wire)[0]!;
    const text = `${typeToText(question.type)} records are not given to this client`;
    query.reply.extendedErrors.push({ infoCode: EDE.FILTERED, text });
    return localReply(query, { question, authorities: [ownSoa(question.name, this.#ttlSeconds)] });
  }
}
