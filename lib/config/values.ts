import { AddressFormatError, parseSocketAddress, type SocketAddress } from "../base/net/address.ts";
import { type Cidr, CidrFormatError, parseCidr } from "../base/net/cidr.ts";
import { parseIp } from "../base/net/ip.ts";
import type { StorageRules } from "../response/assess.ts";
import { type Config, LIMITS } from "./config.ts";
import type { FlagName } from "./flags/flags.ts";
import { type Endpoint, parseEndpoint } from "../upstream/endpoint.ts";

const CHARACTER_STRING_OCTETS_MAX = 255;

/** A command line that cannot be followed. The message is one line: the flag, the value, and what is allowed. */
export class UsageError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "UsageError";
}

/** The values of each flag that was given, in order; comma-separated ones apart. Flags without value: an empty list. */
export type FlagValues = ReadonlyMap<FlagName, readonly string[]>;

/** The addresses that a flag lists; a port that is not given is `defaultPort`. */
export function addressList(
  values: FlagValues,
  flag: FlagName,
  { defaultPort, portMin }: { defaultPort: number; portMin: 0 | 1 },
): SocketAddress[] {
  return (values.get(flag) ?? []).map((text) => {
    return readAs(flag, text, () => parseSocketAddress(text, defaultPort, portMin));
  });
}

function readAs<T>(flag: FlagName, text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AddressFormatError)) throw error;
    throw invalid(flag, text, error.message);
  }
}

/** The upstreams that a flag lists; `tcp://` before the address means TCP from the first query on. */
export function upstreamList(values: FlagValues, flag: FlagName, defaultPort: number): Endpoint[] {
  return (values.get(flag) ?? []).map((text) => readAs(flag, text, () => parseEndpoint(text, defaultPort)));
}

/** The addresses of made-up answers: 127.0.0.1 unless another IPv4 address is given, and no IPv6 address unless one is. */
export function answerAddresses(values: FlagValues): Pick<Config, "answerIpv4" | "answerIpv6"> {
  let answerIpv4: Uint8Array<ArrayBuffer> | null = null;
  let answerIpv6: Uint8Array<ArrayBuffer> | null = null;
  for (const text of values.get("answer") ?? []) {
    const octets = parseIp(text);
    if (octets === null) throw invalid("answer", text, "must be an IPv4 or IPv6 address");
    if ((octets.length === 4 ? answerIpv4 : answerIpv6) !== null) {
      throw invalid("answer", text, "one IPv4 and one IPv6 address at most");
    }
    if (octets.length === 4) answerIpv4 = octets;
    else answerIpv6 = octets;
  }
  return { answerIpv4: answerIpv4 ?? Uint8Array.of(127, 0, 0, 1), answerIpv6 };
}

/** The networks that a flag lists. */
export function networkList(values: FlagValues, flag: FlagName): Cidr[] {
  return (values.get(flag) ?? []).map((text) => {
    try {
      return parseCidr(text);
    } catch (error) {
      if (!(error instanceof CidrFormatError)) throw error;
      throw invalid(flag, text, error.message);
    }
  });
}

/** A text that fits into a character-string (RFC 1035 §3.3); `null` when none is given. */
export function shortText(values: FlagValues, flag: FlagName): string | null {
  const text = values.get(flag)?.[0] ?? null;
  if (text !== null && new TextEncoder().encode(text).length > CHARACTER_STRING_OCTETS_MAX) {
    throw invalid(flag, text, `must have at most ${CHARACTER_STRING_OCTETS_MAX} octets`);
  }
  return text;
}

/** A number within bounds. */
export function wholeNumber(
  values: FlagValues,
  flag: FlagName,
  { min, max, default: fallback }: { min: number; max: number; default: number },
): number {
  const text = values.get(flag)?.[0];
  if (text === undefined) return fallback;
  const number = /^[0-9]{1,9}$/.test(text) ? Number(text) : NaN;
  if (!(number >= min && number <= max)) throw invalid(flag, text, `must be a whole number, ${min}–${max}`);
  return number;
}

/** A number within bounds, or `word`. */
export function wholeNumberOr<T extends string>(
  word: T,
  values: FlagValues,
  flag: FlagName,
  limits: { min: number; max: number; default: number },
): number | T {
  return values.get(flag)?.[0] === word ? word : wholeNumber(values, flag, limits);
}

/** The bounds of TTLs. */
export function cacheTtl(values: FlagValues): StorageRules {
  const minTtlSeconds = wholeNumber(values, "min-ttl", LIMITS.minTtlSeconds);
  const maxTtlSeconds = wholeNumber(values, "max-ttl", LIMITS.maxTtlSeconds);
  const negativeMaxTtlSeconds = wholeNumber(values, "negative-max-ttl", LIMITS.negativeMaxTtlSeconds);
  if (minTtlSeconds > maxTtlSeconds) {
    throw invalid("min-ttl", String(minTtlSeconds), `must not be above --max-ttl, which is ${maxTtlSeconds}`);
  }
  return { minTtlSeconds, maxTtlSeconds, negativeMaxTtlSeconds };
}

/** One of a few words. */
export function oneOf<T extends string>(values: FlagValues, flag: FlagName, allowed: readonly T[], fallback: T): T {
  const text = values.get(flag)?.[0];
  if (text === undefined) return fallback;
  const found = allowed.find((candidate) => candidate === text);
  if (found === undefined) throw invalid(flag, text, `must be ${allowed.join(" or ")}`);
  return found;
}

/** The error for a value that cannot be used; `allowed` says which ones can. */
export function invalid(flag: FlagName, text: string, allowed: string): UsageError {
  return new UsageError(`Cannot use --${flag} "${text}": ${allowed}`);
}
