import { parseIp } from "../../../lib/base/net/ip.ts";
import type { Dns64Config } from "../../../lib/config/lists.ts";
import type { Policy } from "../../../lib/config/policy.ts";
import { ownSoa } from "../../../lib/resolver/local/own_soa.ts";
import { RCODE, TYPE } from "../../../lib/wire/iana.ts";
import type { Message, Question, ResourceRecord } from "../../../lib/wire/message.ts";
import { foldCase, nameFromText, nameToText } from "../../../lib/wire/name.ts";
import { reverseNameOf } from "../local/known_source.ts";
import type { KnownHere } from "../local/local_law.ts";
import type { Outcome } from "../oracle.ts";
import { ttlOf } from "../timeless.ts";
import { MADE_OF } from "./answers_draw.ts";
import { isInNetwork, isPrivate } from "./private_law.ts";

/** RFC 6147 §5.1.7: where no SOA record says how long there was nothing. */
const TTL_SECONDS_MAX = 600;
/** RFC 6052 §2.2. */
const ZERO_OCTET = 8;

/** RCODEs that are answers: for any other, another upstream is asked, for as long as there is time. */
const ANSWERING: readonly number[] = [RCODE.NOERROR, RCODE.NXDOMAIN, RCODE.YXDOMAIN];

/** What is left of an outcome for a client. */
export interface JudgedOutcome {
  readonly outcome: Outcome;
  /** Whether it is what the client gets because the answer leads to what is blocked. */
  readonly isBlocked: boolean;
}

function errorsOf({ kind, errorCount }: Outcome): number {
  return errorCount ?? (kind === "failure" ? 1 : 0);
}

/** Told of each record that is made, and of those that it may not outlast. */
export type Made = (record: ResourceRecord, ...of: readonly ResourceRecord[]) => ResourceRecord;

/** What IPv6 addresses are made with. */
export interface MakingOptions {
  readonly dns64: Dns64Config;
  /** Whether no more than one upstream is asked. */
  readonly isOneHop: boolean;
  readonly made: Made;
}

/**
 * What a client gets to whom IPv6 addresses are made (RFC 6147 §5.1), for what the AAAA question and the A question of the same name
 * are answered with.
 */
export function withMadeAddresses(
  ipv6: Outcome,
  ipv4: readonly JudgedOutcome[],
  { dns64, isOneHop, made }: MakingOptions,
): Outcome[] {
  const { message, kind } = ipv6;
  // That a name does not exist holds for all types; what is cut has to be asked for again.
  if (message.isTruncated || message.rcode === RCODE.NXDOMAIN) return [ipv6];
  const addresses = message.answers.filter(({ type }) => type === TYPE.AAAA);
  const isExcluded = ({ rdata }: ResourceRecord) => dns64.exclude.some((network) => isInNetwork(rdata, network));
  const own = addresses.filter((record) => !isExcluded(record));
  if (own.length === addresses.length && own.length > 0) return [ipv6];
  if (own.length > 0) {
    const answers = message.answers.filter((record) => {
      return record.type === TYPE.AAAA ? own.includes(record) : !isSignatureOf(record, TYPE.AAAA);
    });
    return [{
      ...ipv6,
      message: ourOwn(message, { rcode: RCODE.NOERROR, answers, additionals: message.additionals }),
      bodyOctets: 0,
    }];
  }
  const soa = message.authorities.find(({ type }) => type === TYPE.SOA);
  // Where one upstream refuses, the silence of the others may use up the time: then nobody is asked for IPv4 addresses.
  const alone = isOneHop || ANSWERING.includes(message.rcode) ? [] : [ipv6];
  const completed = ipv4.flatMap(({ outcome: four, isBlocked }): Outcome[] => {
    const { message: said, kind: saidKind } = four;
    const answers = said.rcode !== RCODE.NOERROR || isBlocked
      ? []
      : said.answers.flatMap((record): ResourceRecord[] => {
        if (record.type === TYPE.CNAME || record.type === TYPE.DNAME) return [record];
        const rdata = record.type === TYPE.A ? embedded(dns64.prefix, record.rdata) : null;
        if (rdata === null) return [];
        const ttl = Math.min(ttlOf(record), soa === undefined ? TTL_SECONDS_MAX : ttlOf(soa));
        return [made({ ...record, type: TYPE.AAAA, rdata, ttl }, record, ...(soa === undefined ? [] : [soa]))];
      });
    const isTruncated = said.rcode === RCODE.NOERROR && !isBlocked && said.isTruncated;
    const isMade = isTruncated || answers.some(({ type }) => type === TYPE.AAAA);
    // Why there is nothing is told once.
    if (!isMade) return [{ ...ipv6, errorCount: errorsOf(ipv6) || errorsOf(four) }];
    const errorCount = errorsOf(ipv6) + errorsOf(four);
    const told = {
      message: { ...ourOwn(message, { rcode: RCODE.NOERROR, answers, additionals: [] }), isTruncated },
      bodyOctets: 0,
    };
    if (kind === "altered" || saidKind === "altered") return [{ ...told, kind: "altered" }];
    return [{ ...told, kind: errorCount > 0 ? "failure" : "said", errorCount }];
  });
  return [...alone, ...completed];
}

