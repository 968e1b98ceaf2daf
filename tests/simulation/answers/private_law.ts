import { parseIp } from "../../../lib/base/net/ip.ts";
import type { ClientGroupConfig, Policy } from "../../../lib/config/policy.ts";
import { RCODE, TYPE } from "../../../lib/wire/iana.ts";
import type { ResourceRecord } from "../../../lib/wire/message.ts";
import { foldCase } from "../../../lib/wire/name.ts";
import { ownSoa } from "../../../lib/resolver/local/own_soa.ts";
import type { Outcome } from "../oracle.ts";
import { targetsOf } from "./targets_law.ts";

/** As `docs/answers.md` has them. */
const PRIVATE = [
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"],
  ...["fc00::/7", "fe80::/10", "fec0::/10", "::1/128", "::/128"],
];
/** Networks in whose addresses an IPv4 address begins after so many octets. */
const WITH_IPV4 = [["::ffff:0:0/96", 12], ["64:ff9b::/96", 12], ["2002::/16", 2]] as const;

/** Whether an address is in a network. */
export function isInNetwork(address: Uint8Array, text: string): boolean {
  const [first, prefixBits] = text.split("/");
  const network = parseIp(first!)!;
  return network.length === address.length && bitsOf(address).startsWith(bitsOf(network).slice(0, Number(prefixBits)));
}

function bitsOf(octets: Uint8Array): string {
  return [...octets].map((octet) => octet.toString(2).padStart(8, "0")).join("");
}

/** Whether an address is one of a network of its own, by itself or by the IPv4 address that is in it. */
export function isPrivate(address: Uint8Array<ArrayBuffer>): boolean {
  const inside = WITH_IPV4.filter(([network]) => isInNetwork(address, network)).map(([, at]) =>
    address.slice(at, at + 4)
  );
  return [address, ...inside].some((one) => PRIVATE.some((network) => isInNetwork(one, network)));
}

/** Who is kept from what, by the law. */
export interface Keeping {
  readonly policy: Policy;
  /** Who asks; `null` for the default group of which nothing is said. */
  readonly group: ClientGroupConfig | null;
  /** The question's, in lower case, without a dot at its end. */
  readonly name: string;
  /** What the law says of who is asked. */
  readonly said: string;
}

/** Whether a client is kept from private addresses in what upstreams say of a name. */
export function isKeptFromPrivate({ policy: { answers, routes }, group, name, said }: Keeping): boolean {
  const isExcepted = answers.privateNames.some(({ name: domain, isExact }) => {
    return name === domain || (!isExact && (domain === "." || name.endsWith(`.${domain}`)));
  });
  const route = routes.find(({ to, place }) => said === `[[route]] to ${to}, line ${place.line}`);
  return (group?.rebindingProtection ?? answers.rebindingProtection) && !isExcepted &&
    !(route?.allowsPrivateAnswers ?? false);
}

/** What is left of an answer without private addresses, if there are any; both where nobody knows what the answer has become. */
export function withoutPrivate(
  outcome: Outcome,
  ttlSeconds: number,
  made: (record: ResourceRecord) => void,
): Outcome[] {
  const { message, kind } = outcome;
  const { answers, additionals, questions: [question] } = message;
  if (![...answers, ...additionals].some(isPrivateRecord)) return [outcome];
  const left = withoutSets(answers);
  const isNothing = left.length < answers.length && left.every(leadsOn);
  const soa = ownSoa(question!.name, ttlSeconds);
  if (isNothing) made(soa);
  const filtered = isNothing
    ? { ...message, rcode: RCODE.NOERROR, isTruncated: false, answers: [], authorities: [soa], additionals: [] }
    : { ...message, answers: left, additionals: withoutSets(additionals) };
  const told: Outcome = {
    // It tells why, as failures do.
    kind: kind === "altered" ? kind : "failure",
    message: { ...filtered, recursionAvailable: true, isAuthenticData: false },
    bodyOctets: 0,
  };
  return kind === "altered" ? [outcome, told] : [told];
}

function isPrivateRecord(record: ResourceRecord): boolean {
  return targetsOf(record).addresses.some(isPrivate);
}

/** Signatures go with the records that are gone. */
function withoutSets(records: readonly ResourceRecord[]): ResourceRecord[] {
  const owners = (type: number) =>
    records.filter((record) => record.type === type && isPrivateRecord(record)).map(ownerOf);
  return records.filter((record) => {
    const isOfGone = record.type === TYPE.RRSIG &&
      owners(record.rdata[0]! << 8 | record.rdata[1]!).includes(ownerOf(record));
    return !isOfGone && !isPrivateRecord(record);
  });
}

function ownerOf({ name }: ResourceRecord): string {
  return foldCase(name).toHex();
}

/** Aliases and their signatures. */
function leadsOn({ type, rdata }: ResourceRecord): boolean {
  return [TYPE.CNAME, TYPE.DNAME].some((alias) => alias === (type === TYPE.RRSIG ? rdata[0]! << 8 | rdata[1]! : type));
}
