import { deliver, type LaterOctets } from "../base/later.ts";
import type { Random } from "../base/random.ts";
import type { Clock } from "../base/runtime.ts";
import { randomizeCase } from "./case_randomization.ts";
import { type CookieJar, isBadCookie } from "./cookie_jar.ts";
import { FirstAnswer, type FirstSend, type Reconsiderer } from "./first_answer.ts";
import { LargeReplies } from "./large_replies.ts";
import { Lessons } from "./lessons.ts";
import { isDoubtful, isEdnsRejection, isTruncated } from "./reply_kind.ts";
import { isForAny, type Request, sendsLeft, writeUpstreamQuery } from "./request.ts";
import { CaseRestorer, Sending } from "./sending.ts";
import type { Transport } from "./transport.ts";
import { ForgeryError, UpstreamError } from "./upstream_error.ts";

/** What a dialogue is made from. */
export interface DialogueOptions {
  /** UDP. */
  readonly datagram: Transport;
  /** TCP. */
  readonly stream: Transport;
  /** The cookies exchanged with the upstream. */
  readonly cookies?: CookieJar;
  /** Where unpredictable letter case comes from. */
  readonly random: Random;
  /** What the time is read from. */
  readonly clock: Clock;
}

/** How one upstream is spoken to: in the best manner that it is known to cope with. */
export class Dialogue implements Reconsiderer {
  readonly #options: DialogueOptions;
  #lessons = new Lessons();
  #largeReplies = new LargeReplies();
  #queryCount = 0;
  #replyCount = 0;
  /** Made once, not for each query. */
  readonly #onReply = () => void this.#replyCount++;

  /** See {@linkcode DialogueOptions}. */
  constructor(options: DialogueOptions) {
    this.#options = options;
  }

  /** Messages sent so far. */
  get queryCount(): number {
    return this.#queryCount;
  }

  /** Replies to these that were accepted so far. */
  get replyCount(): number {
    return this.#replyCount;
  }

  /** What the upstream has been found not to cope with. */
  get lessons(): Lessons {
    return this.#lessons;
  }

  /** Forgets all that was learned: there may be another server at the other end, or another path in between. */
  forget(): void {
    this.#lessons = new Lessons();
    this.#largeReplies = new LargeReplies();
    this.#options.cookies?.renew();
  }

  /**
   * Asks in the first instance: over TCP when the reply is known not to fit into a datagram, or would be another one over
   * UDP, else over UDP.
   *
   * @returns A reply of any RCODE; truncated when it came over UDP and has to be asked for over TCP. Fails with an
   * `UpstreamError` when none came by the request's deadline.
   */
  ask(request: Request): PromiseLike<Uint8Array<ArrayBuffer>> {
    const isForTcp = request.sendCount === 0 &&
      (isForAny(request) || this.#largeReplies.has(request, this.#options.clock.nowMs()));
    return isForTcp ? this.#askOverTcpFirst(request) : this.#askOverUdp(request);
  }

  /**
   * Asks over TCP what has turned out too large for a datagram before (RFC 7766 §5). A question's first send alone: should
   * TCP be blocked meanwhile, the next one goes over UDP.
   */
  async #askOverTcpFirst(request: Request): Promise<Uint8Array<ArrayBuffer>> {
    const { clock } = this.#options;
    request.sendCount++;
    let reply: Uint8Array<ArrayBuffer>;
    try {
      reply = await this.exchangeOverTcp(request);
    } catch (error) {
      this.#largeReplies.forget(request);
      const mayAskAgain = sendsLeft(request) > 0 && clock.nowMs() < request.deadlineMs;
      if (!(error instanceof UpstreamError) || !mayAskAgain) throw error;
      return await this.#askOverUdp(request);
    }
    // It has grown beyond what the client can use: the next one is told so over UDP.
    if (reply.length > request.usefulOctetsMax) this.#largeReplies.note(request, reply.length, clock.nowMs());
    // What has to be found out first, cookies and EDNS, is found out over UDP.
    const isRejected = isBadCookie(reply) || isEdnsRejection(reply);
    return isRejected && sendsLeft(request) > 0 ? await this.#askOverUdp(request) : reply;
  }

