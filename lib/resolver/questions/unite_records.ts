import { trueTtl } from "../../response/records/ttl.ts";
import { TYPE } from "../../wire/iana.ts";
import type { ResourceRecord } from "../../wire/message.ts";
import { recordKey, rrsetKey } from "../../wire/rdata/rrset_key.ts";

/**
 * One section out of those of several messages: drops repeated records (same owner, class, type and RDATA) and gives each
 * RRset its lowest TTL.
 */
export function uniteRecords(records: readonly ResourceRecord[]): ResourceRecord[] {
  const lowestTtls = new Map<string, number>();
  const distinct = new Map<string, ResourceRecord>();
  for (const record of records) {
    const rrset = rrsetKey(record);
    lowestTtls.set(rrset, Math.min(lowestTtls.get(rrset) ?? Infinity, trueTtl(record.ttl)));
    const key = recordKey(record);
    if (!distinct.has(key)) distinct.set(key, record);
  }
  return [...distinct.values()].map((record) => ({ ...record, ttl: lowestTtls.get(rrsetKey(record))! }));
}

/**
 * Whether a record speaks of one message on one hop: it does not go into another message (RFC 6891 §6.1.1,
 * RFC 8945 §5.1).
 */
export function isOfOneHop({ type }: ResourceRecord): boolean {
  return type === TYPE.OPT || type === TYPE.TSIG || type === TYPE.SIG;
}
