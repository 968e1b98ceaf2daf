import { rcodeToText, typeToText } from "../../../wire/iana.ts";
import type { QueryRow } from "../answers.ts";
import type { ApiContext } from "../context.ts";
import type { ClientNames } from "./client_names.ts";
import type { RecentQueries, ToldQuery } from "./recent_queries.ts";
import type { Watched } from "./watching.ts";

/** Queries as they are told, with what their clients are called. */
export async function queryRows(
  numbers: readonly number[],
  recent: RecentQueries,
  names: ClientNames,
  cursors: Cursors,
): Promise<QueryRow[]> {
  // Read at once: while names are looked up they may be overwritten.
  const queries = numbers.map((number) => ({ id: cursors.of(number), query: recent.query(number) }));
  return await rowsOf(queries, names);
}

/** The same of queries from elsewhere. */
export async function rowsOf(
  queries: readonly { readonly id: string; readonly query: ToldQuery }[],
  names: ClientNames,
): Promise<QueryRow[]> {
  await names.look(queries.map(({ query: { client } }) => client));
  return queries.map(({ id, query }) => {
    const { name: clientName, from } = names.known(query.client);
    return {
      id,
      atMs: Math.round(query.timeMs),
      tookMs: Math.round(query.tookMs * 1000) / 1000,
      client: query.client,
      clientName,
      clientNameFrom: from,
      group: query.group,
      name: query.name,
      type: typeToText(query.type),
      source: query.source,
      rcode: rcodeToText(query.rcode),
      upstream: query.upstream,
      reason: query.reason,
      channel: query.channel,
      sizeOctets: query.sizeOctets,
      isTruncated: query.isTruncated,
      wantsDnssec: query.wantsDnssec,
    };
  });
}

/** Those of what is remembered now. */
export function cursorsOf(
  { startedAtMs }: Pick<ApiContext, "startedAtMs">,
  { sinceMs }: Pick<Watched, "sinceMs">,
): Cursors {
  return new Cursors(startedAtMs + sinceMs);
}

/** Places in what is remembered, as texts that mean nothing any more when that has been forgotten. */
export class Cursors {
  readonly #series: string;

  /** `since` tells what is remembered now from what was before. */
  constructor(since: number) {
    this.#series = Math.round(since).toString(36);
  }

  /** That of a query. */
  of(number: number): string {
    return `${this.#series}-${number.toString(36)}`;
  }

  /** The number of a query; `null` for one of what has been forgotten, and for anything else. */
  numberOf(cursor: string): number | null {
    const [series, digits, ...rest] = cursor.split("-");
    if (series !== this.#series || rest.length > 0 || !/^[0-9a-z]{1,10}$/.test(digits ?? "")) return null;
    return parseInt(digits!, 36);
  }
}