  /** Asks over UDP in the best manner that the upstream is known to cope with; see `reconsider`. */
  #askOverUdp(request: Request): LaterOctets {
    const nowMs = this.#options.clock.nowMs();
    // The first send alone: a server that knows names in one spelling must not have its denials come in first and last.
    const mixCase = request.sendCount === 0 && this.#lessons.ignoresCase(nowMs);
    const withOpt = this.#lessons.knowsEdns(nowMs);
    const sending = this.#send(request, { withOpt, mixCase });
    const answer = new FirstAnswer(this, request, { withOpt, sending });
    sending.deliverTo(answer);
    return answer;
  }

  /** See `Reconsiderer`. */
  async reconsider(
    request: Request,
    reply: Uint8Array<ArrayBuffer>,
    { withOpt, sending }: FirstSend,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const { clock } = this.#options;
    let last: Brought = { reply, withOpt, isMixed: sending.isMixed };
    try {
      if (isBadCookie(last.reply) && sendsLeft(request) > 0) {
        // RFC 7873 §5.3: the reply has brought the cookie that the server wants to see. Where the case did not come back,
        // two sends are gone by now: the third one is plain.
        last = await this.#sendAgain(request, { withOpt, mixCase: last.isMixed });
        // RFC 7873 §5.3: if a fresh cookie is not good either, "the client SHOULD retry using TCP as the transport".
        if (isBadCookie(last.reply)) return await this.askOverTcp(request, last.reply);
      }
      if (last.withOpt && isEdnsRejection(last.reply) && sendsLeft(request) > 0) {
        // RFC 6891 §7: a server that does not know EDNS says FORMERR or NOTIMP; it may well answer without.
        last = await this.#sendAgain(request, { withOpt: false, mixCase: last.isMixed });
        if (!isEdnsRejection(last.reply)) this.#lessons.rejectsEdns(clock.nowMs());
      }
      if (last.isMixed && isDoubtful(last.reply)) {
        // Some servers know names in one spelling alone. Without a SOA nothing shows that this one has looked well.
        if (sendsLeft(request) <= 0) return request.unproven = last.reply;
        last = await this.#sendAgain(request, { withOpt: last.withOpt, mixCase: false });
        if (!isDoubtful(last.reply)) this.#lessons.mindsCase(clock.nowMs());
      }
      return last.reply;
    } catch (error) {
      if (!(error instanceof ForgeryError)) throw error;
      return await this.exchangeOverTcp(request);
    }
  }

  async #sendAgain(request: Request, manner: Manner): Promise<Brought> {
    const again = this.#send(request, manner);
    const reply = await again;
    return { reply, withOpt: manner.withOpt, isMixed: again.isMixed };
  }

  get #cookie(): Uint8Array | undefined {
    return this.#options.cookies?.option;
  }

  #send(request: Request, { withOpt, mixCase }: Manner): Sending {
    request.sendCount++;
    this.#queryCount++;
    const sending = new Sending(this.#onReply);
    if (mixCase) this.#sendMixed(request, withOpt, sending);
    else deliver(this.#exchangeAsAsked(this.#options.datagram, request, withOpt), sending);
    return sending;
  }

  /** Sends the question in random case, and once more as it was asked when it does not come back like that. */
  #sendMixed(request: Request, withOpt: boolean, sending: Sending): void {
    const { datagram, random, clock } = this.#options;
    const asked = request.questionOctets;
    const sent = randomizeCase(asked, random);
    let isAskedAgain = false;
    const onWrongCase = () => {
      if (isAskedAgain) return;
      isAskedAgain = true;
      // With no send left it cannot be put to the test. Counting it keeps a group of servers that all mind case, and are all
      // slow, from failing for ever.
      if (sendsLeft(request) <= 0) return this.#lessons.mindsCase(clock.nowMs());
      // Either the server does not echo what it was asked, or a forger has not guessed the case. The same question from
      // another port, with another ID, is answered by the server alone.
      sending.openCount++;
      this.#send(request, { withOpt, mixCase: false }).deliverTo({
        arrived: (reply) => {
          this.#lessons.mindsCase(clock.nowMs());
          sending.arrivedOtherwise(reply);
        },
        failed: (error) => sending.failed(error),
      });
    };
    const message = writeUpstreamQuery(request, withOpt, this.#cookie, sent);
    deliver(datagram.exchange(message, sent, request, onWrongCase), new CaseRestorer(sending, sent, asked));
  }

  /** Asks over TCP what did not fit over UDP. */
  async askOverTcp(request: Request, truncated: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    try {
      const reply = await this.exchangeOverTcp(request);
      if (isTruncated(truncated)) this.#largeReplies.note(request, reply.length, this.#options.clock.nowMs());
      // A client on UDP would get next to nothing of it, at the price of reading it all (CVE-2024-8508).
      return reply.length > request.usefulOctetsMax ? truncated : reply;
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      // Not every server speaks TCP. What fitted is better than nothing, and TC says that it is not all.
      return truncated;
    }
  }

  /** See `Reconsiderer`. Over TCP the client's spelling does: nobody can forge a reply who cannot read the query. */
  async exchangeOverTcp(request: Request): Promise<Uint8Array<ArrayBuffer>> {
    const withOpt = this.#lessons.knowsEdns(this.#options.clock.nowMs());
    this.#queryCount++;
    const reply = await this.#exchangeAsAsked(this.#options.stream, request, withOpt);
    this.#replyCount++;
    return reply;
  }

  #exchangeAsAsked(transport: Transport, request: Request, withOpt: boolean): PromiseLike<Uint8Array<ArrayBuffer>> {
    return transport.exchange(writeUpstreamQuery(request, withOpt, this.#cookie), request.questionOctets, request);
  }
}

/** How a query is put. */
interface Manner {
  /** With an OPT record (RFC 6891). */
  readonly withOpt: boolean;
  /** With the letters of the name in random case; see `randomizeCase`. */
  readonly mixCase: boolean;
}

/** What a query has brought. */
interface Brought {
  readonly reply: Uint8Array<ArrayBuffer>;
  /** How it was put; see `Manner`. */
  readonly withOpt: boolean;
  /** See `Sending`. */
  readonly isMixed: boolean;
}
