import { isIpv6, type SocketAddress } from "../../base/net/address.ts";
import { type Designations, DISCOVERY_NAME } from "../../resolver/local/discovery.ts";
import { CLASS, TYPE } from "../../wire/iana.ts";
import type { ResourceRecord } from "../../wire/message.ts";
import { nameFromText } from "../../wire/name.ts";
import { rdataFromText } from "../../wire/text/rdata_text.ts";
import type { Listen } from "./listen.ts";

/** How long clients go by it, in seconds: a certificate or a listener may go. */
const TTL_SECONDS = 300;
/** Listeners that are told of. */
const SERVICES_MAX = 8;

/** What is spoken at an encrypted listener, as RFC 9461 §4.1 has it, and the port that goes without saying. */
const SPOKEN: Readonly<Record<string, { readonly alpn: string; readonly port: number }>> = {
  tls: { alpn: "dot", port: 853 },
  https: { alpn: "h2", port: 443 },
  quic: { alpn: "doq", port: 853 },
};

/** Whom a certificate that is shown here is for. */
export interface ShownCertificate {
  /** In lower case. */
  readonly names: readonly string[];
  /** Canonical text. */
  readonly addresses: readonly string[];
}

/** Why nobody is told how else this server can be asked, in words. */
export interface Undesignated {
  /** As it stands behind "not discoverable: ". */
  readonly whyNot: string;
}

/**
 * How whoever has asked at the address `asked` can ask otherwise (RFC 9462). A client believes it if the certificate that it
 * meets there is for the address that it has asked: it is told of nothing else.
 *
 * @param asked `null` if it is not known.
 * @param served Where clients are served, in the order in which they are to try it.
 * @param certificates What encrypted listeners show, the first one to those who ask for no other.
 */
export function designationsFor(
  asked: string | null,
  served: readonly Listen[],
  certificates: readonly ShownCertificate[],
): Designations | Undesignated {
  const encrypted = served.filter(isDesignated);
  if (encrypted.length === 0) return { whyNot: "nothing encrypted is served" };
  if (asked === null) {
    return { whyNot: "which of this machine's addresses is asked is known over UDP with native I/O alone" };
  }
  const place = certificates.findIndex(({ addresses }) => addresses.includes(asked));
  if (place === -1) return { whyNot: `no certificate is for ${asked}` };
  // RFC 9462 §4: a name, and neither "." nor one of ours.
  const target = certificates[place]!.names.find((name) => !name.startsWith("*"));
  if (target === undefined) return { whyNot: `the certificate that is for ${asked} has no name` };
  // Over QUIC everybody is shown the first one.
  const reachable = encrypted
    .map((listen) => ({ listen, address: addressOf(listen.address, asked) }))
    .filter(({ listen, address }) => address !== null && (listen.protocol !== "quic" || place === 0))
    .slice(0, SERVICES_MAX);
  if (reachable.length === 0) return { whyNot: `no encrypted listener is there for who asks ${asked}` };
  const addresses = [...new Set(reachable.map(({ address }) => address!))];
  return {
    services: reachable.map(({ listen, address }, i) => service(i + 1, target, listen, address!)),
    addresses: addresses.map((address) => addressRecord(target, address)),
  };
}

/** Whether clients may be told of a listener: it is encrypted, and for all. */
export function isDesignated({ protocol, clientCa }: Listen): boolean {
  return protocol in SPOKEN && clientCa === null;
}

/** Where whoever has asked `asked` finds a listener; `null` where it is for others. */
function addressOf(address: SocketAddress, asked: string): string | null {
  const { hostname } = address;
  const isForIpv4 = !asked.includes(":");
  if (hostname === "::" || (hostname === "0.0.0.0" && isForIpv4)) return asked;
  if (hostname === "0.0.0.0") return null;
  return isLoopback(hostname) === isLoopback(asked) && isIpv6(address) !== isForIpv4 ? hostname : null;
}

function isLoopback(hostname: string): boolean {
  return hostname === "::1" || hostname.startsWith("127.");
}

function service(priority: number, target: string, { protocol, address, path }: Listen, hint: string): ResourceRecord {
  const { alpn, port } = SPOKEN[protocol]!;
  const parameters = [
    `alpn="${alpn}"`,
    ...address.port === port ? [] : [`port=${address.port}`],
    `${hint.includes(":") ? "ipv6hint" : "ipv4hint"}=${hint}`,
    ...path === null ? [] : [`key7="${path}{?dns}"`],
  ];
  const rdata = rdataFromText(TYPE.SVCB, `${priority} ${target}. ${parameters.join(" ")}`);
  return { name: DISCOVERY_NAME, type: TYPE.SVCB, class: CLASS.IN, ttl: TTL_SECONDS, rdata };
}

function addressRecord(target: string, address: string): ResourceRecord {
  const type = address.includes(":") ? TYPE.AAAA : TYPE.A;
  const rdata = rdataFromText(type, address);
  return { name: nameFromText(target), type, class: CLASS.IN, ttl: TTL_SECONDS, rdata };
}
