import { HEADER_OCTETS } from "../../wire/header.ts";
import { CLASS, TYPE } from "../../wire/iana.ts";
import type { ResourceRecord } from "../../wire/message.ts";
import { isSameRun, type Name, nameFromText } from "../../wire/name.ts";
import type { Client } from "../client.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import { localReply } from "./local_reply.ts";

/** What a server is asked how else it can be asked (RFC 9462 §4). */
export const DISCOVERY_NAME: Name = nameFromText("_dns.resolver.arpa");

/** How else this server can be asked. */
export interface Designations {
  /** SVCB records (RFC 9461). */
  readonly services: readonly ResourceRecord[];
  /** The addresses of those whom they name. */
  readonly addresses: readonly ResourceRecord[];
}

/** What a layer that answers discovery is made from. */
export interface DiscoveryOptions {
  /** Asked for all else. */
  readonly next: Resolver;
  /** How a client can ask otherwise; `null` where it cannot, or is not to be told. */
  readonly designations: (client: Client) => Designations | null;
}

/**
 * Tells clients how else they can ask this server (RFC 9462 §4). Where there is nothing to tell, the name is one of the special
 * ones, which have no data and are asked nobody.
 */
export class Discovery implements Resolver {
  readonly #options: DiscoveryOptions;

  /** See {@linkcode DiscoveryOptions}. */
  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // hot path
    const { next, designations } = this.#options;
    const { qtypeOffset } = query.scan;
    if (qtypeOffset !== END || query.qtype !== TYPE.SVCB || query.qclass !== CLASS.IN) return next.resolve(query);
    if (!isSameRun(query.wire, HEADER_OCTETS, DISCOVERY_NAME, 0, DISCOVERY_NAME.length)) return next.resolve(query);
    const found = designations(query.client);
    if (found === null) return next.resolve(query);
    // RFC 9462 §4: "the recursive resolver SHOULD include the A and AAAA records for the name of the Designated Resolver in
    // the Additional Answers section".
    return localReply(query, { answers: found.services, additionals: found.addresses });
  }
}

const END = HEADER_OCTETS + DISCOVERY_NAME.length;
