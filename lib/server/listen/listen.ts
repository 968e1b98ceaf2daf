import {
  AddressFormatError,
  formatSocketAddress,
  isSameAddress,
  parseSocketAddress,
  type SocketAddress,
} from "../../base/net/address.ts";
import { CidrFormatError, formatCidr, parseCidr } from "../../base/net/cidr.ts";

/** What clients may speak at an address: plain DNS is UDP and TCP together (RFC 7766 §5); http is DoH behind a proxy. */
export const LISTEN_PROTOCOLS = ["plain", "tls", "https", "http", "quic"] as const;

/** See `LISTEN_PROTOCOLS`. */
export type ListenProtocol = typeof LISTEN_PROTOCOLS[number];

/** Where DNS is asked for over HTTP unless told otherwise (RFC 8484 §4.1.1 has it as an example, everybody as a default). */
export const DOH_PATH = "/dns-query";

/** RFC 7858 §3.1, RFC 9110 §4.2, RFC 9250 §4.1.1. */
const DEFAULT_PORTS: Readonly<Record<Exclude<ListenProtocol, "plain">, number>> = {
  tls: 853,
  https: 443,
  http: 80,
  quic: 853,
};

/** What may stand behind `?`, and for which protocols. */
const PARAMETERS: Readonly<Record<string, readonly ListenProtocol[]>> = {
  "proxy-protocol": ["plain", "tls", "https", "http"],
  "client-ca": ["tls", "https"],
  "allow": LISTEN_PROTOCOLS,
};

/** Where clients are served, and how. Plain data: it may stand in JSON. */
export interface Listen {
  /** What is spoken there. */
  readonly protocol: ListenProtocol;
  /** Port 0 for a free one. */
  readonly address: SocketAddress;
  /** What is asked for over HTTP; further labels behind it are ids of clients. `null` elsewhere. */
  readonly path: string | null;
  /**
   * The networks of proxies, as `formatCidr` writes them, which say in front of each connection whose it is (PROXY protocol,
   * version 2). Empty for none. Datagrams have no such front.
   */
  readonly proxyNetworks: readonly string[];
  /** The path of a file with the certificates of those whose clients alone are served; `null` for anybody's. */
  readonly clientCa: string | null;
  /** The networks whose clients may ask here, instead of those that may ask elsewhere; `null` for these. */
  readonly allow: readonly string[] | null;
}

/** Plain DNS at an address. */
export function plainListen(address: SocketAddress): Listen {
  return { protocol: "plain", address, path: null, proxyNetworks: [], clientCa: null, allow: null };
}

/** Whether what is spoken there may not be as it will be. */
export function isExperimental({ protocol }: Pick<Listen, "protocol">): boolean {
  return protocol === "quic";
}

/**
 * Reads what is written after `--listen`: an address as `parseSocketAddress` has it, behind `tls://`, `https://`, `http://` or
 * `quic://` unless plain DNS is meant; over HTTP with a path; behind `?` what else is said.
 *
 * @param defaultPort The port of plain DNS when the text names none.
 * @throws {AddressFormatError} when it is not readable.
 */
export function parseListen(text: string, defaultPort: number): Listen {
  const [, scheme, rest] = /^(?:([a-z0-9]+):\/\/)?(.*)$/s.exec(text)!;
  const protocol = scheme === undefined ? "plain" : LISTEN_PROTOCOLS.find((one) => one === scheme);
  if (protocol === undefined || scheme === "plain") {
    throw new AddressFormatError(`must be an address, alone or behind tls://, https://, http:// or quic://`);
  }
  const [, authority, path, query] = /^([^/?]*)(\/[^?]*)?(?:\?(.*))?$/s.exec(rest!)!;
  const port = protocol === "plain" ? defaultPort : DEFAULT_PORTS[protocol];
  const address = parseSocketAddress(authority!, port, 0);
  return { protocol, address, path: readPath(protocol, path), ...readParameters(protocol, query ?? "") };
}

