import { TYPE } from "../iana.ts";
import type { ResourceRecord } from "../message.ts";
import { keyOfName } from "../name.ts";
import { canonicalRdata } from "./rdata.ts";
import { uint16At } from "../octets.ts";

/** A text that is the same for the records of one RRset, and different for those of different ones. */
export function rrsetKey({ name, type, class: rrclass, rdata }: ResourceRecord): string {
  // RFC 4034 §3: RRSIGs do not form one RRset; each belongs to the type that it covers.
  const covered = type === TYPE.RRSIG ? uint16At(rdata, 0) : 0;
  return `${type} ${covered} ${rrclass} ${keyOfName(name)}`;
}

/** A text that is the same for equal records (RFC 2181 §5): owner, class, type and RDATA, TTLs aside. */
export function recordKey(record: ResourceRecord): string {
  return `${rrsetKey(record)} ${canonicalRdata(record.type, record.rdata).toHex()}`;
}
