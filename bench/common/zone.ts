/** The zone that every name of the bench is in. Not below `.test`, which forwarders answer by themselves. */
export const ZONE = "bench.example.org";
/** RFC 2544 §C.2.2: 198.18.0.0/15 is for benchmarks; each name has an address of its own there. */
export const NAMES_MAX = 0x2_0000;

/** What every name below `fresh` has. */
export const FRESH_ADDRESS = "192.0.2.1";
/** Nothing expires while the bench runs. */
const TTL_SECONDS = 86_400;

/** The name with the number `index`, without a dot at its end. */
export function nameAt(index: number): string {
  return `n${index}.${ZONE}`;
}

/** The address of that name. */
export function addressAt(index: number): string {
  return `198.${18 + (index >> 16)}.${(index >> 8) & 0xff}.${index & 0xff}`;
}

/** A name that exists by a wildcard, so that there are any number of them. Other `series`, other names. */
export function freshName(series: string, index: number): string {
  return `${series}${index}.fresh.${ZONE}`;
}

/** The zone as a master file (RFC 1035 §5). */
export function zoneText(count: number): string {
  if (count > NAMES_MAX) throw new RangeError(`Cannot make a zone of ${count} names: at most ${NAMES_MAX}`);
  const lines = [
    `$ORIGIN ${ZONE}.`,
    `$TTL ${TTL_SECONDS}`,
    `@ SOA ns hostmaster 1 3600 600 86400 60`,
    "@ NS ns",
    `ns A ${FRESH_ADDRESS}`,
    `*.fresh A ${FRESH_ADDRESS}`,
  ];
  for (let i = 0; i < count; i++) lines.push(`n${i} A ${addressAt(i)}`);
  return `${lines.join("\n")}\n`;
}
