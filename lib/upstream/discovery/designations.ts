import { formatIp } from "../../base/net/ip.ts";
import { CLASS, TYPE } from "../../wire/iana.ts";
import type { Message, ResourceRecord } from "../../wire/message.ts";
import { isSameName, isWithin, type Name, nameFromText, nameToText, ROOT } from "../../wire/name.ts";
import { uint16At } from "../../wire/octets.ts";
import { areServiceParameters } from "../../wire/rdata/service_parameters_form.ts";
import type { SecureEndpoint } from "../endpoint.ts";

/** What a server is asked how else it can be asked (RFC 9462 §4). */
export const DISCOVERY_NAME: Name = nameFromText("_dns.resolver.arpa");

/** More ways than a server sensibly has, and addresses of one. */
const DESIGNATIONS_MAX = 8;
const ADDRESSES_MAX = 8;

/** SvcParamKeys (RFC 9460 §14.3.2, RFC 9461 §5). */
const KEY = { mandatory: 0, alpn: 1, noDefaultAlpn: 2, port: 3, ipv4hint: 4, ipv6hint: 6, dohpath: 7 } as const;
const KNOWN: readonly number[] = Object.values(KEY);

/** RFC 9461 §4.1: what is spoken, by what it is called in a handshake. Without one of these there is nothing for us. */
const PROTOCOLS: readonly (readonly [alpn: string, protocol: SecureEndpoint["protocol"], port: number])[] = [
  ["dot", "tls", 853],
  ["h2", "https", 443],
  // An experiment here, so behind the others.
  ["doq", "quic", 853],
];

/** A way to ask a server that it says is its own. Nobody has shown yet that it is. */
export interface Designation extends Pick<SecureEndpoint, "protocol" | "port" | "path" | "addresses"> {
  /** The name of who is asked, in lower case and without the dot at its end. */
  readonly target: string;
}

/**
 * What a response says of how else its server can be asked, best first (RFC 9461, RFC 9462 §4). What must be understood and
 * is not leaves a record out (RFC 9460 §8).
 */
export function readDesignations({ answers, additionals }: Message): Designation[] {
  const services = answers
    .filter(({ type, class: rrclass, name }) => {
      return type === TYPE.SVCB && rrclass === CLASS.IN && isSameName(name, DISCOVERY_NAME);
    })
    .map(({ rdata }) => readService(rdata))
    .filter((service) => service !== null)
    .toSorted((a, b) => a.priority - b.priority);
  return services.flatMap((service) => designationsOf(service, additionals)).slice(0, DESIGNATIONS_MAX);
}

interface Service {
  readonly priority: number;
  readonly target: Name;
  readonly parameters: ReadonlyMap<number, Uint8Array>;
}

function readService(rdata: Uint8Array<ArrayBuffer>): Service | null {
  const priority = uint16At(rdata, 0);
  let at = 2;
  while (at < rdata.length && rdata[at] !== 0) at += 1 + rdata[at]!;
  const target = rdata.slice(2, at + 1);
  // RFC 9460 §2.4.2: 0 is an alias, which says nothing of how. RFC 9462 §4: these two names are no server's.
  if (priority === 0 || isSameName(target, ROOT) || isWithin(target, RESOLVER_ARPA)) return null;
  if (!areServiceParameters(rdata, at + 1, rdata.length)) return null;
  const parameters = new Map<number, Uint8Array>();
  for (let offset = at + 1; offset < rdata.length;) {
    const end = offset + 4 + uint16At(rdata, offset + 2);
    parameters.set(uint16At(rdata, offset), rdata.subarray(offset + 4, end));
    offset = end;
  }
  const mandatory = parameters.get(KEY.mandatory) ?? NOTHING;
  for (let i = 0; i + 1 < mandatory.length; i += 2) if (!KNOWN.includes(uint16At(mandatory, i))) return null;
  return { priority, target, parameters };
}

const RESOLVER_ARPA = nameFromText("resolver.arpa");
const NOTHING = new Uint8Array(0);

function designationsOf({ target, parameters }: Service, additionals: readonly ResourceRecord[]): Designation[] {
  const alpns = stringsOf(parameters.get(KEY.alpn) ?? NOTHING);
  const given = parameters.get(KEY.port);
  const hints = [
    ...addressesOf(parameters.get(KEY.ipv4hint) ?? NOTHING, 4),
    ...addressesOf(parameters.get(KEY.ipv6hint) ?? NOTHING, 16),
  ];
  const glue = additionals.filter(({ name }) => isSameName(name, target)).flatMap(({ type, rdata }) => {
    return type === TYPE.A ? addressesOf(rdata, 4) : type === TYPE.AAAA ? addressesOf(rdata, 16) : [];
  });
  const addresses = [...new Set([...hints, ...glue])].slice(0, ADDRESSES_MAX);
  const name = nameToText(target).replace(/\.$/, "").toLowerCase();
  // No certificate is for any other (RFC 5890 §2.3.1).
  if (!/^[a-z0-9_.-]+$/.test(name)) return [];
  return PROTOCOLS.flatMap(([alpn, protocol, defaultPort]) => {
    const port = given?.length === 2 ? uint16At(given, 0) : defaultPort;
    const path = protocol === "https" ? pathOf(parameters.get(KEY.dohpath)) : null;
    if (!alpns.includes(alpn) || port === 0 || (protocol === "https" && path === null)) return [];
    return [{ protocol, port, path, addresses, target: name }];
  });
}

/** RFC 9461 §5: a template (RFC 6570) with the variable `dns`. Others than the usual form are for those who can fill them in. */
function pathOf(template: Uint8Array | undefined): string | null {
  return /^(\/[A-Za-z0-9._~!$'()*+;=:@%/-]*)\{\?dns\}$/.exec(new TextDecoder().decode(template ?? NOTHING))?.[1] ??
    null;
}

function stringsOf(value: Uint8Array): string[] {
  const strings: string[] = [];
  for (let at = 0; at < value.length; at += 1 + value[at]!) {
    strings.push(new TextDecoder().decode(value.subarray(at + 1, at + 1 + value[at]!)));
  }
  return strings;
}

function addressesOf(value: Uint8Array, size: 4 | 16): string[] {
  const addresses: string[] = [];
  for (let at = 0; at + size <= value.length; at += size) addresses.push(formatIp(value.slice(at, at + size)));
  return addresses;
}
