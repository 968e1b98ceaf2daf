import { deliver, type Sink } from "../base/deferred.ts";
import { BARE_OPT_OCTETS, type ExtendedError, readExtendedError, readOptions } from "../wire/edns/edns.ts";
import { EDE, RCODE, rcodeToText } from "../wire/iana.ts";
import { normalize, RESPONSE_FAULT } from "../response/normalize.ts";
import { isUseful } from "../response/reply_kind.ts";
import type { LateListener } from "../upstream/group/listening.ts";
import type { Response } from "../response/response.ts";
import { type Request, SENDS_MAX } from "../upstream/request.ts";
import type { UpstreamGroup } from "../upstream/group/upstream_group.ts";
import { TruncationError, UpstreamError } from "../upstream/upstream_error.ts";
import { ownReply } from "./own_reply.ts";
import { PendingReply } from "./pending_reply.ts";
import type { Query } from "./query.ts";
import { SOURCE } from "./reply.ts";
import type { Resolver } from "./resolver.ts";

/** A reply may be so much larger than what the client can take: it is compressed and cut to size. */
const USEFUL_SHARE = 4;
/** So many extended errors of an upstream are passed on, and so much of their texts. */
const ERRORS_MAX = 4;
const ERROR_TEXT_MAX = 120;

const NO_ERRORS: readonly ExtendedError[] = [];

/** Asks the upstreams. Their records come back as they are, undecoded: unknown types pass bit for bit (RFC 3597 §3). */
export class Forward implements Resolver {
  readonly #upstreamsFor: (query: Query) => UpstreamGroup;

  /** Asks whom `upstreamsFor` says. */
  constructor({ upstreamsFor }: { upstreamsFor: (query: Query) => UpstreamGroup }) {
    this.#upstreamsFor = upstreamsFor;
  }

  /** See `Resolver`. */
  resolve(query: Query): PendingReply {
    const upstreams = this.#upstreamsFor(query);
    const forwarded = new Forwarded(query, upstreams);
    const request: Request = {
      questionOctets: query.questionOctets,
      flags: query.scan.flags,
      wantsDnssec: query.scan.wantsDnssec,
      usefulOctetsMax: USEFUL_SHARE * query.replyOctetsMax,
      acceptsTruncated: !query.client.isStream,
      deadlineMs: query.deadlineMs,
      upstreamCount: upstreams.members.length,
      sendCount: 0,
      sendsMax: SENDS_MAX,
      ednsRejectedBy: null,
      lastSocket: null,
      wantsFreshSocket: false,
      hasPart: false,
      wholeFrom: null,
      isAnswered: false,
      isClosed: false,
      hasMetSilence: false,
      owner: null,
      trace: query.trace,
    };
    query.request = request;
    deliver(upstreams.exchange(request, forwarded), forwarded);
    return forwarded.reply;
  }
}

/** Makes a reply of what an upstream says, or of its silence. */
class Forwarded implements Sink<Response>, LateListener {
  readonly reply: PendingReply;
  readonly #query: Query;
  readonly #upstreams: UpstreamGroup;

  constructor(query: Query, upstreams: UpstreamGroup) {
    this.reply = new PendingReply(query);
    this.#query = query;
    this.#upstreams = upstreams;
  }

  arrived(response: Response): void {
    const query = this.#query;
    const { scan, isUnproven } = response;
    const { name } = response.upstream!;
    query.mustNotBeKept = isUnproven;
    if (scan.extendedRcode !== 0) {
      // Extended RCODEs (BADVERS, BADCOOKIE) speak of the hop between us and the upstream; the client has no part in it.
      return this.#fail(EDE.OTHER, `${name} rejects our EDNS`);
    }
    if (scan.rcode === RCODE.FORMERR || scan.rcode === RCODE.NOTIMP) {
      // The query was ours, and the client's was well-formed: the fault is between us and the upstream.
      return this.#fail(EDE.OTHER, `${name} does not understand the query`);
    }
    // One upstream's refusal is its own to explain; that none of several did better is ours.
    if (!isUseful(response) && this.#upstreams.upstreamCount > 1 && !this.#upstreams.rule.isAnswer(response)) {
      const text = `No upstream has an answer, ${name} says ${rcodeToText(scan.rcode)}`;
      query.reply.extendedErrors.push({ infoCode: EDE.NO_REACHABLE_AUTHORITY, text });
    }
    if (scan.hasOpt) query.reply.extendedErrors.push(...extendedErrorsOf(response));
    const fault = response.leaveOptOut() ? normalize(response, query.scan.wantsDnssec) : RESPONSE_FAULT.tooLarge;
    if (fault !== null) return this.#fail(EDE.OTHER, `${name} answers with ${fault}`);
    const reply = query.reply.give(response.octets, SOURCE.upstream);
    reply.response = response;
    reply.upstream = response.upstream;
    this.reply.arrived(reply);
  }

  failed(error: unknown): void {
    this.#query.mustNotBeKept = error instanceof TruncationError;
    if (error instanceof UpstreamError) this.#fail(error.infoCode, error.message);
    else this.reply.failed(error);
  }

  listens(late: PromiseLike<Response>): void {
    const query = this.#query.apart();
    const forwarded = new Forwarded(query, this.#upstreams);
    this.reply.late = forwarded.reply;
    deliver(late, forwarded);
  }

  #fail(infoCode: number, text: string): void {
    const query = this.#query;
    query.reply.extendedErrors.push({ infoCode, text });
    this.reply.arrived(
      ownReply(query, { rcode: RCODE.SERVFAIL, withQuestion: true, source: SOURCE.failure, reason: text }),
    );
  }
}

/** The upstream's extended errors (RFC 8914 §3: a forwarder may pass them on), cut to what a client can use. */
function extendedErrorsOf({ octets, scan }: Response): readonly ExtendedError[] {
  if (scan.optEnd - scan.optOffset <= BARE_OPT_OCTETS) return NO_ERRORS;
  const rdata = octets.slice(scan.optOffset + BARE_OPT_OCTETS, scan.optEnd);
  const errors = readOptions(rdata).map(readExtendedError).filter((error) => error !== null).slice(0, ERRORS_MAX);
  return errors.map(({ infoCode, text }) => ({ infoCode, text: text.slice(0, ERROR_TEXT_MAX) }));
}
