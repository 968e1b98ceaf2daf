import { CLASS, TYPE } from "../../wire/iana.ts";
import type { ResourceRecord } from "../../wire/message.ts";
import { type Name, nameToText } from "../../wire/name.ts";
import { rdataFromText } from "../../wire/text/rdata_text.ts";

/** The SOA record of a denial that is our own: how long it may be remembered (RFC 2308 §3), and that nobody else has said so. */
export function ownSoa(name: Name, ttlSeconds: number): ResourceRecord {
  const text = nameToText(name);
  const rdata = rdataFromText(TYPE.SOA, `${text} nobody.invalid. 1 3600 1200 604800 ${ttlSeconds}`);
  return { name, type: TYPE.SOA, class: CLASS.IN, ttl: ttlSeconds, rdata };
}
