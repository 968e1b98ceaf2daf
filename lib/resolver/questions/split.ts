import type { ExtendedError } from "../../wire/edns/edns.ts";
import { EDE, NO_DATA_TYPES, RCODE, rcodeToText, typeToText } from "../../wire/iana.ts";
import { decodeQuestions, type Question } from "../../wire/message.ts";
import { keyOfName, nameToText } from "../../wire/name.ts";
import { decodeBounded } from "./decode_bounded.ts";
import { mergeReplies, type Part } from "./merge.ts";
import { ownReply } from "../own_reply.ts";
import { partOf } from "../part_of.ts";
import type { Query } from "../query.ts";
import { type Reply, SOURCE } from "../reply.ts";
import type { Resolver } from "../resolver.ts";

/** What is done with a message that has several questions. */
export const MULTI_QUESTION = ["split", "formerr"] as const;

/** See `MULTI_QUESTION`. */
export type MultiQuestion = typeof MULTI_QUESTION[number];

/** Each question costs an upstream query: without a bound, one datagram could buy dozens. */
export const QUESTIONS_MAX = 8;

/** A part that has been answered, and why the reply is what it is. */
interface ExplainedPart extends Part {
  readonly extendedErrors: readonly ExtendedError[];
}

/** What a split is made from. */
export interface SplitOptions {
  /** What answers what is not answered here. */
  readonly next: Resolver;
  /** What happens to messages with several questions. */
  readonly multiQuestion: MultiQuestion;
}

/**
 * Takes a message with several questions apart, has each answered by itself, and merges the replies into one. Also takes
 * messages without any question.
 *
 * RFC 9619 §4 declares such messages malformed. Splitting them is a declared deviation; `formerr` is the strict way.
 * What goes to the next resolver, and so upstream, always has exactly one question.
 */
export class Split implements Resolver {
  readonly #next: Resolver;
  readonly #multiQuestion: MultiQuestion;

  /** See {@linkcode SplitOptions}. */
  constructor({ next, multiQuestion }: SplitOptions) {
    this.#next = next;
    this.#multiQuestion = multiQuestion;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    const { questionCount } = query.scan;
    if (questionCount === 1) return this.#next.resolve(query);
    // RFC 9619 §4: a message without questions is not malformed by that; there is nothing to answer, so it is answered so.
    if (questionCount === 0) return this.#own(query, RCODE.NOERROR);
    if (this.#multiQuestion === "formerr") return this.#reject(query, "One question a message, RFC 9619");
    if (questionCount > QUESTIONS_MAX) return this.#reject(query, `More than ${QUESTIONS_MAX} questions`);
    const questions = decodeQuestions(query.wire);
    if (!areSplittable(questions)) return this.#reject(query, "These questions cannot be asked together");
    return this.#split(query, questions);
  }

  async #split(query: Query, questions: readonly Question[]): Promise<Reply> {
    // Identical questions are asked once, in the spelling of the first.
    const distinct = new Map<string, Question>();
    for (const question of questions) {
      const key = questionKey(question);
      if (!distinct.has(key)) distinct.set(key, question);
    }
    const partQueries = [...distinct.values()].map((question) => ({ question, partQuery: partOf(query, question) }));
    const parts = await Promise.all(partQueries.map(async ({ question, partQuery }): Promise<ExplainedPart> => {
      const reply = decodeBounded((await this.#next.resolve(partQuery)).octets, partQuery);
      return { question, reply, extendedErrors: partQuery.reply.extendedErrors };
    }));
    query.reply.extendedErrors.push(...parts.flatMap(explainFailure));
    const octets = mergeReplies({
      questions,
      parts,
      wantsDnssec: query.scan.wantsDnssec,
      limitOctets: query.bodyOctetsMax,
    });
    const merged = query.reply.give(octets, SOURCE.local, "several questions");
    return query.client.isStream && merged.isTruncated ? this.#tooMuch(query) : merged;
  }

  /** On a stream, TC would promise what is not to be had: nowhere do these questions get more room together. */
  #tooMuch(query: Query): Reply {
    query.reply.extendedErrors.unshift({ infoCode: EDE.OTHER, text: "Too much for one message, ask one by one" });
    return ownReply(query, { rcode: RCODE.SERVFAIL, withQuestion: true, source: SOURCE.refused, reason: "too much" });
  }

  #reject(query: Query, text: string): Reply {
    query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text });
    return this.#own(query, RCODE.FORMERR);
  }

  #own(query: Query, rcode: number): Reply {
    return ownReply(query, { rcode, withQuestion: false, source: SOURCE.policy });
  }
}

/** One extended error for a part that has no answer, naming its question: the merged RCODE may not show it. */
function explainFailure({ question, reply, extendedErrors }: ExplainedPart): ExtendedError[] {
  const [error] = extendedErrors;
  if (error === undefined && (reply.rcode === RCODE.NOERROR || reply.rcode === RCODE.NXDOMAIN)) return [];
  const { infoCode, text } = error ?? { infoCode: EDE.OTHER, text: rcodeToText(reply.rcode) };
  return [{ infoCode, text: `${nameToText(question.name)} ${typeToText(question.type)}: ${text}` }];
}

function areSplittable(questions: readonly Question[]): boolean {
  return questions.every((question) => !NO_DATA_TYPES.has(question.type) && question.class === questions[0]!.class);
}

/** Equal for equal questions, letter case ignored. */
function questionKey({ name, type, class: qclass }: Question): string {
  return `${type} ${qclass} ${keyOfName(name)}`;
}
