import { TYPE } from "../wire/iana.ts";
import { type NameNumbers, ROOT_NUMBER } from "./records/name_numbers.ts";
import { isLeading, isServiceBinding, leadsTo } from "./records/roles.ts";
import type { SentRecord } from "./records/sent_record.ts";

/** What `keepAdditionals` needs to know of the message. */
export interface Leads {
  /** Its names. */
  readonly names: NameNumbers;
  /** The names in a record's RDATA. */
  readonly targetsOf: (record: SentRecord) => number[];
}

/**
 * The additional records that the other sections lead to, and those that these lead to in turn: an SRV record to its
 * host's addresses, a PTR record of a service (RFC 6763 §12.1) to the SRV record that does so. Each is looked at once.
 *
 * @param answers What was kept of the answer section. Its CNAME records lead to answers, to nothing here.
 */
export function keepAdditionals(
  records: readonly SentRecord[],
  answers: readonly SentRecord[],
  authorities: readonly SentRecord[],
  { names, targetsOf }: Leads,
  wantsDnssec: boolean,
): SentRecord[] {
  if (records.every(isOpt)) return [...records];
  const byHost = Map.groupBy(records, (record) => hostOf(record, names));
  const leading = [...answers.filter(({ type }) => type !== TYPE.CNAME), ...authorities];
  const kept = new Set<SentRecord>();
  const seen = new Set<string>();
  for (const record of leading) {
    if (!isLeading(record.type)) continue;
    for (const target of targetsOf(record)) {
      const host = target === ROOT_NUMBER && isServiceBinding(record.type) ? record.owner : target;
      // Hundreds of records may name one host that has hundreds of addresses.
      const step = String.fromCharCode(record.type, host);
      if (seen.has(step)) continue;
      seen.add(step);
      for (const additional of byHost.get(host) ?? []) {
        if (kept.has(additional) || !leadsTo(record.type, additional.role)) continue;
        kept.add(additional);
        leading.push(additional);
      }
    }
  }
  return records.filter((record) => {
    return isOpt(record) || (kept.has(record) && (wantsDnssec || record.type !== TYPE.RRSIG));
  });
}

/** Whether a record is about the message (RFC 6891 §6.1.1), not of it. */
function isOpt({ type }: SentRecord): boolean {
  return type === TYPE.OPT;
}

/** The owner, or of TLSA the host that it is about: `_25._tcp.mail.example` says how to reach `mail.example` (RFC 6698 §3). */
function hostOf({ role, owner, offset }: SentRecord, names: NameNumbers): number {
  return role === TYPE.TLSA ? names.hostOfService(offset) : owner;
}
