import type { Response } from "../../response/response.ts";
import { RCODE } from "../../wire/iana.ts";

/**
 * RCODEs by which a server says that it cannot or will not answer: another one may. They are no answer unless an operator says
 * otherwise.
 */
export const DEFAULT_FAILOVER_ON: readonly number[] = [RCODE.SERVFAIL, RCODE.REFUSED];

/**
 * RCODEs that say something about the name, or may be taken to do so. Whatever else there is speaks of the server, or of the
 * way to it (FORMERR, NOTIMP, NOTAUTH), and is no answer for anybody.
 */
const CHOICES = bitsOf([RCODE.NXDOMAIN, RCODE.SERVFAIL, RCODE.REFUSED]);
const ALWAYS_ANSWERS = bitsOf([RCODE.NOERROR, RCODE.YXDOMAIN]);

/** What an answer rule is made from. */
export interface AnswerRuleOptions {
  /** RCODEs that are no answer. */
  readonly failoverOn: readonly number[];
  /** Whether the AD bit is passed on. */
  readonly trustsAd: boolean;
}

/** What counts as an answer to whoever asks a group of upstreams, and what of it is believed. */
export class AnswerRule {
  /** A bit for each RCODE that is no answer. */
  readonly #failoverBits: number;
  readonly #trustsAd: boolean;

  /** See {@linkcode AnswerRuleOptions}. */
  constructor({ failoverOn, trustsAd }: AnswerRuleOptions) {
    this.#failoverBits = ~(CHOICES | ALWAYS_ANSWERS) | (CHOICES & bitsOf(failoverOn));
    this.#trustsAd = trustsAd;
  }

  /** Whether a response is an answer. Else the next upstream is asked, if there is one. */
  isAnswer({ scan }: Response): boolean {
    // hot path
    // BADVERS and the like look like NOERROR by the header alone. They come without answers.
    return ((this.#failoverBits >>> scan.rcode) & 1) === 0 && (scan.answerCount > 0 || scan.extendedRcode === 0);
  }

  /** Takes out of a response what is not believed. Returns whether it is an answer. */
  judge(response: Response): boolean {
    // hot path
    // RFC 4035 §4.9.3: AD is worth as much as the way that it comes by, and as whoever has set it.
    if (!this.#trustsAd) response.clearAd();
    return this.isAnswer(response);
  }
}

/** Of upstreams that nothing is said of. */
export const USUAL_RULE: AnswerRule = new AnswerRule({ failoverOn: DEFAULT_FAILOVER_ON, trustsAd: true });

function bitsOf(rcodes: readonly number[]): number {
  return rcodes.reduce((bits, rcode) => bits | (1 << rcode), 0);
}
