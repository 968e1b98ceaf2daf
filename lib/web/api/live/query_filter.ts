import { RCODE, typeFromText } from "../../../wire/iana.ts";
import { NO_FILTER, type QueryFilter } from "../../../telemetry/query_filter.ts";
import { ApiError } from "../api_error.ts";
import type { Given, Value } from "../values.ts";
import type { ClientNames } from "./client_names.ts";
import type { RecentQueries } from "./recent_queries.ts";

/** The parameters that say so. */
export const FILTER_VALUES: readonly Value[] = [
  { name: "name", about: "Stands somewhere in the name.", kind: "text", max: 255 },
  {
    name: "client",
    about: "Stands somewhere in the client's address or in what it is called.",
    kind: "text",
    max: 255,
  },
  { name: "source", about: "Where the reply is from; several with commas.", kind: "text" },
  { name: "rcode", about: "The RCODE, as NXDOMAIN; several with commas.", kind: "text" },
  { name: "type", about: "The record type, as AAAA; several with commas.", kind: "text" },
  { name: "upstream", about: "Who was asked, as upstreams calls it.", kind: "text" },
  { name: "channel", about: "What it came over: udp, tcp, tls, https, quic; several with commas.", kind: "text" },
];

/**
 * Reads the parameters.
 *
 * @throws {ApiError} for an RCODE or a type that there is not.
 */
export function readFilter(given: Given): QueryFilter {
  const texts = (name: string) => given[name] === undefined ? null : (given[name] as string).split(",");
  const lower = (name: string) => given[name] === undefined ? null : (given[name] as string).toLowerCase();
  return {
    name: lower("name"),
    client: lower("client"),
    sources: texts("source"),
    channels: texts("channel"),
    upstream: given.upstream === undefined ? null : given.upstream as string,
    types: texts("type")?.map((text) => typeOf(text)) ?? null,
    rcodes: texts("rcode")?.map((text) => rcodeOf(text)) ?? null,
  };
}

/** Whether all that there is is wanted. */
export function isUnfiltered(filter: QueryFilter): boolean {
  return (Object.keys(NO_FILTER) as (keyof QueryFilter)[]).every((key) => filter[key] === null);
}

/** What a name that is looked for has in it as octets; `null` where texts have to be compared, for they are written otherwise. */
export function needleOf({ name }: QueryFilter): Uint8Array | null {
  return name !== null && /^[a-z0-9_.-]+$/.test(name) ? new TextEncoder().encode(name) : null;
}

/**
 * Whether one of the recent queries is wanted.
 *
 * @param needle See `needleOf`.
 */
export function isWanted(
  filter: QueryFilter,
  needle: Uint8Array | null,
  number: number,
  recent: RecentQueries,
  names: ClientNames,
): boolean {
  if (!recent.has(number, filter)) return false;
  if (needle !== null && !recent.mayHave(number, needle)) return false;
  if (filter.name !== null && !recent.nameOf(number).toLowerCase().includes(filter.name)) return false;
  if (filter.client === null) return true;
  const client = recent.clientOf(number);
  return client.includes(filter.client) || names.known(client).name.includes(filter.client);
}

function typeOf(text: string): number {
  const type = typeFromText(text.toUpperCase());
  if (type === null) throw new ApiError(400, `There is no record type ${JSON.stringify(text)}`);
  return type;
}

function rcodeOf(text: string): number {
  const wanted = text.toUpperCase();
  const [, digits] = /^RCODE([0-9]{1,4})$/.exec(wanted) ?? [];
  const rcode = Object.entries(RCODE).find(([name]) => name === wanted)?.[1] ?? digits;
  if (rcode !== undefined) return Number(rcode);
  throw new ApiError(400, `There is no RCODE ${JSON.stringify(text)}`);
}
