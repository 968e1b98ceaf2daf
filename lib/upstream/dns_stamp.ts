import { AddressFormatError } from "../base/net/address.ts";
import type { Parameters } from "./secure_endpoint.ts";

/** What a DNS stamp says, as it would be written without one. */
export interface DnsStamp {
  /** `tls://dns.example:853`, say. */
  readonly text: string;
  /** What stands behind that. */
  readonly parameters: Parameters;
}

const SCHEMES: Readonly<Record<number, string>> = { 0x02: "https", 0x03: "tls", 0x04: "quic" };

/** Kinds that nobody is asked over here. */
const OTHERS: Readonly<Record<number, string>> = {
  0x01: "DNSCrypt",
  0x05: "Oblivious DoH",
  0x81: "a relay for DNSCrypt",
  0x85: "a relay for Oblivious DoH",
};

const PLAIN = 0x00;
/** DNSSEC, no logs, no filter: what the server promises. Nobody can tell whether it keeps that. */
const PROPERTIES_OCTETS = 8;
const HASH_OCTETS = 32;
/** In front of all members of a set but the last. */
const MORE = 0x80;

/**
 * Reads `sdns://…` (draft-denis-dns-stamps): address, name, path and what its certificates are pinned to in one text.
 *
 * @throws {AddressFormatError} when it is not readable, or nobody is asked here over what it is for.
 */
export function readDnsStamp(text: string): DnsStamp {
  const reader = new StampReader(octetsOf(text.slice("sdns://".length)));
  const kind = reader.octet();
  const scheme = SCHEMES[kind];
  if (scheme === undefined && kind !== PLAIN) {
    const what = OTHERS[kind] ?? `something of kind 0x${kind.toString(16).padStart(2, "0")}`;
    throw new AddressFormatError(`this DNS stamp is for ${what}; there are DNS over TLS, HTTPS, QUIC and plain DNS`);
  }
  reader.skip(PROPERTIES_OCTETS);
  const { ip, port } = splitAddress(reader.text());
  if (scheme === undefined) {
    reader.assertEnd();
    if (ip === "") throw new AddressFormatError("this DNS stamp has no address");
    return { text: `${ip}${port}`, parameters: {} };
  }
  // Several servers leave a set of one empty member.
  const hashes = reader.set().filter((hash) => hash.length > 0).map(hashOf);
  const host = splitAddress(reader.text());
  const path = scheme === "https" ? reader.text() : "";
  const bootstrap = reader.isAtEnd ? [] : reader.set().map((one) => new TextDecoder().decode(one));
  reader.assertEnd();
  const name = host.ip === "" ? ip : host.ip;
  const isAddressNeeded = ip !== "" && name !== ip;
  const parameters = {
    ...isAddressNeeded && { ip: [ip] },
    // Whoever has the address need not ask for it.
    ...ip === "" && bootstrap.length > 0 && { bootstrap },
    ...hashes.length > 0 && { "tbs-sha256": hashes },
  };
  return { text: `${scheme}://${name}${host.port || port}${path}`, parameters };
}

/** Base64 without padding, as in URLs (RFC 4648 §5). */
function octetsOf(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text, { alphabet: "base64url" });
  } catch {
    throw new AddressFormatError("a DNS stamp is base64 in the letters of URLs, A–Z a–z 0–9 - _, behind sdns://");
  }
}

/** An address or a name, with `:port` or without; nothing, or the port alone, where it is to be found out. */
function splitAddress(text: string): { ip: string; port: string } {
  const [, ip, port] = /^(\[[^\]]*\]|[^:]*|.*:.*:.*?)(:\d+)?$/.exec(text) ?? [];
  return { ip: ip ?? text, port: port ?? "" };
}

function hashOf(octets: Uint8Array): string {
  if (octets.length !== HASH_OCTETS) {
    throw new AddressFormatError(`this DNS stamp has a hash of ${octets.length} octets; SHA-256 has ${HASH_OCTETS}`);
  }
  return octets.toBase64();
}

/** Reads what a stamp is made of: octets, and texts and sets of texts behind their lengths. */
class StampReader {
  readonly #octets: Uint8Array;
  #at = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#octets.length;
  }

  assertEnd(): void {
    if (!this.isAtEnd) throw new AddressFormatError("this DNS stamp has something behind its end");
  }

  octet(): number {
    return this.#take(1)[0]!;
  }

  skip(count: number): void {
    this.#take(count);
  }

  /** "LP": a length in front. */
  text(): string {
    return new TextDecoder().decode(this.#take(this.octet()));
  }

  /** "VLP": several, each with its length in front, which says whether there are more. */
  set(): Uint8Array[] {
    const members: Uint8Array[] = [];
    for (let hasMore = true; hasMore;) {
      const length = this.octet();
      hasMore = (length & MORE) !== 0;
      members.push(this.#take(length & ~MORE));
    }
    return members;
  }

  #take(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#octets.length) throw new AddressFormatError("this DNS stamp breaks off");
    const taken = this.#octets.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}
