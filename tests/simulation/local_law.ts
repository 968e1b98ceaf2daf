import { parseIp } from "../../lib/base/net/ip.ts";
import type { LocalAddresses, Policy } from "../../lib/config/policy.ts";
import { CLASS, TYPE } from "../../lib/wire/iana.ts";
import type { Question, ResourceRecord } from "../../lib/wire/message.ts";
import { nameFromText } from "../../lib/wire/name.ts";
import { ownSoa } from "../../lib/resolver/local/own_soa.ts";
import { recordFromText } from "../../lib/wire/text/record_from_text.ts";

type Rrdata = Pick<ResourceRecord, "type" | "ttl" | "rdata">;

/** What is known here of a name, for one client. */
export interface KnownHere {
  /** Whether the name has records, has none but names below it or a domain of its own, or does not exist. */
  readonly kind: "data" | "empty" | "absent";
  /** Those of the type that was asked for; or the alias, and nothing else. */
  readonly answers: readonly ResourceRecord[];
  /** Where another name follows. */
  readonly isAlias: boolean;
  /** Of a denial. */
  readonly soa: ResourceRecord;
}

/**
 * What the law says of local data, over texts: the group's own before everybody's, the exact name before wildcards (RFC 4592), and
 * that in a domain of our own what is not known does not exist. `name` is the question's in lower case, without a dot at its end.
 *
 * @param own What the client's group alone sees.
 */
export function knownHere(
  { local }: Policy,
  own: readonly LocalAddresses[],
  question: Question,
  name: string,
): KnownHere | null {
  const { domain, ttlSeconds } = local;
  const ownRecords = Map.groupBy(own.flatMap((entry) => addressRecords(entry, ttlSeconds)), (record) => record.owner);
  const written = local.records.map(({ text }) => {
    const { name: owner, ...rrdata } = recordFromText(text, ttlSeconds);
    return { ...rrdata, owner: text.slice(0, text.indexOf(" ") - 1), name: owner };
  });
  const common = Map.groupBy(
    [...local.addresses.flatMap((entry) => addressRecords(entry, ttlSeconds)), ...written],
    (record) => record.owner,
  );
  const at = (owner: string): readonly Rrdata[] | null => ownRecords.get(owner) ?? common.get(owner) ?? null;
  const owners = [...ownRecords.keys(), ...common.keys()];
  const exists = (owner: string) => {
    return owner === "." || owner === domain || owners.some((one) => one === owner || one.endsWith(`.${owner}`));
  };
  const above = aboveOf(name);
  const zone = [name, ...above].find((one) => one === domain || (one !== name && at(`*.${one}`) !== null)) ?? null;
  const encloser = above.find(exists)!;
  const records = at(name) ?? (exists(name) || encloser === "." ? null : at(`*.${encloser}`));
  const soa = ownSoa(nameFromText(zone ?? name), ttlSeconds);
  if (records === null) {
    if (zone === null) return null;
    const kind = exists(name) ? "empty" : "absent";
    return { kind, answers: apexAnswers(question, name, zone, soa), isAlias: false, soa };
  }
  const alias = records.find(({ type }) => type === TYPE.CNAME);
  const asked = alias === undefined ? records.filter(({ type }) => type === question.type) : [alias];
  const ttl = Math.min(...asked.map((record) => record.ttl));
  const answers = asked.map(({ type, rdata }) => ({ name: question.name, class: CLASS.IN, type, rdata, ttl }));
  return {
    kind: "data",
    answers: answers.length > 0 ? answers : apexAnswers(question, name, zone ?? name, soa),
    isAlias: alias !== undefined && question.type !== TYPE.CNAME,
    soa,
  };
}

/** RFC 6303 §3: the top of a domain of our own has these two. */
function apexAnswers({ type }: Question, name: string, zone: string, soa: ResourceRecord): ResourceRecord[] {
  if (name !== zone) return [];
  if (type === TYPE.SOA) return [soa];
  return type === TYPE.NS ? [{ ...soa, type, rdata: nameFromText(zone) }] : [];
}

function addressRecords(
  { name: owner, addresses, alias }: LocalAddresses,
  ttl: number,
): (Rrdata & { owner: string })[] {
  const records = addresses.map((address) => {
    const rdata = Uint8Array.from(parseIp(address)!);
    return { owner, ttl, type: rdata.length === 4 ? TYPE.A : TYPE.AAAA, rdata };
  });
  return alias === null ? records : [...records, { owner, ttl, type: TYPE.CNAME, rdata: nameFromText(alias) }];
}

/** All names above one, the nearest first; the root last. */
function aboveOf(name: string): string[] {
  const labels = name === "." ? [] : name.split(".");
  return labels.map((_, i) => labels.slice(i + 1).join(".") || ".");
}
