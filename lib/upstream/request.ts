import { ReusedOctets } from "../base/octets/reused_octets.ts";
import { BARE_OPT_OCTETS, OPTION_HEADER_OCTETS, putBareOpt } from "../wire/edns/edns.ts";
import { ARCOUNT_OFFSET, FLAG, HEADER_OCTETS, putFlags, QDCOUNT_OFFSET, QUESTION_TAIL_OCTETS } from "../wire/header.ts";
import { EDNS_OPTION, TYPE } from "../wire/iana.ts";
import { putUint16, uint16At } from "../wire/octets.ts";
import type { Trace } from "../observe/trace.ts";
import type { Listener } from "./matching/registration.ts";

/**
 * Sends of one question in all, to whatever upstreams. RFC 9520 §3.1: three queries to a server over one transport, and it
 * counts as unresponsive.
 */
export const SENDS_MAX = 3;
/**
 * The same over a path that is known to lose datagrams, see `PathLoss`: a server that answers what gets through is not
 * unresponsive. With 30 % lost each way, half of all round trips, three sends leave 13 of 100 questions without an answer,
 * twenty leave one of 700,000.
 */
export const LOSSY_SENDS_MAX = 20;

const NO_COOKIE = new Uint8Array(0);
/** More than a question (RFC 1035 §3.1: a name has 255 octets at most) and an OPT record with a cookie (40) or padding take. */
const QUERY_OCTETS_MAX = 512;
/** RFC 8467 §4.1: the length of an encrypted query is to be a multiple of this. */
const PADDED_OCTETS = 128;
/**
 * What we take where nothing is lost for its size: some servers keep to it on connections as well (RFC 6891 §6.2.5 has it mean
 * datagrams alone).
 */
const STREAM_PAYLOAD_OCTETS = 4096;
/** Behind type and owner of a bare OPT record: what is advertised. */
const OPT_PAYLOAD_OFFSET = 3;
/** Where queries are written, one after another. */
const written = new ReusedOctets(new Uint8Array(QUERY_OCTETS_MAX));

/** Who waits for what comes of a request. */
export interface RequestOwner extends Listener {
  /** Whether it has got its answer. */
  readonly hasAnswer: boolean;
  /** An upstream is asked once more for it, in another manner: that takes as long again. */
  sentAgain(): void;
  /** The answer has come from elsewhere: nothing more is to be sent, and nobody waits. */
  stop(): void;
}

/** What queries leave from, and are waited for at: a socket with a port of its own. */
export interface QuerySource {
  /** A query from here has met silence although its upstream lives: no later one is to share its way. */
  distrust(): void;
}

/** What a query goes over, as far as it makes it another one; see `TransportTraits`. */
export interface Carrier {
  /** Whether it is encrypted. */
  readonly isEncrypted: boolean;
  /** Whether it is asked how long the connection is kept. */
  readonly asksForKeepalive: boolean;
}

/** What is asked of upstreams for one question. */
export interface Request {
  /** The question in wire format, uncompressed (RFC 9619: never more than one). */
  readonly questionOctets: Uint8Array<ArrayBuffer>;
  /** The client's header flags; RD and CD go upstream, and AD where EDNS does not. */
  readonly flags: number;
  /** DO (RFC 4035 §3.2.1). */
  readonly wantsDnssec: boolean;
  /** A larger reply is not worth reading, in octets. */
  readonly usefulOctetsMax: number;
  /**
   * Whether a truncated reply is better than none. So it is over UDP, where it makes the client come back over TCP; over
   * TCP it would promise what is not to be had.
   */
  readonly acceptsTruncated: boolean;
  /** When whoever waits is told that there is no answer; a group that has less time sets it. */
  deadlineMs: number;
  /** Upstreams that may be asked in all. */
  readonly upstreamCount: number;
  /** Sends so far, over all upstreams. Whoever sends counts. */
  sendCount: number;
  /** Sends that there may be: from `SENDS_MAX` to `LOSSY_SENDS_MAX`; 0 once it is answered or closed. */
  sendsMax: number;
  /** The upstream that has rejected EDNS for this question, if one has: it gets the next send without. */
  ednsRejectedBy: unknown;
  /** The socket of the last send over UDP: the next one leaves from another (RFC 5452 §9.2). */
  lastSocket: QuerySource | null;
  /** Whether the next send is to leave from a socket that nothing was sent from before; see `SocketPool.pick`. */
  wantsFreshSocket: boolean;
  /** Whether a truncated reply has come, and the whole of it is asked for over TCP. */
  hasPart: boolean;
  /** Those who are asked for that now: over UDP they would say the same again. `null` as long as nobody has been. */
  wholeFrom: unknown[] | null;
  /**
   * Whether its answer has come, from here or from elsewhere: nobody waits, so nothing more is sent for it, and what a single
   * reply may show is not learned from it any more. Whoever wants a wrong lesson learned would have all the time in the world.
   */
  isAnswered: boolean;
  /** Whether its deadline has passed, and it is only listened whether an answer comes after all: nothing more is sent. */
  isClosed: boolean;
  /** Whether a fallback was asked because nothing had come: what may be a loop has not shown by a failure then. */
  hasMetSilence: boolean;
  /** `null` for a probe, for which nobody waits. */
  owner: RequestOwner | null;
  /** Where what comes of it is written down, see `Client.trace`; `null`, or nothing, nearly always. */
  readonly trace?: Trace | null;
}

