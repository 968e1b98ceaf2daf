import { TYPE } from "../wire/iana.ts";
import type { ResourceRecord } from "../wire/message.ts";
import type { Name } from "../wire/name.ts";
import { rdataNames } from "../wire/rdata/rdata.ts";
import { hostOfServiceKey, keyOf } from "./name_keys.ts";
import { isServiceBinding, leadsTo, typeOf } from "./roles.ts";

/**
 * The additional records that the other sections lead to, and those that these lead to in turn: an SRV record to its
 * host's addresses, a PTR record of a service (RFC 6763 §12.1) to the SRV record that does so. Each is looked at once.
 *
 * @param answers What was kept of the answer section. Its CNAME records lead to answers, to nothing here.
 */
export function keepAdditionals(
  records: readonly ResourceRecord[],
  answers: readonly ResourceRecord[],
  authorities: readonly ResourceRecord[],
  wantsDnssec: boolean,
): ResourceRecord[] {
  if (records.every(isOpt)) return [...records];
  const byHost = Map.groupBy(records, hostKeyOf);
  const leading = [...answers.filter(({ type }) => type !== TYPE.CNAME), ...authorities];
  const kept = new Set<ResourceRecord>();
  const seen = new Set<string>();
  for (const record of leading) {
    for (const key of targetsOf(record).map(keyOf)) {
      // Hundreds of records may name one host that has hundreds of addresses.
      const step = `${record.type} ${key}`;
      if (seen.has(step)) continue;
      seen.add(step);
      for (const additional of byHost.get(key) ?? []) {
        if (kept.has(additional) || !leadsTo(record.type, typeOf(additional))) continue;
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
export function isOpt({ type }: ResourceRecord): boolean {
  return type === TYPE.OPT;
}

/** The names in an RDATA. */
function targetsOf({ name, type, rdata }: ResourceRecord): Name[] {
  const names = rdataNames(type, rdata);
  return isServiceBinding(type) && names[0]!.length === 1 ? [name] : names;
}

/** The owner, or of TLSA the host that it is about: `_25._tcp.mail.example` says how to reach `mail.example` (RFC 6698 §3). */
function hostKeyOf(record: ResourceRecord): string {
  const key = keyOf(record.name);
  return typeOf(record) === TYPE.TLSA ? hostOfServiceKey(key) ?? key : key;
}
