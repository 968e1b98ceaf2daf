import { BARE_OPT_OCTETS, DO_FLAG, EDNS_VERSION } from "../wire/edns.ts";
import { FLAG, HEADER_OCTETS, rcodeOf } from "../wire/header.ts";
import { EDE, RCODE, TYPE } from "../wire/iana.ts";
import { putFlags, putUint16 } from "../wire/patch.ts";
import { MessageScan } from "../wire/scan.ts";
import type { Upstream } from "../upstream/upstream.ts";
import { UpstreamError } from "../upstream/upstream_error.ts";
import { ownReply } from "./own_reply.ts";
import type { Query } from "./query.ts";
import type { Reply, Resolver } from "./resolver.ts";

/** Asks the upstream. Its records come back as they are, undecoded: unknown types pass bit for bit (RFC 3597 §3). */
export class Forward implements Resolver {
  readonly #upstream: Upstream;

  /** Asks `upstream` for every query. */
  constructor({ upstream }: { upstream: Upstream }) {
    this.#upstream = upstream;
  }

  /** See `Resolver`. */
  resolve(query: Query): Promise<Reply> {
    return this.#forward(query);
  }

  async #forward(query: Query): Promise<Reply> {
    try {
      const reply = await this.#exchange(query);
      const scan = new MessageScan();
      scan.scan(reply);
      if (scan.extendedRcode !== 0) {
        // Extended RCODEs (BADVERS, BADCOOKIE) speak of the hop between us and the upstream; the client has no part in it.
        return this.#failure(query, EDE.OTHER, `${this.#upstream.name} rejects our EDNS`);
      }
      // A bare header says no more than its RCODE; the client gets that with its question.
      return scan.questionCount === 1 ? reply : ownReply(query, {
        rcode: scan.rcode,
        recursionAvailable: (scan.flags & FLAG.RA) !== 0,
        withQuestion: true,
      });
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      return this.#failure(query, error.infoCode, error.message);
    }
  }

  async #exchange(query: Query): Promise<Reply> {
    const reply = await this.#upstream.exchange(writeUpstreamQuery(query, query.scan.hasOpt), query.deadlineMs);
    if (!query.scan.hasOpt || !isEdnsRejection(reply)) return reply;
    // RFC 6891 §7: a server that does not know EDNS says FORMERR or NOTIMP; it may well answer without.
    return await this.#upstream.exchange(writeUpstreamQuery(query, false), query.deadlineMs);
  }

  #failure(query: Query, infoCode: number, text: string): Reply {
    query.extendedErrors.push({ infoCode, text });
    return ownReply(query, { rcode: RCODE.SERVFAIL, recursionAvailable: true, withQuestion: true });
  }
}

/**
 * The query that goes upstream: a header of our own with the client's RD, AD and CD, the one question, and an OPT record
 * of our own when `withOpt`. Whatever else the client sent stays here: EDNS is hop by hop (RFC 6891 §6.1.1).
 */
function writeUpstreamQuery(query: Query, withOpt: boolean): Uint8Array<ArrayBuffer> {
  const question = query.questionOctets;
  const optOffset = HEADER_OCTETS + question.length;
  const message = new Uint8Array(optOffset + (withOpt ? BARE_OPT_OCTETS : 0));
  // RFC 4035 §3.2.2: CD is copied, so that the upstream does not check on behalf of a client that checks by itself.
  putFlags(message, query.scan.flags & (FLAG.RD | FLAG.AD | FLAG.CD));
  putUint16(message, 4, 1);
  message.set(question, HEADER_OCTETS);
  if (withOpt) {
    putUint16(message, 10, 1);
    putUint16(message, optOffset + 1, TYPE.OPT);
    // What the client can take is what is asked for: then the upstream cuts where a cut is needed, and says so.
    putUint16(message, optOffset + 3, query.replyOctetsMax);
    message[optOffset + 6] = EDNS_VERSION;
    putUint16(message, optOffset + 7, query.scan.wantsDnssec ? DO_FLAG : 0);
  }
  return message;
}

function isEdnsRejection(reply: Reply): boolean {
  const rcode = rcodeOf((reply[2]! << 8) | reply[3]!);
  return rcode === RCODE.FORMERR || rcode === RCODE.NOTIMP;
}
