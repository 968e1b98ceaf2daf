import { deliver, type Sink } from "../base/deferred.ts";
import { BARE_OPT_OCTETS, type ExtendedError, readExtendedError, readOptions } from "../wire/edns/edns.ts";
import { EDE, RCODE, rcodeToText } from "../wire/iana.ts";
import { normalize, RESPONSE_FAULT } from "../response/normalize.ts";
import { isUseful } from "../response/reply_kind.ts";
import type { LateListener } from "../upstream/group/listening.ts";
import { BegunRace } from "../upstream/group/race_options.ts";
import type { Response } from "../response/response.ts";
import { type Request, SENDS_MAX } from "../upstream/request.ts";
import type { UpstreamGroup } from "../upstream/group/upstream_group.ts";
import { TruncationError, UpstreamError } from "../upstream/upstream_error.ts";
import { ownReply } from "./own_reply.ts";
import { PendingReply } from "./pending_reply.ts";
import type { Query } from "./query.ts";
import { type Reply, SOURCE } from "./reply.ts";
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
    const begun = query.request?.owner;
    if (begun instanceof BegunRace) {
      deliver(upstreams.resume(begun, forwarded), forwarded);
    } else {
      const request = query.request = requestFor(query, upstreams, query.questionOctets);
      deliver(upstreams.exchange(request, forwarded), forwarded);
    }
    return forwarded.reply;
  }
}

/**
 * What is asked of `upstreams` for a query.
 *
 * @param questionOctets Its question; stays as it is as long as anything comes of it.
 * @param request Is used again for it, if nothing can come of it any more.
 */
export function requestFor(
  { scan, replyOctetsMax, client, deadlineMs, trace }: Query,
  { members }: UpstreamGroup,
  questionOctets: Uint8Array<ArrayBuffer>,
  request: { -readonly [Key in keyof Request]: Request[Key] } = { ...UNASKED },
): Request {
  // hot path
  request.questionOctets = questionOctets;
  request.flags = scan.flags;
  request.wantsDnssec = scan.wantsDnssec;
  request.usefulOctetsMax = USEFUL_SHARE * replyOctetsMax;
  request.acceptsTruncated = !client.isStream;
  request.deadlineMs = deadlineMs;
  request.upstreamCount = members.length;
  request.sendCount = 0;
  request.sendsMax = SENDS_MAX;
  request.ednsRejectedBy = null;
  request.lastSocket = null;
  request.wantsFreshSocket = false;
  request.hasPart = false;
  request.wholeFrom = null;
  request.isAnswered = false;
  request.isClosed = false;
  request.hasMetSilence = false;
  request.owner = null;
  request.trace = trace;
  return request;
}

/** Of nothing. */
const UNASKED: Request = {
  questionOctets: new Uint8Array(0),
  flags: 0,
  wantsDnssec: false,
  usefulOctetsMax: 0,
  acceptsTruncated: false,
  deadlineMs: 0,
  upstreamCount: 0,
  sendCount: 0,
  sendsMax: 0,
  ednsRejectedBy: null,
  lastSocket: null,
  wantsFreshSocket: false,
  hasPart: false,
  wholeFrom: null,
  isAnswered: false,
  isClosed: false,
  hasMetSilence: false,
  owner: null,
  trace: null,
};

/** The reply to `query` that follows from what one of `upstreams` says: its own `reply`. */
export function replyFrom(response: Response, query: Query, upstreams: UpstreamGroup): Reply {
  // hot path
  const { scan, isUnproven } = response;
  const { name } = response.upstream!;
  query.mustNotBeKept = isUnproven;
  if (scan.extendedRcode !== 0) {
    // Extended RCODEs (BADVERS, BADCOOKIE) speak of the hop between us and the upstream; the client has no part in it.
    return failure(query, EDE.OTHER, `${name} rejects our EDNS`);
  }
  if (scan.rcode === RCODE.FORMERR || scan.rcode === RCODE.NOTIMP) {
    // The query was ours, and the client's was well-formed: the fault is between us and the upstream.
    return failure(query, EDE.OTHER, `${name} does not understand the query`);
  }
  // One upstream's refusal is its own to explain; that none of several did better is ours.
  if (!isUseful(response) && upstreams.upstreamCount > 1 && !upstreams.rule.isAnswer(response)) {
    const text = `No upstream has an answer, ${name} says ${rcodeToText(scan.rcode)}`;
    query.reply.extendedErrors.push({ infoCode: EDE.NO_REACHABLE_AUTHORITY, text });
  }
  if (scan.hasOpt) query.reply.extendedErrors.push(...extendedErrorsOf(response));
  const fault = response.leaveOptOut() ? normalize(response, query.scan.wantsDnssec) : RESPONSE_FAULT.tooLarge;
  if (fault !== null) return failure(query, EDE.OTHER, `${name} answers with ${fault}`);
  const reply = query.reply.give(response.octets, SOURCE.upstream);
  reply.response = response;
  reply.upstream = response.upstream;
  return reply;
}

function failure(query: Query, infoCode: number, text: string): Reply {
  query.reply.extendedErrors.push({ infoCode, text });
  return ownReply(query, { rcode: RCODE.SERVFAIL, withQuestion: true, source: SOURCE.failure, reason: text });
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
    this.reply.arrived(replyFrom(response, this.#query, this.#upstreams));
  }

  failed(error: unknown): void {
    const query = this.#query;
    query.mustNotBeKept = error instanceof TruncationError;
    if (error instanceof UpstreamError) this.reply.arrived(failure(query, error.infoCode, error.message));
    else this.reply.failed(error);
  }

  listens(late: PromiseLike<Response>): void {
    const query = this.#query.apart();
    const forwarded = new Forwarded(query, this.#upstreams);
    this.reply.late = forwarded.reply;
    deliver(late, forwarded);
  }
}

/** The upstream's extended errors (RFC 8914 §3: a forwarder may pass them on), cut to what a client can use. */
function extendedErrorsOf({ octets, scan }: Response): readonly ExtendedError[] {
  if (scan.optEnd - scan.optOffset <= BARE_OPT_OCTETS) return NO_ERRORS;
  const rdata = octets.slice(scan.optOffset + BARE_OPT_OCTETS, scan.optEnd);
  const errors = readOptions(rdata).map(readExtendedError).filter((error) => error !== null).slice(0, ERRORS_MAX);
  return errors.map(({ infoCode, text }) => ({ infoCode, text: text.slice(0, ERROR_TEXT_MAX) }));
}
