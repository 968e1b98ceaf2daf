import { AddressFormatError, formatSocketAddress, parseSocketAddress } from "../base/net/address.ts";
import type { SecureEndpoint } from "./endpoint.ts";

/** What is said of a server behind its address, each as often as it is said: `?ip=192.0.2.1&ip=2001:db8::1`. */
export type Parameters = Readonly<Partial<Record<string, readonly string[]>>>;

/** Those that there are for an encrypted server, and those that nobody has to write by hand. */
const USUAL = ["ip", "bootstrap", "pin-sha256", "ca", "auth"] as const;
const KNOWN = [...USUAL, "tbs-sha256", "designated-by"] as const;

const DEFAULT_PORTS = { tls: 853, https: 443, quic: 853 } as const;
const BOOTSTRAP_PORT = 53;
const DEFAULT_PATH = "/dns-query";
/** RFC 1035 §2.3.4, as text without the dot at its end. */
const NAME_OCTETS_MAX = 253;
const LABEL = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/;
/** 32 octets in base64. */
const HASH = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;

/**
 * The server that stands behind `tls://` and the like: `dns.example:853`, with a path for HTTPS.
 *
 * @throws {AddressFormatError} when that is not readable, or contradicts itself.
 */
export function secureEndpoint(
  protocol: SecureEndpoint["protocol"],
  place: string,
  parameters: Parameters,
): SecureEndpoint {
  const unknown = Object.keys(parameters).find((key) => !KNOWN.some((known) => known === key));
  if (unknown !== undefined) {
    throw new AddressFormatError(
      unknown === "ddr"
        ? "ddr is for plain servers alone, which are asked for their encrypted ones"
        : `there is no parameter "${unknown}"; there are ${USUAL.join(", ")}`,
    );
  }
  const { ip = [], bootstrap = [], "pin-sha256": pins = [], "tbs-sha256": stampHashes = [] } = parameters;
  const [designatedBy] = parameters["designated-by"] ?? [];
  const { authority, path } = splitPath(protocol, place);
  const { hostname, port } = splitAuthority(authority, DEFAULT_PORTS[protocol]);
  const addresses = ip.map((one) => addressOf(one, "ip"));
  const isLiteral = hostname.includes(":") || /^[0-9.]+$/.test(hostname);
  const endpoint: SecureEndpoint = {
    protocol,
    name: isLiteral ? null : nameOf(hostname),
    addresses: [...new Set(isLiteral ? [addressOf(hostname), ...addresses] : addresses)],
    bootstrap: [...new Set(bootstrap.map(bootstrapOf))],
    port,
    path,
    pins: [...new Set(pins.map(hashOf))],
    stampHashes: [...new Set(stampHashes.map(hashOf))],
    ca: caOf(parameters.ca ?? []),
    auth: authOf(parameters.auth ?? []),
    ...designatedBy === undefined ? {} : { designatedBy: addressOf(designatedBy, "designated-by") },
  };
  assertSense(endpoint);
  return endpoint;
}

/** A plain server as `SecureEndpoint.bootstrap` has it. */
export function bootstrapOf(text: string): string {
  if (/[a-zA-Z]/.test(text) && !text.includes(":")) {
    throw new AddressFormatError(`a bootstrap server needs an address, not a name such as ${text}`);
  }
  return formatSocketAddress(parseSocketAddress(text, BOOTSTRAP_PORT));
}

/** A hash of 32 octets in base64, `sha256/` before it or not, as RFC 7469 and curl write it. */
function hashOf(text: string): string {
  const hash = text.replace(/^sha256\/{1,2}/, "");
  if (HASH.test(hash)) return hash;
  throw new AddressFormatError(
    `"${text}" is no pin: it takes SHA-256 of a public key in base64, 44 characters, the last of them =`,
  );
}

