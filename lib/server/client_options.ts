import { unmappedIp } from "../base/cidr.ts";
import { parseIp } from "../base/ip.ts";
import type { Query } from "../resolver/query.ts";
import { BARE_OPT_OCTETS, type EdnsOption } from "../wire/edns.ts";
import { EDNS_OPTION, RCODE } from "../wire/iana.ts";
import { uint16At } from "../wire/scan.ts";
import { CLIENT_COOKIE_OCTETS, isCookieLength, type ServerCookies } from "./server_cookies.ts";
import { IDLE_TIMEOUT_MS } from "./stream_session.ts";

/** RFC 7828 §3.1: the idle timeout, "in units of 100 milliseconds". */
const KEEPALIVE: EdnsOption = {
  code: EDNS_OPTION.TCP_KEEPALIVE,
  data: Uint8Array.of((IDLE_TIMEOUT_MS / 100) >> 8, (IDLE_TIMEOUT_MS / 100) & 0xff),
};

/**
 * Acts on the options of a client's OPT record: notes on the query what the reply's OPT has to say, and whether the client
 * brought a good cookie. All others are ignored (RFC 6891 §6.1.2), repeated ones too. Nothing of them goes upstream.
 *
 * @param query Its message is readable.
 * @returns The RCODE that the options call for: NOERROR, FORMERR or BADCOOKIE.
 */
export function takeClientOptions(query: Query, cookies: ServerCookies): number {
  const { wire, scan, client } = query;
  if (!scan.hasOpt || scan.optEnd === scan.optOffset + BARE_OPT_OCTETS) return RCODE.NOERROR;
  // RFC 7828 §3.2.1: a server "MUST ignore" the option when it comes over UDP.
  if (client.transport === "tcp" && findOption(query, EDNS_OPTION.TCP_KEEPALIVE) !== NOT_FOUND) {
    query.replyOptions = [KEEPALIVE];
  }
  const offset = findOption(query, EDNS_OPTION.COOKIE);
  if (offset === NOT_FOUND) return RCODE.NOERROR;
  const cookie = wire.subarray(offset + 4, offset + 4 + uint16At(wire, offset + 2));
  // RFC 7873 §5.2.2: "the response to the request MUST be a FORMERR"
  return isCookieLength(cookie.length) ? takeCookie(query, cookie, cookies) : RCODE.FORMERR;
}

function takeCookie(query: Query, cookie: Uint8Array<ArrayBuffer>, cookies: ServerCookies): number {
  const clientIp = parseIp(query.client.hostname);
  if (clientIp === null) return RCODE.NOERROR;
  const { isValid, reply } = cookies.judge(cookie, unmappedIp(clientIp));
  query.hasValidCookie = isValid;
  query.replyOptions = [...query.replyOptions, { code: EDNS_OPTION.COOKIE, data: reply }];
  // RFC 7873 §5.4: a query without questions asks about its cookie alone. With a question, a cookie that is not good is
  // as none (§5.2.4): behind changing addresses it would only cost a round trip more.
  const asksAboutCookie = query.scan.questionCount === 0 && cookie.length > CLIENT_COOKIE_OCTETS;
  return asksAboutCookie && !isValid ? RCODE.BADCOOKIE : RCODE.NOERROR;
}

const NOT_FOUND = -1;

/**
 * Offset of the first option with this code, or -1. RFC 7873 §5.2: of several COOKIE options only the first counts.
 * The scan has seen that all options fit.
 */
function findOption({ wire, scan }: Query, code: number): number {
  for (let offset = scan.optOffset + BARE_OPT_OCTETS; offset < scan.optEnd; offset += 4 + uint16At(wire, offset + 2)) {
    if (uint16At(wire, offset) === code) return offset;
  }
  return NOT_FOUND;
}
