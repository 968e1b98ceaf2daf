import { decode, type Message, type Question } from "../../lib/wire/message.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import { questionToText } from "../../lib/wire/record_text.ts";
import { distinctQuestions } from "./expected_reply.ts";
import { questionKey } from "./oracle.ts";
import type { Plan } from "./plan.ts";

/** RFC 9520 §3.1 allows two retries; the forwarder's own rule is one. */
const SENDS_MAX = 2;

/** Compares what clients asked with what was sent upstream for it: an attacker must not buy many queries with one. */
export class UpstreamBudget {
  readonly #plan: Plan;
  /** How often each question was asked by clients, repetitions in one message left out. */
  readonly #asked = new Map<string, number>();
  readonly #sent = new Map<string, { readonly question: Question; count: number }>();

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  /** A datagram has come from a client. */
  noteAsked(octets: Uint8Array): void {
    for (const question of distinctQuestions(readMessage(octets)?.questions ?? [])) {
      const key = questionKey(question);
      this.#asked.set(key, (this.#asked.get(key) ?? 0) + 1);
    }
  }

  /** A datagram has been sent to the upstream. */
  noteSent(octets: Uint8Array): void {
    for (const question of readMessage(octets)?.questions ?? []) {
      const sent = this.#sent.get(questionKey(question)) ?? { question, count: 0 };
      sent.count++;
      this.#sent.set(questionKey(question), sent);
    }
  }

  /** The questions that were sent too often, a line each [9520_04]. */
  faults(): string[] {
    const { isCalm, habits } = this.#plan;
    const rejectsEdns = habits.edns === "formerr" || habits.edns === "notimp";
    return [...this.#sent].flatMap(([key, { question, count }]) => {
      const forms = rejectsEdns || !isCalm(question) ? 2 : 1;
      // Nobody keeps the forwarder waiting for the answer to a calm question.
      const limit = (this.#asked.get(key) ?? 0) * forms * (isCalm(question) ? 1 : SENDS_MAX);
      return count <= limit ? [] : [`${questionToText(question)} was sent upstream ${count} times, ${limit} would do`];
    });
  }
}

function readMessage(octets: Uint8Array): Message | null {
  try {
    return decode(octets);
  } catch (error) {
    if (error instanceof WireFormatError) return null;
    throw error;
  }
}
