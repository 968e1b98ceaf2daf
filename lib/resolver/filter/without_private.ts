import { isPrivateIpv4, isPrivateIpv6 } from "../../base/net/private_networks.ts";
import { visitAddresses } from "../../response/addresses_in.ts";
import { EDE, TYPE } from "../../wire/iana.ts";
import { decodeQuestions, type ResourceRecord } from "../../wire/message.ts";
import { keyOfName } from "../../wire/name.ts";
import { uint16At } from "../../wire/octets.ts";
import { localReply } from "../local/local_reply.ts";
import { ownSoa } from "../local/own_soa.ts";
import type { Query } from "../query.ts";
import { decodeBounded } from "../questions/decode_bounded.ts";
import type { Reply } from "../reply.ts";

/**
 * Leaves records with private addresses out of the reply to `query`: a name of the Internet that has one leads the client's browser
 * to a machine of its own network, in the name of a site that may have been asked to do so (DNS rebinding). Signatures go with
 * their records: they fit no longer. What nothing is left of says that there is nothing.
 *
 * @param ttlSeconds How long that may be remembered.
 */
export function withoutPrivateAddresses(query: Query, reply: Reply, ttlSeconds: number): Reply {
  const { source, upstream, octets } = reply;
  const { answers, authorities, additionals, rcode, isTruncated } = decodeBounded(octets, query);
  const left = withoutPrivate(answers);
  const question = decodeQuestions(query.wire)[0]!;
  query.reply.extendedErrors.push({ infoCode: EDE.FILTERED, text: WHY });
  const filtered = (isTruncated || left.length < answers.length) && left.every(leadsOn)
    ? localReply(query, { question, authorities: [ownSoa(question.name, ttlSeconds)] })
    : localReply(query, { question, rcode, answers: left, authorities, additionals: withoutPrivate(additionals) });
  filtered.source = source;
  filtered.upstream = upstream;
  filtered.reason = WHY;
  return filtered;
}

const WHY = "private address for a public name";

/** Whether a record only leads to others, or signs one that does. */
function leadsOn({ type, rdata }: ResourceRecord): boolean {
  const led = type === TYPE.RRSIG ? uint16At(rdata, 0) : type;
  return led === TYPE.CNAME || led === TYPE.DNAME;
}

function withoutPrivate(records: readonly ResourceRecord[]): ResourceRecord[] {
  const left = records.filter((record) => !hasPrivateAddress(record));
  if (left.length === records.length) return left;
  const touched = new Set(records.filter(hasPrivateAddress).map((record) => rrsetOf(record, record.type)));
  return left.filter((record) =>
    record.type !== TYPE.RRSIG || !touched.has(rrsetOf(record, uint16At(record.rdata, 0)))
  );
}

function rrsetOf({ name }: ResourceRecord, type: number): string {
  return `${type} ${keyOfName(name)}`;
}

function hasPrivateAddress({ type, rdata }: ResourceRecord): boolean {
  let isFound = false;
  visitAddresses(type, rdata, 0, rdata.length, {
    visit: (octets, at, length) => {
      isFound ||= length === 4 ? isPrivateIpv4(octets, at) : isPrivateIpv6(octets, at);
    },
  });
  return isFound;
}
