import { TYPE } from "../../wire/iana.ts";
import type { ResourceRecord } from "../../wire/message.ts";
import { SERVICE_KEY, withoutServiceKeys } from "../../wire/rdata/service_hints.ts";
import { uint16At } from "../../wire/octets.ts";
import { localReply } from "../local/local_reply.ts";
import type { Query } from "../query.ts";
import { decodeBounded } from "../questions/decode_bounded.ts";
import { Reply } from "../reply.ts";
import type { Resolver } from "../resolver.ts";
import type { ClientGroups } from "./client_groups.ts";

/** The parameters that say what records of an address type say. */
const KEYS: ReadonlyMap<number, number> = new Map([
  [TYPE.A, SERVICE_KEY.ipv4hint],
  [TYPE.AAAA, SERVICE_KEY.ipv6hint],
]);

/**
 * Whoever is given no AAAA records is given no IPv6 addresses in HTTPS and SVCB records either: browsers connect to what these hint
 * at (RFC 9460 §7.3). So it is with A. What is remembered has them: other clients get them.
 */
export class AddressHints implements Resolver {
  readonly #next: Resolver;
  readonly #groups: ClientGroups;

  /** Of what `next` says to the clients of `groups`. */
  constructor(next: Resolver, groups: ClientGroups) {
    this.#next = next;
    this.#groups = groups;
  }

  /** See `Resolver`. */
  resolve(query: Query): Reply | PromiseLike<Reply> {
    // hot path
    const reply = this.#next.resolve(query);
    if (query.qtype !== TYPE.HTTPS && query.qtype !== TYPE.SVCB) return reply;
    const { dropTypes } = this.#groups.of(query.client);
    if (!dropsAddresses(dropTypes)) return reply;
    return reply instanceof Reply
      ? without(dropTypes, query, reply)
      : reply.then((late) => without(dropTypes, query, late));
  }
}

/** Whether addresses of one kind, at least, are not given. */
export function dropsAddresses(dropTypes: readonly number[] | null): dropTypes is readonly number[] {
  return dropTypes !== null && dropTypes.some((type) => KEYS.has(type));
}

function without(dropped: readonly number[], query: Query, reply: Reply): Reply {
  const { octets, source, reason, upstream } = reply;
  const { rcode, answers, authorities, additionals, isTruncated } = decodeBounded(octets, query);
  const keys = dropped.flatMap((type) => KEYS.get(type) ?? []);
  const left = answers.map((record) => {
    return isService(record.type) ? { ...record, rdata: withoutServiceKeys(record.rdata, keys) } : record;
  });
  const isChanged = left.some(({ rdata }, i) => rdata !== answers[i]!.rdata);
  if (!isChanged && !additionals.some(({ type }) => KEYS.has(type) && dropped.includes(type))) return reply;
  const changed = localReply(query, {
    rcode,
    // What is not as it was signed has no signature.
    answers: left.filter((record) => !isChanged || !isSignature(record)),
    authorities,
    isTruncated,
  });
  changed.source = source;
  changed.reason = reason;
  changed.upstream = upstream;
  return changed;
}

function isService(type: number): boolean {
  return type === TYPE.HTTPS || type === TYPE.SVCB;
}

/** RFC 4034 §3.1.1: the type that is signed stands first. */
function isSignature({ type, rdata }: ResourceRecord): boolean {
  return type === TYPE.RRSIG && isService(uint16At(rdata, 0));
}