/** The name in reverse of the IPv4 address in one that is made, from its own; `null` for another name. */
export function pointerOf({ dns64 }: Policy, name: string): string | null {
  const made = MADE_OF.filter(([made]) => isInNetwork(parseIp(made)!, dns64!.prefix) && reverseNameOf(made) === name);
  const [found] = made.filter(([made, of]) => {
    return embedded(dns64!.prefix, Uint8Array.from(parseIp(of)!))?.toHex() === Uint8Array.from(parseIp(made)!).toHex();
  });
  return found === undefined ? null : reverseNameOf(found[1]);
}

/** What is answered for the name that has IPv4 addresses alone (RFC 7050 §3, RFC 8880 §7.2), and for names in reverse that lead nowhere. */
export function ofTranslator({ dns64, local }: Policy, question: Question): Omit<KnownHere, "isAlias"> {
  const name = nameToText(foldCase(question.name)).slice(0, -1);
  const record = (rdata: Uint8Array<ArrayBuffer>) => ({ ...question, ttl: 600, rdata });
  const kind = "data" as const;
  if (name === "ipv4only.arpa") {
    const addresses = ["192.0.0.170", "192.0.0.171"].map((text) => Uint8Array.from(parseIp(text)!));
    const made = addresses.map((address) => embedded(dns64!.prefix, address)).filter((address) => address !== null);
    const rdata = question.type === TYPE.A ? addresses : question.type === TYPE.AAAA ? made : [];
    return { kind, answers: rdata.map(record), rcode: RCODE.NOERROR, soa: ownSoa(question.name, 600) };
  }
  if (/^17[01]\.0\.0\.192\.in-addr\.arpa$/.test(name)) {
    const answers = question.type === TYPE.PTR ? [record(nameFromText("ipv4only.arpa"))] : [];
    return { kind, answers, rcode: RCODE.NOERROR, soa: ownSoa(question.name, 600) };
  }
  if (name.endsWith("ipv4only.arpa")) {
    return { kind, answers: [], rcode: RCODE.NXDOMAIN, soa: ownSoa(nameFromText("ipv4only.arpa"), 600) };
  }
  // Above whole addresses there is something, and no record.
  const isWhole = name.split(".").length >= 34;
  return {
    kind,
    answers: [],
    rcode: isWhole ? RCODE.NXDOMAIN : RCODE.NOERROR,
    soa: ownSoa(question.name, local.ttlSeconds),
  };
}

/** An IPv4 address under a prefix; `null` where it may not stand there (RFC 6052 §3.1). */
export function embedded(prefix: string, ipv4: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> | null {
  if (prefix === "64:ff9b::/96" && isPrivate(ipv4)) return null;
  const [first, bits] = prefix.split("/");
  const address = [...parseIp(first!)!.subarray(0, Number(bits) / 8)];
  for (const octet of ipv4) {
    if (address.length === ZERO_OCTET) address.push(0);
    address.push(octet);
  }
  return Uint8Array.from([...address, ...new Array(16 - address.length).fill(0)]);
}

function isSignatureOf({ type, rdata }: ResourceRecord, signed: number): boolean {
  return type === TYPE.RRSIG && (rdata[0]! << 8 | rdata[1]!) === signed;
}

/** Whoever changes an answer vouches for nothing. */
function ourOwn(message: Message, fields: Pick<Message, "rcode" | "answers" | "additionals">): Message {
  return { ...message, ...fields, authorities: [], recursionAvailable: true, isAuthenticData: false };
}
