import { LocalData, type LocalDataOptions } from "../../lib/local/local_data.ts";
import type { LocalSource } from "../../lib/local/local_source.ts";
import { type AddressEntry, type RecordEntry, RecordSource } from "../../lib/local/record_source.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { type LocalFields, localNames } from "./policies.ts";
import { questionHash } from "./resolving.ts";

/** What a test says of local names; everything has a usual value. */
export interface LocalWords {
  readonly domain?: string | null;
  readonly ownsSingleLabels?: boolean;
  readonly makesPointers?: boolean;
  readonly ttlSeconds?: number;
  /** Addresses, or one other name. */
  readonly addresses?: LocalFields;
  readonly records?: readonly string[];
  /** By number of the group. */
  readonly groups?: readonly (LocalFields | null)[];
  readonly files?: readonly (readonly LocalSource[])[];
}

/** The TTL of what has none of its own. */
export const TTL = 300;

/** Local data out of words. */
export function localData(words: LocalWords): LocalData {
  const { domain = null, addresses = {}, records = [], groups = [], files = [], ttlSeconds = TTL } = words;
  const hash = questionHash();
  const name = domain === null ? null : nameFromText(domain);
  const source = (entries: readonly AddressEntry[], lines: readonly RecordEntry[]) => {
    return new RecordSource({ hash, domain: name, ttlSeconds, addresses: entries, records: lines, title: "[local]" });
  };
  const options: LocalDataOptions = {
    hash,
    domain: name,
    ownsSingleLabels: words.ownsSingleLabels ?? true,
    makesPointers: words.makesPointers ?? true,
    common: source(localNames(addresses), recordEntries(records)),
    groups: groups.map((entries) => entries === null ? null : source(localNames(entries), [])),
    files,
  };
  const { problems } = options.common;
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return new LocalData(options);
}

/** Records as a configuration has them, each in a line of its own. */
export function recordEntries(lines: readonly string[]): RecordEntry[] {
  return lines.map((text, i) => ({ text, place: { file: "test.toml", line: i + 1 } }));
}
