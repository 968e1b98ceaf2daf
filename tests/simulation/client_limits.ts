import { BARE_OPT_OCTETS, OPTION_HEADER_OCTETS } from "../../lib/wire/edns/edns.ts";
import { EDNS_OPTION } from "../../lib/wire/iana.ts";
import type { Message } from "../../lib/wire/message.ts";
import { ednsOf } from "../support/messages.ts";

/** How a query came. */
export type Transport = "udp" | "tcp";

/** The most octets that a client takes: over UDP 512 without OPT, else what it says, in bounds (RFC 6891 §6.2.3). */
export function replyOctetsMax(query: Message, transport: Transport): number {
  if (transport === "tcp") return 65_535;
  const edns = ednsOf(query);
  return edns === null ? 512 : Math.min(1232, Math.max(512, edns.udpPayloadOctets));
}

/** What of the client's limit is left when our OPT record has its place, with the cookie for who sent one, and an empty list of types. */
export function bodyOctetsMax(query: Message, transport: Transport): number {
  const edns = ednsOf(query);
  if (edns === null) return replyOctetsMax(query, transport);
  const asksTypes = edns.options.some(({ code }) => code === EDNS_OPTION.MQTYPE_QUERY);
  return replyOctetsMax(query, transport) - BARE_OPT_OCTETS - (hasCookie(query) ? COOKIE_OCTETS : 0) -
    (asksTypes ? OPTION_HEADER_OCTETS : 0);
}

/** Option code and length, client cookie, server cookie (RFC 9018 §4). */
const COOKIE_OCTETS = 4 + 8 + 16;

/** Whether a message has a COOKIE option. */
export function hasCookie(message: Message): boolean {
  return ednsOf(message)?.options.some(({ code }) => code === EDNS_OPTION.COOKIE) ?? false;
}