function caOf(given: readonly string[]): string | null {
  if (given.length > 1) throw new AddressFormatError("ca must be said once: a file may have several certificates");
  const [ca = null] = given;
  if (ca === null || ca === "none" || ca.startsWith("/")) return ca;
  throw new AddressFormatError(`ca must be a file from the root, such as /etc/ssl/ca.pem, or none, not "${ca}"`);
}

function authOf(given: readonly string[]): SecureEndpoint["auth"] {
  const wrong = given.find((one) => one !== "none" && one !== "name");
  if (wrong !== undefined) throw new AddressFormatError(`auth must be name or none, not "${wrong}"`);
  return given.includes("none") ? "none" : "name";
}

function assertSense({ protocol, pins, stampHashes, ca, auth }: SecureEndpoint): void {
  const proves = pins.length > 0 || stampHashes.length > 0 || ca !== null;
  if (auth === "none" && proves) {
    throw new AddressFormatError("auth=none believes everybody: it does not go with pins or ca");
  }
  if (ca === "none" && pins.length === 0) {
    throw new AddressFormatError("ca=none needs pin-sha256: without either nothing would tell the server from another");
  }
  if (protocol === "quic" && (pins.length > 0 || stampHashes.length > 0 || auth === "none")) {
    throw new AddressFormatError("over QUIC the certificate is not shown to us: neither pins nor auth=none can be had");
  }
}

function splitPath(protocol: SecureEndpoint["protocol"], place: string): { authority: string; path: string | null } {
  const slash = place.indexOf("/");
  const authority = slash === -1 ? place : place.slice(0, slash);
  const rest = slash === -1 ? "" : place.slice(slash);
  if (protocol !== "https") {
    if (rest !== "" && rest !== "/") throw new AddressFormatError(`only https:// has a path, such as ${rest}`);
    return { authority, path: null };
  }
  if (!/^[\x21-\x7e]*$/.test(rest) || rest.includes("#")) {
    throw new AddressFormatError(`the path ${rest} has characters that must be written as %XX`);
  }
  return { authority, path: rest === "" ? DEFAULT_PATH : rest };
}

function splitAuthority(authority: string, defaultPort: number): { hostname: string; port: number } {
  if (authority.includes("@")) throw new AddressFormatError("no user belongs before the name of a server");
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(authority);
  const parts = bracketed ?? /^([^:]*)(?::([^:]*))?$/.exec(authority);
  // Several colons and no brackets: an IPv6 address, all of it.
  if (parts === null) return { hostname: authority, port: defaultPort };
  const [, hostname, port] = parts;
  return { hostname: hostname!, port: port === undefined ? defaultPort : portOf(port) };
}

function portOf(text: string): number {
  const port = /^[0-9]{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port >= 1 && port <= 65535)) throw new AddressFormatError("port must be 1–65535");
  return port;
}

function addressOf(text: string, parameter?: string): string {
  const bare = text.replace(/^\[(.*)\]$/, "$1");
  const isBare = bare.includes(":") || !text.includes(":");
  try {
    // The port stands behind the name.
    if (isBare) return parseSocketAddress(bare.includes(":") ? `[${bare}]` : bare, 1).hostname;
  } catch (error) {
    if (!(error instanceof AddressFormatError) || parameter === undefined) throw error;
  }
  throw new AddressFormatError(`${parameter ?? "it"} must be an IP address alone, not "${text}"`);
}

function nameOf(hostname: string): string {
  const name = asciiOf(hostname).replace(/\.$/, "");
  const isName = name.length <= NAME_OCTETS_MAX && name.split(".").every((label) => LABEL.test(label));
  if (isName) return name;
  throw new AddressFormatError(
    hostname === "" ? "the name or the address of a server is missing" : `"${hostname}" is no name of a server`,
  );
}

/** In the letters that certificates have (RFC 5891): what is not ASCII becomes `xn--…`. */
function asciiOf(hostname: string): string {
  if (/^[\x21-\x7e]*$/.test(hostname)) return hostname.toLowerCase();
  return URL.parse(`https://${hostname}`)?.hostname ?? hostname;
}
