import { TYPE } from "../wire/iana.ts";
import { isSameName, type Name } from "../wire/name.ts";
import { type Known, knownIn, type LocalOrigin, type LocalRrdata } from "./local_source.ts";
import { wildcardOf } from "./name_parts.ts";
import type { RecordSource } from "./record_source.ts";

/** A domain all of whose names are told here. */
export interface ZoneHere {
  /** Its name. */
  readonly apex: Name;
  /** What says so. */
  readonly origin: LocalOrigin;
}

/** The nearest domain all of whose names are told here: the local domain, and what is below a wildcard's. */
export function zoneOf(name: Name, domain: Name | null, sources: readonly RecordSource[]): ZoneHere | null {
  for (let at = 0; at < name.length; at += 1 + name[at]!) {
    const above = name.subarray(at) as Name;
    if (domain !== null && isSameName(above, domain)) return { apex: domain, origin: OF_DOMAIN };
    const wildcard = at === 0 ? null : wildcardAt(above, sources);
    if (wildcard !== null) return { apex: above, origin: wildcard.origin };
    if (above.length === 1) break;
  }
  return null;
}

/** The nearest SOA record that has been written down, and whose it is: that of denials. `null` for none. */
export function writtenSoa(
  name: Name,
  sources: readonly RecordSource[],
): { readonly apex: Name; readonly soa: LocalRrdata } | null {
  for (let at = 0; at < name.length - 1; at += 1 + name[at]!) {
    const apex = name.subarray(at) as Name;
    const soa = writtenAt(apex, sources)?.records.find(({ type }) => type === TYPE.SOA);
    if (soa !== undefined) return { apex, soa };
  }
  return null;
}

function wildcardAt(domain: Name, sources: readonly RecordSource[]): Known | null {
  const wildcard = wildcardOf(domain);
  return wildcard === null ? null : writtenAt(wildcard, sources);
}

/** What has been written down for a name. What a group has for itself, the first of these, hides all else. */
export function writtenAt(name: Name, sources: readonly RecordSource[]): Known | null {
  for (const source of sources) {
    const known = knownIn(source, name, 0);
    if (known !== null) return known;
  }
  return null;
}

const OF_DOMAIN: LocalOrigin = { what: "[local] domain", place: null };
