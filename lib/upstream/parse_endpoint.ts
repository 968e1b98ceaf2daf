import { AddressFormatError, parseSocketAddress, type SocketAddress } from "../base/net/address.ts";
import { type Endpoint, endpointAt, type PlainEndpoint, type Protocol, SECURE_PROTOCOLS } from "./endpoint.ts";
import { readDnsStamp } from "./dns_stamp.ts";
import { type Parameters, secureEndpoint } from "./secure_endpoint.ts";

/**
 * What an operator may write before `://`: what there is a transport for. UDP is what is meant without. Others are read, too, for
 * whoever makes their transport.
 */
export const SCHEMES: readonly Protocol[] = ["tcp", "tls", "https", "quic"];

/** What else people call them. */
const OTHERWISE: Readonly<Record<string, string>> = {
  dot: "tls://",
  doh: "https://",
  h2: "https://",
  h3: "https://",
  http: "https://",
  doq: "quic://",
};

/**
 * Reads what is written after `--resolver`: an address as `parseSocketAddress` has it, which is asked over UDP, and over TCP
 * alone behind `tcp://`; a server that is asked over an encrypted transport, `tls://dns.example:853?ip=192.0.2.1`; or a DNS
 * stamp, which is one of these.
 *
 * @param defaultPort The port of a plain server when the text names none.
 * @param beside What is said of it beside the text, in a file.
 * @throws {AddressFormatError} when it is not readable.
 */
export function parseEndpoint(text: string, defaultPort: number, beside: Parameters = {}): Endpoint {
  if (text.startsWith("sdns://")) {
    const stamp = readDnsStamp(text);
    return parseEndpoint(stamp.text, defaultPort, { ...stamp.parameters, ...beside });
  }
  const scheme = /^([a-zA-Z0-9]+):\/\//.exec(text)?.[1];
  const protocol = SECURE_PROTOCOLS.find((known) => known === scheme);
  // RFC 8484 §4.1: providers write their address with the variable of GET.
  const rest = text.slice(scheme === undefined ? 0 : scheme.length + "://".length).replace("{?dns}", "");
  const { place, parameters } = splitParameters(rest, beside);
  if (protocol !== undefined) return secureEndpoint(protocol, place, parameters);
  if (scheme !== undefined && scheme !== "tcp") throw new AddressFormatError(noSuchScheme(scheme));
  const address = parseSocketAddress(place, defaultPort);
  return plainEndpoint({ ...address, transport: scheme === undefined ? "udp" : "tcp" }, parameters);
}

/**
 * The same of one that is to be asked.
 *
 * @throws {AddressFormatError} when it is not readable, or there is no transport for it.
 */
export function parseAskable(text: string, defaultPort: number, beside?: Parameters): Endpoint {
  const endpoint = parseEndpoint(text, defaultPort, beside);
  const { protocol } = endpoint;
  if (protocol === "udp" || SCHEMES.includes(protocol)) return endpoint;
  throw new AddressFormatError(noSuchScheme(protocol));
}

function noSuchScheme(scheme: string): string {
  const known = SCHEMES.map((known) => `${known}://`);
  const meant = OTHERWISE[scheme];
  const hint = meant === undefined ? "" : `; ${meant} is what it is called here`;
  return `must be an address, asked over UDP, or begin with ${known.join(" or ")}; there is no ${scheme}://${hint}`;
}

function plainEndpoint(address: SocketAddress, { ddr, ...others }: Parameters): PlainEndpoint {
  const [idle] = Object.keys(others);
  if (idle !== undefined) throw new AddressFormatError(`${idle} is for encrypted servers alone, such as tls://`);
  return ddr === undefined ? endpointAt(address) : { ...endpointAt(address), isDiscovered: true };
}

/** Cuts `?ip=192.0.2.1&auth=none` off, and puts it to what is said `beside`. */
function splitParameters(text: string, beside: Parameters): { place: string; parameters: Parameters } {
  const mark = text.indexOf("?");
  if (mark === -1) return { place: text, parameters: beside };
  const parameters: Record<string, readonly string[] | undefined> = { ...beside };
  for (const one of text.slice(mark + 1).split("&").filter((one) => one !== "")) {
    const [key, value] = /^([^=]*)(?:=(.*))?$/s.exec(one)!.slice(1);
    parameters[key!] = [...parameters[key!] ?? [], decoded(value ?? "")];
  }
  return { place: text.slice(0, mark), parameters };
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new AddressFormatError(`"${value}" has a % without the code of a character behind it`);
  }
}
