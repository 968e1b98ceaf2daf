import { BARE_OPT_OCTETS, readOpt } from "../../lib/wire/edns.ts";
import { HEADER_OCTETS } from "../../lib/wire/header.ts";
import { CLASS, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { decode, encode, type Message, type Question, type ResourceRecord } from "../../lib/wire/message.ts";
import { foldCase } from "../../lib/wire/name.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import { ednsOf, message, opt } from "../support/messages.ts";
import type { ScriptedUpstream } from "../support/scripted_upstream.ts";
import type { Plan } from "./plan.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** One way in which a question may have been answered. */
export interface Outcome {
  /** What the upstream said, without OPT; or the failure that the forwarder makes of its silence. */
  readonly message: Message;
  /** Whether the forwarder itself says so. */
  readonly isFailure: boolean;
  /** Octets that the message took as the upstream wrote it, its OPT record left out. */
  readonly bodyOctets: number;
}

/** What an oracle is made from. */
export interface OracleOptions {
  readonly plan: Plan;
  /** Says what the upstream says when it is honest; not the upstream itself, for it counts what it is asked. */
  readonly twin: ScriptedUpstream;
  /** What was sent besides the honest responses. */
  readonly altered: readonly { readonly question: Question; readonly octets: Octets }[];
}

/** Knows, out of the plan and not out of the program, how a question may be answered. */
export class Oracle {
  readonly #options: OracleOptions;

  constructor(options: OracleOptions) {
    this.#options = options;
  }

  /** RA of the replies that the forwarder makes itself. */
  get recursionAvailable(): boolean {
    return this.#options.plan.config.resolvers.length > 0;
  }

  /** Everything that the answer to `question`, asked in `query`, may be. */
  outcomes(question: Question, query: Message): Outcome[] {
    const { plan, altered } = this.#options;
    if (plan.config.resolvers.length === 0) return [this.#fixed(question)];
    const hasOpt = query.additionals.some((record) => record.type === TYPE.OPT);
    const honest = this.#honest(question, query, hasOpt);
    if (plan.isCalm(question)) return [honest];
    const failure = { message: failureMessage(question), isFailure: true, bodyOctets: 0 };
    // Whoever seems to reject EDNS is asked again without, and then says what fits into 512 octets.
    const plain = hasOpt ? [this.#honest(question, query, false)] : [];
    const key = questionKey(question);
    const sent = altered.filter((one) => questionKey(one.question) === key);
    // Equal but for their IDs is equal.
    const distinct = new Map(sent.map(({ octets }) => [octets.subarray(2).toHex(), octets]));
    const others = [...distinct.values()].map((octets) => alteredOutcome(question, octets));
    return [honest, failure, ...plain, ...others.filter((outcome) => outcome !== null)];
  }

  #honest(question: Question, query: Message, hasOpt: boolean): Outcome {
    const { checkingDisabled, recursionDesired } = query;
    const ask = (additionals: ResourceRecord[]) => {
      return this.#options.twin.respond(
        encode(message({ checkingDisabled, recursionDesired, questions: [question], additionals })),
      )!;
    };
    const octets = ask(hasOpt ? [opt({ udpPayloadOctets: replyOctetsMax(query) })] : []);
    const outcome = outcomeOf(question, octets.length === HEADER_OCTETS ? ask([]) : octets);
    const { answers, authorities, additionals, isTruncated } = this.#options.twin.answerTo(question);
    // Cut to fit: then its sections are empty. Else they are the zone's own, which have never been through the codec.
    if (outcome.message.isTruncated && !isTruncated) return outcome;
    return { ...outcome, message: { ...outcome.message, answers, authorities, additionals } };
  }

  #fixed(question: Question): Outcome {
    const { answerIpv4, answerIpv6 } = this.#options.plan.config;
    const rdata = question.type === TYPE.A ? answerIpv4 : question.type === TYPE.AAAA ? answerIpv6 : null;
    const answers = rdata === null || question.class !== CLASS.IN ? [] : [{ ...question, ttl: 60, rdata }];
    const fixed = message({ isResponse: true, questions: [question], answers });
    return { message: fixed, isFailure: false, bodyOctets: encode(fixed).length };
  }
}

/** The most octets that a client takes over UDP: 512 without OPT, else what it says, in bounds (RFC 6891 §6.2.3). */
export function replyOctetsMax({ additionals }: Message): number {
  const found = additionals.find((record) => record.type === TYPE.OPT);
  return found === undefined ? 512 : Math.min(1232, Math.max(512, readOpt(found).udpPayloadOctets));
}

/** Equal for equal questions, letter case ignored. */
export function questionKey({ name, type, class: qclass }: Question): string {
  return `${type} ${qclass} ${foldCase(name).toHex()}`;
}

function outcomeOf(question: Question, octets: Octets): Outcome {
  const response = decode(octets);
  const hasOpt = response.additionals.some((record) => record.type === TYPE.OPT);
  return {
    message: { ...withoutOpt(response), questions: [question] },
    isFailure: false,
    bodyOctets: octets.length - (hasOpt ? BARE_OPT_OCTETS : 0),
  };
}

/** What the forwarder may have made of octets that are not the honest response; `null` when it cannot believe them. */
function alteredOutcome(question: Question, octets: Octets): Outcome | null {
  try {
    const response = decode(octets);
    const [echoed] = response.questions;
    if (echoed === undefined ? octets.length !== HEADER_OCTETS : questionKey(echoed) !== questionKey(question)) {
      return null;
    }
    const opts = [...response.answers, ...response.authorities, ...response.additionals].filter(({ type }) => {
      return type === TYPE.OPT;
    });
    // RFC 6891 §6.1.1: one, in the additional section. Its options must be readable.
    if (opts.length > 1 || (opts.length === 1 && ednsOf(response) === null)) return null;
    opts.forEach(readOpt);
    return outcomeOf(question, octets);
  } catch (error) {
    if (error instanceof WireFormatError) return null;
    throw error;
  }
}

function withoutOpt(response: Message): Message {
  const keep = (records: readonly ResourceRecord[]) => records.filter((record) => record.type !== TYPE.OPT);
  return {
    ...response,
    answers: keep(response.answers),
    authorities: keep(response.authorities),
    additionals: keep(response.additionals),
  };
}

function failureMessage(question: Question): Message {
  return message({ isResponse: true, recursionAvailable: true, rcode: RCODE.SERVFAIL, questions: [question] });
}
