import { TYPE } from "../../wire/iana.ts";

const ADDRESSES = [TYPE.A, TYPE.AAAA];
/** RFC 9460 §4.2: what an alias leads to, and what a service needs. */
const SERVICE = [...ADDRESSES, TYPE.CNAME, TYPE.SVCB, TYPE.HTTPS, TYPE.TLSA];

/** Of which types the records are useful that stand at the name in an RDATA, by its type. */
const LED_TO: ReadonlyMap<number, readonly number[]> = new Map<number, readonly number[]>([
  [TYPE.NS, ADDRESSES], // RFC 1035 §3.3.11
  [TYPE.MD, ADDRESSES],
  [TYPE.MF, ADDRESSES],
  [TYPE.MB, ADDRESSES],
  [TYPE.MX, [...ADDRESSES, TYPE.TLSA]], // RFC 1035 §3.3.9, RFC 7672 §3.1
  [TYPE.PTR, [TYPE.SRV, TYPE.TXT]], // RFC 6763 §12.1
  [TYPE.AFSDB, ADDRESSES], // RFC 1183 §1
  [TYPE.RT, [...ADDRESSES, TYPE.X25, TYPE.ISDN]], // RFC 1183 §3.3
  [TYPE.SRV, [...ADDRESSES, TYPE.TLSA]], // RFC 2782, RFC 7673 §3.1
  [TYPE.NAPTR, [...ADDRESSES, TYPE.SRV, TYPE.NAPTR]], // RFC 3403 §4.1
  [TYPE.KX, ADDRESSES], // RFC 2230 §3.1
  [TYPE.SVCB, SERVICE],
  [TYPE.HTTPS, SERVICE],
  [TYPE.CNAME, SERVICE],
  [TYPE.LP, [TYPE.L32, TYPE.L64]], // RFC 6742 §2.4
]);

/** Whether a record of this type leads to additional records at all. */
export function isLeading(type: number): boolean {
  return LED_TO.has(type);
}

/** Whether an additional record of type `additional` is of use at the name that a record of type `leading` names. */
export function leadsTo(leading: number, additional: number): boolean {
  return LED_TO.get(leading)?.includes(additional) ?? false;
}

/** Whether the root for a target stands for the owner (RFC 9460 §2.5). */
export function isServiceBinding(type: number): boolean {
  return type === TYPE.SVCB || type === TYPE.HTTPS;
}

/** What stands in an authority section to prove something with its signature (RFC 4035 §3.1.3, §3.1.4, RFC 5155 §7.2). */
export function isProofType(type: number): boolean {
  return type === TYPE.NSEC || type === TYPE.NSEC3 || type === TYPE.DS;
}

/** What an authority section says about a zone: where it begins, and who serves it. */
export function isZoneType(type: number): boolean {
  return type === TYPE.SOA || type === TYPE.NS;
}

/** RFC 6895 §3.1: questions for records of several types (ANY, MAILB, …). */
export function isMetaType(qtype: number): boolean {
  return qtype >= 128 && qtype <= 255;
}
