import { writeOpt } from "../../lib/wire/edns/edns.ts";
import { HEADER_OCTETS, headerFromFlags } from "../../lib/wire/header.ts";
import { CLASS, EDNS_OPTION, TYPE } from "../../lib/wire/iana.ts";
import { encode } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { CLIENT_COOKIE, type Dress } from "../common/workloads.ts";
import { freshName } from "../common/zone.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** What a client asks, one query after the other. */
export interface Queries {
  /** The next one, with ID 0. It is overwritten by whoever sends it, and by the next one. */
  next(): Octets;
}

/** What dig advertises (BIND 9.18). */
const PAYLOAD_OCTETS = 1232;
/** Digits of a fresh name's number. */
const DIGITS = 8;
const ZERO = 0x30;
const NINE = 0x39;

/** A query for the address of `name`, with RD and ID 0. */
export function queryFor(name: string, dress: Dress): Octets {
  const opt = {
    udpPayloadOctets: PAYLOAD_OCTETS,
    extendedRcode: 0,
    version: 0,
    wantsDnssec: true,
    options: [{ code: EDNS_OPTION.COOKIE, data: Uint8Array.fromHex(CLIENT_COOKIE) }],
  };
  return encode({
    ...headerFromFlags(0, 0),
    recursionDesired: true,
    isAuthenticData: dress === "dig",
    questions: [{ name: nameFromText(name), type: TYPE.A, class: CLASS.IN }],
    answers: [],
    authorities: [],
    additionals: dress === "dig" ? [writeOpt(opt)] : [],
  });
}

/** Asks for `names` again and again, in their order. */
export function repeatedQueries(names: readonly string[], dress: Dress): Queries {
  const queries = names.map((name) => queryFor(name, dress));
  let at = -1;
  return {
    next: () => {
      at = (at + 1) % queries.length;
      return queries[at]!;
    },
  };
}

/** Asks for names of the wildcard that are all different, and all of one length. */
export function freshQueries(series: string, dress: Dress): Queries {
  const query = queryFor(freshName(`${series}${"0".repeat(DIGITS - 1)}`, 0), dress);
  // Behind the header and the octet that says how long the first label is.
  const lastDigit = HEADER_OCTETS + series.length + DIGITS;
  return {
    next: () => {
      let at = lastDigit;
      while (query[at] === NINE) query[at--] = ZERO;
      query[at]!++;
      return query;
    },
  };
}
