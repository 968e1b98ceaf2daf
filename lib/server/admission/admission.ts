import type { LineAMinute } from "../../observe/line_a_minute.ts";
import { ownReply } from "../../resolver/own_reply.ts";
import type { Query } from "../../resolver/query.ts";
import { type Reply, SOURCE } from "../../resolver/reply.ts";
import { QUESTIONS_MAX } from "../../resolver/questions/split.ts";
import { FLAG, putFlags } from "../../wire/header.ts";
import { EDE, OPCODE, RCODE } from "../../wire/iana.ts";
import { uint16At } from "../../wire/octets.ts";
import type { Access } from "./access.ts";
import { admit, ADMITTED, IGNORED, isUnanswerable } from "./message_check.ts";
import { takeClientOptions, takeOtherTypes } from "./client_options.ts";
import type { RateLimit } from "./rate_limit.ts";
import type { ServerCookies } from "./server_cookies.ts";
import type { Services } from "../../observe/services.ts";

/** Why a query over its network's rate is not answered. */
const RATE_LIMIT = "rate limit";

/** What admission is made from. */
export interface AdmissionOptions extends Pick<Services, "counters"> {
  /** Who may ask. */
  readonly access: Access;
  /** Makes and knows our cookies. */
  readonly cookies: ServerCookies;
  /** `null`: everybody may ask as much as they like. */
  readonly rateLimit: RateLimit | null;
  /** Tells the operator of strangers; whoever judges next goes on with it. */
  readonly strangers: LineAMinute;
}

/** Whether a query is to be resolved or ignored, or the reply that it gets at once. */
export type Verdict = typeof ADMITTED | typeof IGNORED | Reply;

/** Decides about a query before it is resolved: who asks, whether the message is good, and how much its network asks. */
export class Admission {
  readonly #options: AdmissionOptions;

  /** Decides as `options` say. */
  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Whether the query is to be resolved or ignored, or the reply that it gets at once. */
  judge(query: Query): Verdict {
    // hot path
    if (isUnanswerable(query)) return IGNORED;
    // Before anything else: a cache or a local name must not show strangers what they may not ask for (CVE-2026-26017).
    if (!this.#options.access.allows(query.client)) return this.#prohibit(query);
    // Nearly all are good, and nothing more need be known of them.
    const verdict = query.isPlain && !query.scan.hasOptions ? ADMITTED : this.#judgeMessage(query);
    return this.#options.rateLimit === null ? verdict : this.#limited(query, verdict, this.#options.rateLimit);
  }

  #judgeMessage(query: Query): Verdict {
    const { cookies } = this.#options;
    // First, so that whatever the reply says, it has what its OPT record must carry.
    const cookieRcode = takeClientOptions(query, cookies);
    const verdict = query.isPlain ? ADMITTED : admit(query);
    if (verdict !== ADMITTED) return verdict;
    const rcode = cookieRcode === RCODE.NOERROR ? takeOtherTypes(query) : cookieRcode;
    return rcode === RCODE.NOERROR ? ADMITTED : this.#rejectOptions(query, rcode);
  }

  #prohibit(query: Query): Reply {
    this.#options.counters.prohibited++;
    this.#options.strangers.note((count) => {
      const network = this.#options.access.networkOf(query.client);
      const [why, remedy] = network === null
        ? ["no network of --allow", "--allow <network> lets it ask"]
        : [`${network}, which may not ask`, "a longer network in access.allow lets it"];
      return `${query.client.hostname} is in ${why}, its queries are refused ` +
        `(${count} so far of all such clients); ${remedy}`;
    });
    query.reply.extendedErrors.push({ infoCode: EDE.PROHIBITED, text: "Your address is not allowed to ask here" });
    return this.#own(query, RCODE.REFUSED, true, "prohibited");
  }

  #rejectOptions(query: Query, rcode: number): Reply {
    query.reply.extendedRcode = rcode >> 4;
    return this.#own(query, rcode & 0xf, false, "options");
  }

  #limited(query: Query, verdict: Verdict, rateLimit: RateLimit): Verdict {
    // Where the address is the client's own, nobody can use up the rate in its name.
    if (query.isAddressProven || query.client.isExempt) return verdict;
    // A rejection is a reply like any other to the one in whose name it was asked for.
    const questionCount = verdict === ADMITTED ? questionsOf(query) : 1;
    return rateLimit.allows(query.client, questionCount) ? verdict : this.#limit(query);
  }

  /** TC and nothing else: a real client asks again over TCP, and who forges addresses gains no records. */
  #limit(query: Query): Reply {
    this.#options.counters.rateLimited++;
    // What is wrong with the message is told over TCP.
    query.reply.extendedErrors.length = 0;
    query.reply.extendedRcode = 0;
    // Only queries have a TC bit. Without it, NOERROR says to whoever sent an UPDATE or NOTIFY that it has been done.
    if (query.scan.opcode !== OPCODE.QUERY) return this.#own(query, RCODE.NOTIMP, false, RATE_LIMIT);
    query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text: "Rate limit, ask over TCP" });
    const reply = this.#own(query, RCODE.NOERROR, true, RATE_LIMIT);
    putFlags(reply.octets, uint16At(reply.octets, 2) | FLAG.TC);
    return reply;
  }

  #own(query: Query, rcode: number, withQuestion: boolean, reason: string): Reply {
    return ownReply(query, { rcode, withQuestion, source: SOURCE.policy, reason });
  }
}

/**
 * What a message takes from the rate: one for each question that it may cost. More than are ever resolved do not count:
 * else one forged message, full of questions, would shut a network out for a minute.
 */
function questionsOf({ scan, otherTypes }: Query): number {
  return Math.min(QUESTIONS_MAX, Math.max(1, scan.questionCount)) + otherTypes.length;
}
