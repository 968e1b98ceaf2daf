import { equals } from "@std/bytes/equals";
import { formatIp } from "../net/ip.ts";
import { DER, DerError, DerReader, type DerValue, isDer, objectId } from "./der.ts";

/** What stands in a certificate (X.509, RFC 5280), as far as it decides something here. */
export interface Certificate {
  /** Whom it is for, in words: its common name, the first of its names or addresses, or nothing. */
  readonly subject: string;
  /** Who has signed it, in words. */
  readonly issuer: string;
  /** Whether it says of itself that it was signed with its own key. */
  readonly isSelfIssued: boolean;
  /** The names that it is for (dNSName of its SAN), in lower case. */
  readonly names: readonly string[];
  /** The addresses that it is for (iPAddress of its SAN), canonical text. */
  readonly addresses: readonly string[];
  /** From when on it holds, in seconds since 1970. */
  readonly validFromS: number;
  /** Until when it holds, in seconds since 1970. */
  readonly validToS: number;
  /** Whether servers may show it: its purposes (RFC 5280 §4.2.1.12) name them, or any, or there are none. */
  readonly isForServers: boolean;
  /** Whether it is an authority's whose key usage does not let it sign certificates (RFC 5280 §4.2.1.3 and §6.1.4 (n)). */
  readonly isBarredAuthority: boolean;
  /** Its public key (SubjectPublicKeyInfo); a view. */
  readonly spki: Uint8Array;
  /** What is signed of it (TBSCertificate); a view. */
  readonly tbs: Uint8Array;
  /**
   * Whether all of it has the one form that every reader takes in the same way: version 3, nothing twice, nothing longer than
   * it need be. Only then may somebody who reads the certificate go by it that somebody else has checked it.
   */
  readonly isPlain: boolean;
}

const OBJECTS = {
  commonName: objectId("2.5.4.3"),
  organization: objectId("2.5.4.10"),
  subjectAltName: objectId("2.5.29.17"),
  purposes: objectId("2.5.29.37"),
  basicConstraints: objectId("2.5.29.19"),
  keyUsage: objectId("2.5.29.15"),
};

/** RFC 5280 §4.2.1.3: bit 5 of a key usage, in its first octet; what stands behind it. */
const CERT_SIGN = 0x04;
const UNUSED_BITS_MAX = 2;

/** RFC 5280 §4.2.1.12: any purpose, and servers of TLS. */
const FOR_SERVERS = ["2.5.29.37.0", "1.3.6.1.5.5.7.3.1"].map(objectId);

/** Basic constraints, name constraints, policies, their constraints, points of revocation lists, purposes, alternative names. */
const SEQUENCES = ["19", "30", "32", "36", "31", "37", "17"].map((last) => objectId(`2.5.29.${last}`));

/** Readers have limits; no certificate comes near this one. */
const PLAIN_OCTETS_MAX = 32_768;

/** RFC 5280 §4.2.1.6: [2] IA5String and [7] OCTET STRING of a GeneralName. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

/** RFC 5280 §4.1: [0] version, [1] and [2] what nobody writes any more, [3] extensions; all of TBSCertificate. */
const VERSION = 0xa0;
const UNIQUE_IDS: readonly number[] = [0x81, 0x82, 0xa1, 0xa2];
const EXTENSIONS = 0xa3;

/**
 * Reads a certificate.
 *
 * @throws {DerError} when it is none.
 */
export function readCertificate(der: Uint8Array): Certificate {
  const outer = new DerReader(der);
  const parts = new DerReader(outer.take(DER.sequence).content);
  outer.end();
  const tbs = parts.take(DER.sequence);
  const algorithm = parts.take(DER.sequence);
  const signature = parts.take(DER.bitString);
  parts.end();

  const fields = new DerReader(tbs.content);
  const version = fields.takeIf(VERSION);
  const serial = fields.take(DER.integer).content;
  const innerAlgorithm = fields.take(DER.sequence);
  const issuer = fields.take(DER.sequence);
  const validity = new DerReader(fields.take(DER.sequence).content);
  const [validFromS, validToS] = [timeOf(validity.take()), timeOf(validity.take())];
  validity.end();
  const subject = fields.take(DER.sequence);
  const spki = fields.take(DER.sequence);
  let hasUniqueIds = false;
  for (const tag of UNIQUE_IDS) hasUniqueIds = fields.takeIf(tag) !== null || hasUniqueIds;
  const extensions = extensionsOf(fields.takeIf(EXTENSIONS));
  fields.end();

  const { names, addresses } = alternativesOf(extensions.list);
  return {
    subject: wordsOf(subject) || (names[0] ?? addresses[0] ?? ""),
    issuer: wordsOf(issuer),
    isSelfIssued: equals(subject.whole, issuer.whole),
    names,
    addresses,
    validFromS,
    validToS,
    isForServers: isForServers(extensions.list),
    isBarredAuthority: isAuthority(extensions.list) && !maySign(extensions.list),
    spki: spki.whole,
    tbs: tbs.whole,
    isPlain: der.length <= PLAIN_OCTETS_MAX && isDer(der) && isVersion3(version) && isPositive(serial) &&
      !hasUniqueIds &&
      extensions.arePlain && equals(algorithm.whole, innerAlgorithm.whole) && signature.content[0] === 0,
  };
}

/** X.690 §8.3: a positive number, in as few octets as possible. */
function isPositive(integer: Uint8Array): boolean {
  const [first, second] = integer;
  return first !== undefined && first < 0x80 && (first !== 0 || second === undefined || second >= 0x80);
}

function isVersion3(version: DerValue | null): boolean {
  return version !== null && equals(version.content, Uint8Array.of(DER.integer, 1, 2));
}

