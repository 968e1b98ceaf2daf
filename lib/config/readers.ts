import {
  AddressFormatError,
  formatSocketAddress,
  parseSocketAddress,
  type SocketAddress,
} from "../base/net/address.ts";
import { CidrFormatError, formatCidr, parseCidr } from "../base/net/cidr.ts";
import { formatIp, parseIp } from "../base/net/ip.ts";
import { type Listen, parseListen } from "../server/listen/listen.ts";
import { typeFromText } from "../wire/iana.ts";
import { adminListenText, parseAdminListen } from "../web/admin_listen.ts";
import { NameFormatError } from "../wire/name.ts";
import type { Endpoint } from "../upstream/endpoint.ts";
import { parseAskable } from "../upstream/parse_endpoint.ts";
import { bootstrapOf } from "../upstream/secure_endpoint.ts";
import type { AnswerAddresses } from "./config.ts";
import { readDomain } from "./domain_pattern.ts";
import type { Bounds, Given, Reader, Unit } from "./setting.ts";
import { UsageError } from "./usage_error.ts";

const CHARACTER_STRING_OCTETS_MAX = 255;

/** Where clients are served, see `parseListen`. */
export function listenList(form: string, defaultPort: number): Reader<readonly Listen[]> {
  const read = (one: Given) => readAs(one, (text) => parseListen(text, defaultPort));
  return { form, isList: true, read: (given) => given.map(read) };
}

/** An address with a port, 0 for a free one; as `formatSocketAddress` writes it. */
export function socketAddress(form: string, defaultPort: number): Reader<string> {
  return single(form, (one) => readAs(one, (text) => formatSocketAddress(parseSocketAddress(text, defaultPort, 0))));
}

/** An address with a port and how it is served, see `parseAdminListen`. */
export function adminAddress(form: string): Reader<string> {
  return single(form, (one) => readAs(one, (text) => adminListenText(parseAdminListen(text))));
}

/** Names of hosts, in lower case, without a dot at the end. */
export function hostNames(form: string): Reader<readonly string[]> {
  const read = (one: Given): string => {
    const name = one.text.toLowerCase().replace(/\.$/, "");
    if (name.length <= 253 && /^[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/.test(name) && /[a-z]/.test(name)) return name;
    throw invalid(one, 'must be the name of a host, such as "dns.home.arpa", without a port');
  };
  return { form, isList: true, read: (given) => given.map(read) };
}

/** Servers to ask, see `parseAskable`. */
export function endpointList(form: string, defaultPort: number): Reader<readonly Endpoint[]> {
  const read = (one: Given) => readAs(one, (text) => parseAskable(text, defaultPort));
  return { form, isList: true, read: (given) => given.map(read) };
}

/** Plain servers that are asked for addresses, see `SecureEndpoint.bootstrap`. */
export function bootstrapList(form: string): Reader<readonly string[]> {
  return { form, isList: true, read: (given) => given.map((one) => readAs(one, bootstrapOf)) };
}

function readAs<T>(given: Given, read: (text: string) => T): T {
  try {
    return read(given.text);
  } catch (error) {
    if (!(error instanceof AddressFormatError)) throw error;
    throw invalid(given, error.message);
  }
}

/** One address of each family at most; without an IPv4 address the one of `fallback`. */
export function answerAddresses(form: string, fallback: AnswerAddresses): Reader<AnswerAddresses> {
  const read = (given: readonly Given[]): AnswerAddresses => {
    let ipv4: string | null = null;
    let ipv6: string | null = null;
    for (const one of given) {
      const octets = parseIp(one.text);
      if (octets === null) throw invalid(one, "must be an IPv4 or IPv6 address");
      if ((octets.length === 4 ? ipv4 : ipv6) !== null) throw invalid(one, "one IPv4 and one IPv6 address at most");
      if (octets.length === 4) ipv4 = formatIp(octets);
      else ipv6 = formatIp(octets);
    }
    return { ipv4: ipv4 ?? fallback.ipv4, ipv6 };
  };
  return { form, isList: true, read };
}

/** Networks, in their one canonical form. */
export function networkList(form: string): Reader<readonly string[]> {
  const read = (one: Given): string => {
    try {
      return formatCidr(parseCidr(one.text));
    } catch (error) {
      if (!(error instanceof CidrFormatError)) throw error;
      throw invalid(one, error.message);
    }
  };
  return { form, isList: true, read: (given) => given.map(read) };
}

/** Record types by their mnemonics, or as `TYPE123`. */
export function typeList(form: string): Reader<readonly number[]> {
  const read = (one: Given): number => {
    const type = typeFromText(one.text);
    if (type === null) throw invalid(one, 'must be a record type, such as "AAAA", or "TYPE65280"');
    return type;
  };
  return { form, isList: true, read: (given) => [...new Set(given.map(read))] };
}

/** Domains, in lower case, without the dots at their ends. */
export function domainList(form: string): Reader<readonly string[]> {
  const read = (one: Given): string => {
    try {
      return readDomain(one.text);
    } catch (error) {
      if (error instanceof NameFormatError || error instanceof UsageError) throw invalid(one, "must be a domain name");
      throw error;
    }
  };
  return { form, isList: true, read: (given) => given.map(read) };
}

/** A text that fits into a character-string (RFC 1035 §3.3). */
export function shortText(form: string): Reader<string> {
  return single(form, (given) => {
    if (new TextEncoder().encode(given.text).length <= CHARACTER_STRING_OCTETS_MAX) return given.text;
    throw invalid(given, `must have at most ${CHARACTER_STRING_OCTETS_MAX} octets`);
  });
}

/** Paths, from the root or from where the program is started. */
export function pathList(form: string): Reader<readonly string[]> {
  const read = (one: Given): string => {
    if (one.text !== "" && !one.text.includes("\0")) return one.text;
    throw invalid(one, "must be a path");
  };
  return { form, isList: true, read: (given) => given.map(read) };
}

/** A path that does not depend on where the program is started, such as `example`. */
export function filePath(form: string, example: string): Reader<string> {
  return single(form, (given) => {
    if (given.text.startsWith("/") && !given.text.includes("\0")) return given.text;
    throw invalid(given, `must be a path from the root, such as ${example}`);
  });
}

/** Where a stream of octets goes: a socket of this machine's file system, or an address and port over TCP. */
export function streamTarget(form: string): Reader<string> {
  return single(form, (given) => {
    const { text } = given;
    if (/^unix:\/[^\0]+$/.test(text)) return text;
    if (text.startsWith("tcp://")) {
      return readAs(given, () => `tcp://${formatSocketAddress(parseWithPort(text.slice("tcp://".length)))}`);
    }
    throw invalid(given, "must be unix: with a path from the root, or tcp:// with an address and a port");
  });
}

/** Nothing stands for a port that is not named. */
function parseWithPort(text: string): SocketAddress {
  const address = parseSocketAddress(text, 0);
  if (address.port === 0) throw new AddressFormatError("a port is needed, 1–65535");
  return address;
}

/** The address of something on the web, whole. */
export function webAddress(form: string, example: string): Reader<string> {
  return single(form, (given) => {
    const url = URL.canParse(given.text) ? new URL(given.text) : null;
    if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
      throw invalid(given, `must begin with https:// or http://, such as ${example}`);
    }
    if (url.username !== "" || url.password !== "") throw invalid(given, "must have no password in front of its host");
    return url.href;
  });
}

