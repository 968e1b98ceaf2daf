import { type Cidr, CidrFormatError, isInCidr, parseCidr } from "../../base/net/cidr.ts";
import { octetsOf } from "../../base/net/zone.ts";
import { rcodeToText, typeToText } from "../../wire/iana.ts";
import type { QueryFilter } from "../query_filter.ts";
import type { LoggedQuery } from "./logged_query.ts";

/** Finds lines of the log. */
export class LineFilter {
  readonly #filter: QueryFilter;
  readonly #client: Uint8Array<ArrayBuffer> | null;
  readonly #types: readonly string[] | null;
  readonly #rcodes: readonly string[] | null;

  /** Finds what `filter` wants. */
  constructor(filter: QueryFilter) {
    this.#filter = filter;
    this.#client = filter.client === null ? null : octetsOf(filter.client);
    this.#types = filter.types?.map(typeToText) ?? null;
    this.#rcodes = filter.rcodes?.map(rcodeToText) ?? null;
  }

  /**
   * What stands in every line that is wanted, so that others need not be read: looking for a text takes 0.3 ms a MiB, reading all
   * lines 10. `null` when there is nothing of that kind.
   */
  get needle(): string | null {
    const { name, client, upstream, sources, channels } = this.#filter;
    // The rarest first.
    if (name !== null) return quoted(name).slice(1, -1);
    const ipv4 = this.#client?.length === 4 ? `${this.#client.subarray(0, 3).join(".")}.` : null;
    // A network of it may stand there instead.
    if (client !== null && (ipv4 !== null || this.#client === null)) return ipv4 ?? quoted(client).slice(1, -1);
    if (upstream !== null) return quoted(upstream).slice(1, -1);
    return only("type", this.#types) ?? only("rcode", this.#rcodes) ?? only("source", sources) ??
      only("channel", channels);
  }

  /** Whether it is wanted. */
  matches(query: LoggedQuery): boolean {
    const { name, client, sources, upstream, channels } = this.#filter;
    if (name !== null && !query.name?.includes(name)) return false;
    if (client !== null && !this.#isClient(query.client ?? "", client)) return false;
    if (upstream !== null && !query.upstream?.includes(upstream)) return false;
    return isOneOf(query.type, this.#types) && isOneOf(query.rcode, this.#rcodes) &&
      isOneOf(query.source, sources) && isOneOf(query.channel, channels);
  }

  #isClient(told: string, wanted: string): boolean {
    if (this.#client === null) return told.includes(wanted);
    const network = networkOf(told);
    return network !== null && isInCidr(this.#client, network);
  }
}

function isOneOf(value: string, words: readonly string[] | null): boolean {
  return words === null || words.includes(value);
}

function only(key: string, words: readonly string[] | null): string | null {
  return words?.length === 1 ? `"${key}":${quoted(words[0]!)}` : null;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/** `null` for a pseudonym. */
function networkOf(text: string): Cidr | null {
  try {
    return parseCidr(text.replace(/%.*/, ""));
  } catch (error) {
    if (error instanceof CidrFormatError) return null;
    throw error;
  }
}
