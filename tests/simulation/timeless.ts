import { TYPE } from "../../lib/wire/iana.ts";
import type { Message, ResourceRecord } from "../../lib/wire/message.ts";
import { foldCase, nameFromText } from "../../lib/wire/name.ts";

/** A message whose TTLs are all 0, for comparing what was said at different times. The OPT record has none. */
export function timeless(message: Message): Message {
  return {
    ...message,
    answers: message.answers.map(timelessRecord),
    authorities: withoutCopies(message.authorities.map(timelessRecord)),
    additionals: message.additionals.map(timelessRecord),
  };
}

/** A record whose TTL is 0; and so is what an SOA record of our own says of its time, which is the same. */
export function timelessRecord(record: ResourceRecord): ResourceRecord {
  if (record.type === TYPE.OPT) return record;
  const { rdata } = record;
  const isOurs = record.type === TYPE.SOA && rdata.toHex().includes(NOBODY);
  return { ...record, ttl: 0, rdata: isOurs ? new Uint8Array([...rdata.subarray(0, -4), 0, 0, 0, 0]) : rdata };
}

const NOBODY = nameFromText("nobody.invalid.").toHex();

/** SOA records of our own that say of their time what differs are one when it does not count: those of a merged reply, say. */
function withoutCopies(records: readonly ResourceRecord[]): ResourceRecord[] {
  const own = new Set<string>();
  return records.filter(({ type, name, rdata }) => {
    if (type !== TYPE.SOA || !rdata.toHex().includes(NOBODY)) return true;
    const key = `${foldCase(name).toHex()} ${foldCase(rdata).toHex()}`;
    return !own.has(key) && own.add(key);
  });
}

/** A TTL with its top bit set is 0 (RFC 2181 §8). */
export function ttlOf({ ttl }: ResourceRecord): number {
  return ttl > 0x7fff_ffff ? 0 : ttl;
}