function readPath(protocol: ListenProtocol, path: string | undefined): string | null {
  const hasPath = protocol === "https" || protocol === "http";
  if (!hasPath && path !== undefined) {
    throw new AddressFormatError(`must be an address alone, without ${path}`);
  }
  if (!hasPath) return null;
  if (path === undefined || path === "/") return DOH_PATH;
  if (/^(?:\/[A-Za-z0-9._~!$&'()*+;=:@%-]+)+$/.test(path)) return path;
  throw new AddressFormatError(`the path must be one of a URL, such as ${DOH_PATH}`);
}

function readParameters(
  protocol: ListenProtocol,
  query: string,
): Pick<Listen, "proxyNetworks" | "clientCa" | "allow"> {
  const values = new Map<string, string[]>();
  for (const part of query.split("&").filter((one) => one !== "")) {
    const [, name, value] = /^([^=]*)=?(.*)$/s.exec(part)!;
    if (!Object.hasOwn(PARAMETERS, name!)) {
      throw new AddressFormatError(`there is no ${name}=, only ${Object.keys(PARAMETERS).join("=, ")}=`);
    }
    if (!PARAMETERS[name!]!.includes(protocol)) {
      throw new AddressFormatError(`${name}= is for ${PARAMETERS[name!]!.join(", ")}, not for ${protocol}`);
    }
    values.set(name!, [...values.get(name!) ?? [], decoded(value!)]);
  }
  const networks = (name: string) => values.get(name)?.map(readNetwork);
  const [clientCa, another] = values.get("client-ca") ?? [];
  if (clientCa === "" || another !== undefined) throw new AddressFormatError("client-ca= needs the path of one file");
  return {
    proxyNetworks: networks("proxy-protocol") ?? [],
    clientCa: clientCa ?? null,
    allow: networks("allow") ?? null,
  };
}

function readNetwork(text: string): string {
  try {
    return formatCidr(parseCidr(text));
  } catch (error) {
    if (!(error instanceof CidrFormatError)) throw error;
    throw new AddressFormatError(`"${text}" is no network: ${error.message}`);
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AddressFormatError(`"${text}" has a % that stands for nothing`);
  }
}

/**
 * A listener's name: `192.0.2.1:53`, `tls://192.0.2.1:853`. It is what client groups and the operator know it by, whatever else
 * is said of it.
 */
export function listenName({ protocol, address }: Pick<Listen, "protocol" | "address">): string {
  const text = formatSocketAddress(address);
  return protocol === "plain" ? text : `${protocol}://${text}`;
}

/** All that is said of a listener, in a form that `parseListen` reads again. Two are the same exactly when their texts are. */
export function listenText(listen: Listen): string {
  const { path, proxyNetworks, clientCa, allow } = listen;
  const parameters = [
    ...proxyNetworks.map((network) => `proxy-protocol=${network}`),
    ...(clientCa === null ? [] : [`client-ca=${escaped(clientCa)}`]),
    ...(allow ?? []).map((network) => `allow=${network}`),
  ];
  const query = parameters.length === 0 ? "" : `?${parameters.join("&")}`;
  return `${listenName(listen)}${path === null || path === DOH_PATH ? "" : path}${query}`;
}

/** All of it that its sockets and connections go by: one that differs in the rest alone keeps them. */
export function listenKey(listen: Listen): string {
  // Who takes datagrams ends slowly; so proxies may change while a plain one serves.
  const proxyNetworks = listen.protocol === "plain" ? [] : listen.proxyNetworks;
  return listenText({ ...listen, proxyNetworks, allow: null });
}

/**
 * Whether a listener can take the place of another one that ends at the same moment: at the same address, over TCP alone. Who takes
 * datagrams ends slowly.
 */
export function canFollow(listen: Listen, former: Listen): boolean {
  const isOverTcp = [listen, former].every(({ protocol }) => !transportsOf(protocol).includes("udp"));
  return isOverTcp && listen.address.port !== 0 && isSameAddress(listen.address, former.address);
}

/** What would mean something else in a query, or in a list of listeners. */
function escaped(path: string): string {
  return path.replaceAll(/[%&#,+ ]/g, (character) => encodeURIComponent(character));
}

/** What is bound for a listener: two that have one of these in common cannot have the same address. */
export function transportsOf(protocol: ListenProtocol): readonly SocketAddress["transport"][] {
  if (protocol === "plain") return ["udp", "tcp"];
  // QUIC runs over UDP (RFC 9000).
  return [protocol === "quic" ? "udp" : "tcp"];
}