/** What else comes in for the request tells that its upstream lives, and nothing more is asked for its sake. */
export function noteAnswered(request: Request): void {
  request.isAnswered = true;
  request.sendsMax = 0;
}

/** Sends that a request has left. */
export function sendsLeft({ sendsMax, sendCount }: Pick<Request, "sendsMax" | "sendCount">): number {
  return sendsMax - sendCount;
}

/**
 * Whether every record of a name is asked for. RFC 8482 §4.4: a server may answer that in full over TCP alone, where the
 * asker's address is its own; such questions come to us over TCP as well, see `Any`.
 */
export function isForAny({ questionOctets }: Request): boolean {
  return uint16At(questionOctets, questionOctets.length - QUESTION_TAIL_OCTETS) === TYPE.ANY;
}

/**
 * The query that goes upstream: a header of our own with the client's RD, AD and CD, the one question, and an OPT record
 * of our own when `withOpt`. Whatever else the client sent stays here: EDNS is hop by hop (RFC 6891 §6.1.1). The ID is
 * the transport's to write.
 *
 * @param traits What it goes over; encrypted, it is padded.
 * @param cookie Data of a COOKIE option (RFC 7873 §4) in the OPT record; empty for none.
 * @param questionOctets The question, if not in the spelling of `request`.
 * @returns A view of octets that the next call overwrites.
 */
export function writeUpstreamQuery(
  request: Request,
  withOpt: boolean,
  { isEncrypted, asksForKeepalive }: Carrier,
  cookie: Uint8Array = NO_COOKIE,
  questionOctets: Uint8Array = request.questionOctets,
): Uint8Array<ArrayBuffer> {
  const { flags, wantsDnssec } = request;
  const optOffset = HEADER_OCTETS + questionOctets.length;
  const cookieOctets = cookie.length === 0 ? 0 : OPTION_HEADER_OCTETS + cookie.length;
  const keepaliveOctets = asksForKeepalive ? OPTION_HEADER_OCTETS : 0;
  const unpaddedOctets = optOffset + BARE_OPT_OCTETS + cookieOctets + keepaliveOctets + OPTION_HEADER_OCTETS;
  const paddingOctets = isEncrypted ? -unpaddedOctets & PADDED_OCTETS - 1 : 0;
  const optionOctets = cookieOctets + keepaliveOctets + (isEncrypted ? OPTION_HEADER_OCTETS + paddingOctets : 0);
  const message = written.first(optOffset + (withOpt ? BARE_OPT_OCTETS + optionOctets : 0));
  // `fill` takes 14 ns, this 5.
  for (let i = 0; i < HEADER_OCTETS; i++) message[i] = 0;
  // RFC 4035 §3.2.2: CD is copied, so that the upstream does not check on behalf of a client that checks by itself.
  // RFC 6840 §5.7: AD says that we understand the AD bit of the reply. Who knows EDNS is always told, so that one answer
  // serves all clients: those who did not ask for the bit do not get it (`finish`).
  putFlags(message, flags & (FLAG.RD | FLAG.AD | FLAG.CD) | (withOpt ? FLAG.AD : 0));
  putUint16(message, QDCOUNT_OFFSET, 1);
  message.set(questionOctets, HEADER_OCTETS);
  if (withOpt) {
    putUint16(message, ARCOUNT_OFFSET, 1);
    putBareOpt(message, optOffset, wantsDnssec, 0);
    if (optionOctets > 0) putUint16(message, optOffset + BARE_OPT_OCTETS - 2, optionOctets);
    let offset = optOffset + BARE_OPT_OCTETS;
    if (cookieOctets > 0) {
      putOptionHeader(message, offset, EDNS_OPTION.COOKIE, cookie.length);
      message.set(cookie, offset + OPTION_HEADER_OCTETS);
      offset += cookieOctets;
    }
    // RFC 7828 §3.2.1: without data it asks how long the connection is kept.
    if (asksForKeepalive) putOptionHeader(message, offset, EDNS_OPTION.TCP_KEEPALIVE, 0);
    if (isEncrypted) {
      putUint16(message, optOffset + OPT_PAYLOAD_OFFSET, STREAM_PAYLOAD_OCTETS);
      offset += keepaliveOctets;
      putOptionHeader(message, offset, EDNS_OPTION.PADDING, paddingOctets);
      // RFC 7830 §3: octets of 0.
      message.fill(0, offset + OPTION_HEADER_OCTETS);
    }
  }
  return message;
}

function putOptionHeader(message: Uint8Array, offset: number, code: number, length: number): void {
  // hot path
  putUint16(message, offset, code);
  putUint16(message, offset + 2, length);
}