interface Extension {
  readonly id: Uint8Array;
  readonly value: Uint8Array;
}

function extensionsOf(field: DerValue | null): { list: readonly Extension[]; arePlain: boolean } {
  if (field === null) return { list: [], arePlain: true };
  const wrapped = new DerReader(field.content);
  const reader = new DerReader(wrapped.take(DER.sequence).content);
  wrapped.end();
  // RFC 5280 §4.1: none at all, or at least one.
  if (reader.isAtEnd) return { list: [], arePlain: false };
  const list: Extension[] = [];
  let arePlain = true;
  while (!reader.isAtEnd) {
    const parts = new DerReader(reader.take(DER.sequence).content);
    const id = parts.take(DER.objectId).whole;
    const critical = parts.takeIf(DER.boolean);
    const value = parts.take(DER.octetString).content;
    parts.end();
    // X.690 §11.1 and §11.5: what is the default is not written, and true is 255.
    if (critical !== null && !equals(critical.content, Uint8Array.of(0xff))) arePlain = false;
    if (!isDer(value) || (isSequence(id) && value[0] !== DER.sequence)) arePlain = false;
    if (list.some((other) => equals(other.id, id))) arePlain = false;
    list.push({ id, value });
  }
  return { list, arePlain };
}

/** Whether the extension is one of those of RFC 5280 §4.2.1 that are sequences. */
function isSequence(id: Uint8Array): boolean {
  return SEQUENCES.some((sequence) => equals(id, sequence));
}

function alternativesOf(extensions: readonly Extension[]): { names: string[]; addresses: string[] } {
  const names: string[] = [];
  const addresses: string[] = [];
  const extension = extensions.find(({ id }) => equals(id, OBJECTS.subjectAltName));
  if (extension === undefined) return { names, addresses };
  const reader = new DerReader(new DerReader(extension.value).take(DER.sequence).content);
  while (!reader.isAtEnd) {
    const { tag, content } = reader.take();
    // What cannot be a name of a host is none: it may be made to look like one.
    const name = tag === DNS_NAME ? latin1(content).toLowerCase() : "";
    if (/^[!-~]+$/.test(name)) names.push(name);
    if (tag === IP_ADDRESS && (content.length === 4 || content.length === 16)) addresses.push(formatIp(content));
  }
  return { names, addresses };
}

function isForServers(extensions: readonly Extension[]): boolean {
  const extension = extensions.find(({ id }) => equals(id, OBJECTS.purposes));
  if (extension === undefined) return true;
  if (!isDer(extension.value) || extension.value[0] !== DER.sequence) return false;
  const reader = new DerReader(new DerReader(extension.value).take(DER.sequence).content);
  while (!reader.isAtEnd) {
    const { whole } = reader.take();
    if (FOR_SERVERS.some((purpose) => equals(whole, purpose))) return true;
  }
  return false;
}

/** What cannot be read is taken for one: it is its key usage that has to let it sign. */
function isAuthority(extensions: readonly Extension[]): boolean {
  return extensions.filter(({ id }) => equals(id, OBJECTS.basicConstraints)).some(({ value }) => {
    if (!isDer(value) || value[0] !== DER.sequence) return true;
    const first = new DerReader(new DerReader(value).take(DER.sequence).content).takeIf(DER.boolean);
    return first !== null && first.content[0] !== 0;
  });
}

/** Where there is a key usage, it has keyCertSign. */
function maySign(extensions: readonly Extension[]): boolean {
  return extensions.filter(({ id }) => equals(id, OBJECTS.keyUsage)).every(({ value }) => {
    if (!isDer(value) || value[0] !== DER.bitString) return false;
    const [unused, bits, ...more] = new DerReader(value).take(DER.bitString).content;
    if (unused === undefined || bits === undefined) return false;
    return (bits & CERT_SIGN) !== 0 && (more.length > 0 || unused <= UNUSED_BITS_MAX);
  });
}

/** The common name of a distinguished name, or its organization: what tells people whose it is. */
function wordsOf(name: DerValue): string {
  const found = new Map<Uint8Array, string>();
  const sets = new DerReader(name.content);
  while (!sets.isAtEnd) {
    const attributes = new DerReader(sets.take(DER.set).content);
    while (!attributes.isAtEnd) {
      const parts = new DerReader(attributes.take(DER.sequence).content);
      const { whole: id } = parts.take(DER.objectId);
      const { tag, content } = parts.take();
      for (const wanted of [OBJECTS.commonName, OBJECTS.organization]) {
        if (equals(id, wanted)) found.set(wanted, textOf(tag, content));
      }
    }
  }
  return found.get(OBJECTS.commonName) ?? found.get(OBJECTS.organization) ?? "";
}

/** Goes into messages: nothing in it may end a line, or move a cursor. */
function textOf(tag: number, content: Uint8Array): string {
  const text = tag === DER.utf8String ? new TextDecoder().decode(content) : latin1(content);
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, "?");
}

function latin1(octets: Uint8Array): string {
  return Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
}

/** RFC 5280 §4.1.2.5: in UTC, to the second; until 2049 with two digits for the year. */
function timeOf({ tag, content }: DerValue): number {
  const text = latin1(content);
  const pattern = tag === DER.utcTime
    ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
    : tag === DER.generalizedTime
    ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/
    : null;
  const [year, month, day, hour, minute, second] = pattern?.exec(text)?.slice(1).map(Number) ?? [];
  if (year === undefined) throw new DerError(`A time cannot be read: ${textOf(tag, content)}`);
  const century = tag === DER.generalizedTime ? 0 : year < 50 ? 2000 : 1900;
  return Date.UTC(century + year, month! - 1, day, hour, minute, second) / 1000;
}
