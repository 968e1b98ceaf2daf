import { parseIp } from "../../base/net/ip.ts";
import type { Nat64Prefix } from "../../base/net/nat64_prefix.ts";
import { CLASS, RCODE, TYPE } from "../../wire/iana.ts";
import { decodeQuestions, type ResourceRecord } from "../../wire/message.ts";
import { isSameName, type Name, nameFromText } from "../../wire/name.ts";
import { localReply } from "../local/local_reply.ts";
import { ownSoa } from "../local/own_soa.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";

/** The name that has IPv4 addresses alone: of its IPv6 addresses, clients learn the prefix of their translator (RFC 7050 §3). */
export const IPV4_ONLY: Name = nameFromText("ipv4only.arpa");
/** The names of its addresses in reverse (RFC 8880 §7.2). */
export const IPV4_ONLY_REVERSE: readonly Name[] = ["170.0.0.192.in-addr.arpa", "171.0.0.192.in-addr.arpa"].map(
  nameFromText,
);
/** RFC 7050 §2.2. */
const ADDRESSES = ["192.0.0.170", "192.0.0.171"].map((text) => parseIp(text)!);
/** The prefix may change with the network: nobody is to know it for a day. */
const TTL_SECONDS = 600;

/**
 * Answers for `ipv4only.arpa` and its addresses in reverse, with the prefix that we make IPv6 addresses with: nobody is asked, and
 * whoever is upstream may have another one (RFC 8880 §7.1).
 */
export class Ipv4Only implements Resolver {
  readonly #prefix: Nat64Prefix;

  /** What IPv6 addresses are made with. */
  constructor(prefix: Nat64Prefix) {
    this.#prefix = prefix;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply {
    const question = decodeQuestions(query.wire)[0]!;
    const { name, type } = question;
    const isReverse = IPV4_ONLY_REVERSE.some((reverse) => isSameName(name, reverse));
    if (!isReverse && !isSameName(name, IPV4_ONLY)) {
      return localReply(query, { question, rcode: RCODE.NXDOMAIN, authorities: [ownSoa(IPV4_ONLY, TTL_SECONDS)] });
    }
    const answers = (isReverse ? reverseData(type) : this.#data(type)).map((rdata): ResourceRecord => {
      return { name, type, class: CLASS.IN, ttl: TTL_SECONDS, rdata };
    });
    return localReply(query, { question, answers, authorities: answers.length > 0 ? [] : [ownSoa(name, TTL_SECONDS)] });
  }

  #data(type: number): Uint8Array<ArrayBuffer>[] {
    if (type === TYPE.A) return ADDRESSES;
    if (type !== TYPE.AAAA) return [];
    return ADDRESSES.map((address) => this.#prefix.embed(address, 0)).filter((address) => address !== null);
  }
}

function reverseData(type: number): Uint8Array<ArrayBuffer>[] {
  return type === TYPE.PTR ? [IPV4_ONLY] : [];
}
