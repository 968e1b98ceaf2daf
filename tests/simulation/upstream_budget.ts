import type { Policy } from "../../lib/config/policy.ts";
import { decode, type Question } from "../../lib/wire/message.ts";
import { questionToText } from "../../lib/wire/text/record_text.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import { distinctQuestions } from "./expected_reply.ts";
import { questionKey } from "./oracle.ts";
import type { Plan } from "./plan.ts";
import { askedQuestions } from "./types_check.ts";
import type { Temper } from "./upstream_plan.ts";

/** RFC 9520 §3.1 allows two retries; the forwarder's own rule is the same, over all upstreams together. */
const SENDS_MAX = 3;
/** Over a path that is known to lose datagrams. */
const LOSSY_SENDS_MAX = 20;
/** The forwarder's own questions: whether an upstream leads back to it. At most once in ten seconds. */
const LOOP_PROBE = /^[0-9a-f]{36}\..* IN TXT$/;
const LOOP_PROBE_EVERY_MS = 10_000;

/** Compares what clients asked with what was sent upstream for it: an attacker must not buy many queries with one. */
export class UpstreamBudget {
  readonly #plan: Plan;
  readonly #leadsTo: (question: Question) => readonly Question[];
  /** Groups that are asked one behind the other, each with sends of its own. */
  readonly #stages: number;
  /** How often each question was asked by clients, repetitions in one message left out. */
  readonly #asked = new Map<string, number>();
  readonly #sent = new Map<string, { readonly question: Question; count: number }>();

  /** @param leadsTo What else may be asked for because of a question. */
  constructor(plan: Plan, leadsTo: (question: Question) => readonly Question[] = () => []) {
    this.#plan = plan;
    this.#leadsTo = leadsTo;
    const policies = [plan.config.policy, ...plan.reloads.map(({ config }) => config?.policy ?? null)];
    this.#stages = Math.max(...policies.map(stagesOf));
  }

  /** A message has come from a client. */
  noteAsked(octets: Uint8Array): void {
    const asked = distinctQuestions(questionsIn(octets));
    for (const question of asked.flatMap((one) => [one, ...this.#leadsTo(one)])) {
      const key = questionKey(question);
      this.#asked.set(key, (this.#asked.get(key) ?? 0) + 1);
    }
  }

  /** A datagram has been sent to an upstream. */
  noteSent(octets: Uint8Array): void {
    for (const question of questionsIn(octets)) {
      const sent = this.#sent.get(questionKey(question)) ?? { question, count: 0 };
      sent.count++;
      this.#sent.set(questionKey(question), sent);
    }
  }

  /** The questions that were sent too often, a line each [9520_04]. `probeCount` of them were sent to see who is back. */
  faults({ probeCount, elapsedMs }: { probeCount: number; elapsedMs: number }): string[] {
    const { upstreams } = this.#plan;
    const loopProbes = [...this.#sent.values()].filter(({ question }) => isLoopProbe(question));
    const loopProbesMax = upstreams.length * (1 + Math.floor(elapsedMs / LOOP_PROBE_EVERY_MS));
    const faults = loopProbes.length <= loopProbesMax ? [] : [`${loopProbes.length} probes for loops were sent`];
    let total = 0;
    for (const [key, { question, count }] of this.#sent) {
      const asked = isLoopProbe(question) ? 1 : this.#asked.get(key) ?? 0;
      const probes = Math.min(asked, probeCount);
      const limit = this.#stages * asked * this.#sendsMax(question) + probes * SENDS_MAX;
      if (count > limit) {
        faults.push(`${questionToText(question)} was sent upstream ${count} times, ${limit} would do`);
      }
      total += this.#stages * asked * (this.#mayLose ? LOSSY_SENDS_MAX : SENDS_MAX);
    }
    const sentCount = this.#sent.values().reduce((sum, { count }) => sum + count, 0);
    if (sentCount > total + probeCount * SENDS_MAX) faults.push(`${sentCount} queries were sent upstream`);
    return faults;
  }

  #sendsMax(question: Question): number {
    const { upstreams: [first, ...others], isCalm, natForgetsAfterMs } = this.#plan;
    const { edns, lowersCase, mindsCase, cookies } = first!.habits;
    const isModern = (edns === "knows" || edns === "ignores") && !lowersCase && !mindsCase &&
      cookies !== "demands" && cookies !== "replays";
    // One upstream that answers at once, and over TCP as well. Its denials are asked for twice, and one more time where the
    // first answer may take longer than those before have taught us to wait.
    if (others.length === 0 && isModern && first!.hasTcp && isCalm(question) && natForgetsAfterMs === null) {
      return 2 * first!.link.delayMaxMs > RESEND_MIN_MS ? SENDS_MAX : 2;
    }
    return this.#mayLose ? LOSSY_SENDS_MAX : SENDS_MAX;
  }

  /** Whether an upstream may be silent about a question that gets its answer from it, or from another one, all the same. */
  get #mayLose(): boolean {
    const { upstreams, unruliness, natForgetsAfterMs } = this.#plan;
    return natForgetsAfterMs !== null ||
      upstreams.some(({ link, temper }) => link.loss > 0 || (temper === "unruly" ? unruliness > 0 : MAY_LOSE[temper]));
  }
}

/** No reply is taken for lost before that; see `Path.resendDelayMs`. */
const RESEND_MIN_MS = 100;

/** What silence of an upstream may look like to who knows no more than the replies. */
const MAY_LOSE: Readonly<Record<Exclude<Temper, "unruly">, boolean>> = {
  dead: true,
  closed: true,
  slow: true,
  dying: true,
  recovering: true,
  servfail: false,
  refused: false,
};

function stagesOf(policy: Policy | null): number {
  return policy?.upstreamGroups.some(({ fallback }) => fallback !== null) ? policy.upstreamGroups.length : 1;
}

/** Whether the forwarder asks for it to find itself. */
export function isLoopProbe(question: Question): boolean {
  return LOOP_PROBE.test(questionToText(question).toLowerCase().replace("in txt", "IN TXT"));
}

/** What a message asks; nothing when it cannot be read. */
export function questionsIn(octets: Uint8Array): readonly Question[] {
  try {
    return askedQuestions(decode(octets));
  } catch (error) {
    if (error instanceof WireFormatError) return [];
    throw error;
  }
}
