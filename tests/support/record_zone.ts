import { CLASS, RCODE, TYPE } from "../../lib/wire/iana.ts";
import { isSameName } from "../../lib/wire/name.ts";
import { record, records } from "./messages.ts";
import type { Zone } from "./scripted_upstream.ts";

const SOA = record("example.org 300 IN SOA ns.example.org hostmaster.example.org 1 7200 3600 86400 300");

/**
 * A zone out of records, see `record`: names and types that are not among them do not exist, which the SOA record of
 * example.org tells. Aliases are not followed.
 */
export function recordZone(...lines: readonly string[]): Zone {
  const all = records(...lines);
  return ({ name, type, class: qclass }) => {
    const named = all.filter((one) => isSameName(one.name, name) && qclass === CLASS.IN);
    const answers = named.filter((one) => one.type === type || one.type === TYPE.CNAME).map((one) => ({
      ...one,
      name,
    }));
    return {
      rcode: named.length === 0 ? RCODE.NXDOMAIN : RCODE.NOERROR,
      answers,
      authorities: answers.length === 0 ? [SOA] : [],
      additionals: [],
      isTruncated: false,
      isAuthenticData: false,
    };
  };
}
