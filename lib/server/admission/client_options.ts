import type { Query } from "../../resolver/query.ts";
import { EDNS_VERSION, type EdnsOption } from "../../wire/edns/edns.ts";
import { findOption, NO_OPTION } from "../../wire/edns/find_options.ts";
import { EDE, EDNS_OPTION, RCODE } from "../../wire/iana.ts";
import { OPT_FAULT } from "../../wire/scan.ts";
import { uint16At } from "../../wire/octets.ts";
import { ENCRYPTED_IDLE_TIMEOUT_MS, IDLE_TIMEOUT_MS } from "../limits.ts";
import { MALFORMED, readOtherTypes } from "./multi_qtype_option.ts";
import { CLIENT_COOKIE_OCTETS, isCookieLength, type ServerCookies } from "./server_cookies.ts";

/** RFC 7828 §3.1: the idle timeout, "in units of 100 milliseconds". */
const KEEPALIVE = keepaliveOption(IDLE_TIMEOUT_MS);
const ENCRYPTED_KEEPALIVE = keepaliveOption(ENCRYPTED_IDLE_TIMEOUT_MS);

/**
 * Acts on the options of a client's OPT record, where there is one that can be read, whatever else is wrong with the
 * message: notes on the query what the reply's OPT has to say, and whether the client brought a good cookie. All other
 * options are ignored (RFC 6891 §6.1.2), repeated ones too. Nothing of them goes upstream.
 *
 * @returns The RCODE that the options call for, if nothing else is wrong: NOERROR, FORMERR or BADCOOKIE.
 */
export function takeClientOptions(query: Query, cookies: ServerCookies): number {
  const { wire, scan, client } = query;
  // hot path
  if (!scan.hasOptions) return RCODE.NOERROR;
  // What the options of a later version mean is not for us to say.
  if (scan.optFault !== OPT_FAULT.none || scan.ednsVersion > EDNS_VERSION) return RCODE.NOERROR;
  // RFC 7828 §3.2.1: a server "MUST ignore" the option when it comes over UDP.
  if (client.usesKeepalive && findOption(wire, scan, EDNS_OPTION.TCP_KEEPALIVE) !== NO_OPTION) {
    query.reply.options = [...query.reply.options, client.isEncrypted ? ENCRYPTED_KEEPALIVE : KEEPALIVE];
  }
  // RFC 7873 §5.2: of several COOKIE options only the first counts.
  const cookie = findOption(wire, scan, EDNS_OPTION.COOKIE);
  return cookie === NO_OPTION ? RCODE.NOERROR : takeCookie(query, cookie, cookies);
}

function keepaliveOption(timeoutMs: number): EdnsOption {
  const units = timeoutMs / 100;
  return { code: EDNS_OPTION.TCP_KEEPALIVE, data: Uint8Array.of(units >> 8, units & 0xff) };
}

function takeCookie(query: Query, cookieOffset: number, cookies: ServerCookies): number {
  // hot path
  const cookieOctets = uint16At(query.wire, cookieOffset - 2);
  // RFC 7873 §5.2.2: "the response to the request MUST be a FORMERR"
  if (!isCookieLength(cookieOctets)) return reject(query, "The COOKIE option is malformed");
  const { octets } = query.client;
  if (octets === null) return RCODE.NOERROR;
  const isValid = cookies.judge(query.wire, cookieOffset, cookieOctets, octets);
  query.hasValidCookie = isValid;
  query.reply.addCookie(cookies.reply);
  // RFC 7873 §5.4: a query without questions asks about its cookie alone. With a question, a cookie that is not good is
  // as none (§5.2.4): behind changing addresses it would only cost a round trip more.
  const asksAboutCookie = query.scan.questionCount === 0 && cookieOctets > CLIENT_COOKIE_OCTETS;
  return asksAboutCookie && !isValid ? RCODE.BADCOOKIE : RCODE.NOERROR;
}

/**
 * Notes on the query which other types it asks for (RFC 10029), and that the reply must list those that it answers.
 *
 * @param query Its message is good.
 * @returns NOERROR or FORMERR.
 */
export function takeOtherTypes(query: Query): number {
  const types = readOtherTypes(query);
  if (types === null) return RCODE.NOERROR;
  if (types === MALFORMED) return reject(query, "The MQTYPE-Query option is malformed");
  query.otherTypes = types;
  // RFC 10029 §3.4: the response has the option, "even if that response is truncated": it shows that we know it.
  query.reply.options = [...query.reply.options, { code: EDNS_OPTION.MQTYPE_RESPONSE, data: new Uint8Array(0) }];
  return RCODE.NOERROR;
}

function reject(query: Query, text: string): number {
  query.reply.extendedErrors.push({ infoCode: EDE.OTHER, text });
  return RCODE.FORMERR;
}