/** A number within bounds. */
export function wholeNumber(form: string, bounds: Bounds): Reader<number> {
  return { ...single(form, (given) => readNumber(given, bounds)), bounds };
}

/** A number of units, within bounds. */
export function measure(unit: Unit, bounds: Bounds): Reader<number> {
  return { ...wholeNumber(`<${unit}>`, bounds), unit };
}

/** A number within bounds, or `word`. */
export function wholeNumberOr<T extends string>(word: T, form: string, bounds: Bounds): Reader<number | T> {
  const read = (given: Given) => given.text === word ? word : readNumber(given, bounds);
  return { ...single<number | T>(`${form}|${word}`, read), bounds, words: [word] };
}

function readNumber(given: Given, { min, max }: Bounds): number {
  const number = /^[0-9]{1,9}$/.test(given.text) ? Number(given.text) : NaN;
  if (!(number >= min && number <= max)) throw invalid(given, `must be a whole number, ${min}–${max}`);
  return number;
}

/** One of a few words. */
export function oneOf<T extends string>(allowed: readonly T[]): Reader<T> {
  const read = (given: Given): T => {
    const found = allowed.find((candidate) => candidate === given.text);
    if (found === undefined) throw invalid(given, `must be ${allowed.join(" or ")}`);
    return found;
  };
  return { ...single(allowed.join("|"), read), words: allowed };
}

/** Some of a few words. */
export function wordList<T extends string>(allowed: readonly T[]): Reader<readonly T[]> {
  const one = oneOf(allowed);
  return {
    form: allowed.join("|"),
    isList: true,
    read: (given) => [...new Set(given.map((word) => one.read([word])))],
  };
}

/** Something that is done or left. */
export function onOff(): Reader<boolean> {
  return { ...single("", (given) => oneOf(["true", "false"]).read([given]) === "true"), form: null };
}

function single<T>(form: string, read: (given: Given) => T): Reader<T> {
  return { form, isList: false, read: (given) => read(given[0]!) };
}

/** The error for a value that cannot be used; `allowed` says which ones can. */
export function invalid({ where, text }: Pick<Given, "where" | "text">, allowed: string): UsageError {
  return new UsageError(`Cannot use ${where} "${text}": ${allowed}`, { where, reason: allowed });
}
