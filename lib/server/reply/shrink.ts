import { BARE_OPT_OCTETS, PLAIN_UDP_OCTETS } from "../../wire/edns/edns.ts";
import { ARCOUNT_OFFSET } from "../../wire/header.ts";
import { putUint16, uint16At } from "../../wire/octets.ts";
import { MessageScan } from "../../wire/scan.ts";
import { withoutOpt } from "../../wire/edns/without_opt.ts";
import { truncate } from "./truncate.ts";

/** Used anew for each reply. */
const scan = new MessageScan();

/**
 * A finished reply again, in fewer octets: cut to the 512 that every server and path has to carry (RFC 1035 §4.2.1), and
 * when it has no more than these already, to its question. RFC 9715 §3.1: "If the UDP responder detects an immediate error
 * indicating that the UDP packet exceeds the path MTU size, the UDP responder may recreate response packets that fit in the
 * path MTU size, or with the TC bit set."
 *
 * @param reply Not to be used afterwards.
 * @returns `null` when nothing is left to cut.
 */
export function shrink(reply: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  scan.scan(reply);
  const { hasOpt, optOffset, optEnd, questionsEnd } = scan;
  const isLarge = reply.length > PLAIN_UDP_OCTETS;
  // Options are a courtesy where there is hardly room for a question.
  const opt = hasOpt ? reply.slice(optOffset, isLarge ? optEnd : optOffset + BARE_OPT_OCTETS) : NO_OPT;
  if (hasOpt && !isLarge) putUint16(opt, BARE_OPT_OCTETS - 2, 0);
  const limitOctets = isLarge ? PLAIN_UDP_OCTETS - opt.length : questionsEnd;
  const body = withoutOpt(reply, scan);
  if (body === null || limitOctets < questionsEnd) return null;
  const cut = truncate(body, limitOctets);
  if (cut.length + opt.length >= reply.length) return null;
  const smaller = new Uint8Array(cut.length + opt.length);
  smaller.set(cut);
  smaller.set(opt, cut.length);
  if (hasOpt) putUint16(smaller, ARCOUNT_OFFSET, uint16At(smaller, ARCOUNT_OFFSET) + 1);
  return smaller;
}

const NO_OPT = new Uint8Array(0);
