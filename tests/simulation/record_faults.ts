import { TYPE } from "../../lib/wire/iana.ts";
import type { Message } from "../../lib/wire/message.ts";
import { RDATA_FIELDS } from "../../lib/wire/rdata/rdata_fields.ts";
import { recordToText } from "../../lib/wire/text/record_text.ts";
import { MessageScan, skipName } from "../../lib/wire/scan.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { ednsOf } from "../support/messages.ts";
import { askedQuestions } from "./types_check.ts";

/** What no record of a reply may be, whatever an upstream has sent. */
export function recordFaults(reply: Uint8Array, message: Message, query: Message): string[] {
  const records = [...message.answers, ...message.authorities, ...message.additionals];
  const octetsOf = rdataOctets(reply, records.length);
  // RFC 3597 §4: what takes fewer octets than its names in full is compressed.
  const compressed = records.filter(({ type, rdata }, i) => {
    return !RDATA_FIELDS.get(type)?.includes("compressibleName") && octetsOf[i] !== rdata.length;
  }).map((record) => `has a compressed name in ${recordToText(record)} [3597_02]`);
  if (ednsOf(query)?.wantsDnssec ?? false) return compressed;
  const asked = askedQuestions(query).map(({ type }) => type);
  const isAsked = (type: number) => asked.includes(type) || asked.includes(TYPE.ANY);
  const unasked = records.filter(({ type }) => PROOFS.includes(type) && !isAsked(type))
    .map((record) => `has a proof that nobody has asked for: ${recordToText(record)} [4035_02]`);
  return [...compressed, ...unasked];
}

const PROOFS: readonly number[] = [TYPE.RRSIG, TYPE.NSEC, TYPE.NSEC3];

/** RDLENGTH of each record. */
function rdataOctets(reply: Uint8Array, count: number): number[] {
  const scan = new MessageScan();
  scan.scan(reply);
  let offset = scan.questionsEnd;
  return Array.from({ length: count }, () => {
    const head = skipName(reply, offset, reply.length, reply.length);
    const octets = uint16At(reply, head + 8);
    offset = head + 10 + octets;
    return octets;
  });
}
