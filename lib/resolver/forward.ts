import { BARE_OPT_OCTETS, type ExtendedError, readExtendedError, readOpt } from "../wire/edns.ts";
import { EDE, RCODE, rcodeToText, TYPE } from "../wire/iana.ts";
import { ROOT } from "../wire/name.ts";
import { MessageScan } from "../wire/scan.ts";
import { isUseful } from "../upstream/reply_kind.ts";
import type { Upstreams } from "../upstream/upstreams.ts";
import { UpstreamError } from "../upstream/upstream_error.ts";
import { ownReply } from "./own_reply.ts";
import type { Query } from "./query.ts";
import { keepRelevant } from "./relevance.ts";
import type { Reply, Resolver } from "./resolver.ts";

/** A reply may be so much larger than what the client can take: it is compressed and cut to size. */
const USEFUL_SHARE = 4;
/** So many extended errors of an upstream are passed on, and so much of their texts. */
const ERRORS_MAX = 4;
const ERROR_TEXT_MAX = 120;

/** Used anew for each reply. */
const scan = new MessageScan();

/** Asks the upstreams. Their records come back as they are, undecoded: unknown types pass bit for bit (RFC 3597 §3). */
export class Forward implements Resolver {
  readonly #upstreams: Upstreams;

  /** Asks `upstream` for every query. */
  constructor({ upstreams }: { upstreams: Upstreams }) {
    this.#upstreams = upstreams;
  }

  /** See `Resolver`. */
  resolve(query: Query): Promise<Reply> {
    return this.#forward(query);
  }

  async #forward(query: Query): Promise<Reply> {
    try {
      const { reply, upstream } = await this.#upstreams.exchange({
        questionOctets: query.questionOctets,
        flags: query.scan.flags,
        wantsDnssec: query.scan.wantsDnssec,
        usefulOctetsMax: USEFUL_SHARE * query.replyOctetsMax,
        deadlineMs: query.deadlineMs,
        sendCount: 0,
      });
      scan.scan(reply);
      if (scan.extendedRcode !== 0) {
        // Extended RCODEs (BADVERS, BADCOOKIE) speak of the hop between us and the upstream; the client has no part in it.
        return this.#failure(query, EDE.OTHER, `${upstream.name} rejects our EDNS`);
      }
      if (scan.rcode === RCODE.FORMERR || scan.rcode === RCODE.NOTIMP) {
        // The query was ours, and the client's was well-formed: the fault is between us and the upstream.
        return this.#failure(query, EDE.OTHER, `${upstream.name} does not understand the query`);
      }
      // One upstream's refusal is its own to explain; that none of several did better is ours.
      if (!isUseful(reply) && this.#upstreams.members.length > 1) {
        const text = `No upstream has an answer, ${upstream.name} says ${rcodeToText(scan.rcode)}`;
        query.extendedErrors.push({ infoCode: EDE.NO_REACHABLE_AUTHORITY, text });
      }
      if (scan.hasOpt) query.extendedErrors.push(...extendedErrorsOf(reply));
      return keepRelevant(reply);
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      return this.#failure(query, error.infoCode, error.message);
    }
  }

  #failure(query: Query, infoCode: number, text: string): Reply {
    query.extendedErrors.push({ infoCode, text });
    return ownReply(query, { rcode: RCODE.SERVFAIL, recursionAvailable: true, withQuestion: true });
  }
}

/** The upstream's extended errors (RFC 8914 §3: a forwarder may pass them on), cut to what a client can use. */
function extendedErrorsOf(reply: Reply): ExtendedError[] {
  if (scan.optEnd - scan.optOffset <= BARE_OPT_OCTETS) return [];
  const rdata = reply.slice(scan.optOffset + BARE_OPT_OCTETS, scan.optEnd);
  const { options } = readOpt({ name: ROOT, type: TYPE.OPT, class: scan.udpPayloadOctets, ttl: 0, rdata });
  const errors = options.map(readExtendedError).filter((error) => error !== null).slice(0, ERRORS_MAX);
  return errors.map(({ infoCode, text }) => ({ infoCode, text: text.slice(0, ERROR_TEXT_MAX) }));
}
