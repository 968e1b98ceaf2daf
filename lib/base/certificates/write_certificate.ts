import { parseIp } from "../net/ip.ts";
import { DER, derOf, objectId } from "./der.ts";

/** What is to stand in a certificate. */
export interface CertificateDraft {
  /** Whom it is for: a common name. */
  readonly subject: string;
  /** Who signs it: a common name, that of its own for one that signs itself. */
  readonly issuer: string;
  /** The names that it is for. */
  readonly names: readonly string[];
  /** The addresses that it is for. */
  readonly addresses: readonly string[];
  /** From when on it holds, in seconds since 1970. */
  readonly validFromS: number;
  /** Until when it holds, in seconds since 1970. */
  readonly validToS: number;
  /** What tells it from others of its issuer: unpredictable octets, 20 at most (RFC 5280 §4.1.2.2). */
  readonly serial: Uint8Array;
  /** Whether it may sign others, and then nothing else. */
  readonly isAuthority: boolean;
  /** Its public key (SubjectPublicKeyInfo). */
  readonly spki: Uint8Array;
}

/** ecdsa-with-SHA256 (RFC 5758 §3.2). */
const ALGORITHM = derOf(DER.sequence, objectId("1.2.840.10045.4.3.2"));

/**
 * Writes a certificate (X.509 version 3, RFC 5280) that is signed with ECDSA and SHA-256.
 *
 * @param sign Signs octets; resolves to r and s behind each other, of 32 octets each.
 */
export async function writeCertificate(
  draft: CertificateDraft,
  sign: (octets: Uint8Array<ArrayBuffer>) => Promise<Uint8Array>,
): Promise<Uint8Array<ArrayBuffer>> {
  const tbs = derOf(
    DER.sequence,
    derOf(0xa0, derOf(DER.integer, Uint8Array.of(2))),
    integerOf(draft.serial),
    ALGORITHM,
    nameOf(draft.issuer),
    derOf(DER.sequence, timeOf(draft.validFromS), timeOf(draft.validToS)),
    nameOf(draft.subject),
    draft.spki,
    derOf(0xa3, derOf(DER.sequence, ...extensionsOf(draft))),
  );
  const signature = await sign(tbs);
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
  return derOf(DER.sequence, tbs, ALGORITHM, bitsOf(derOf(DER.sequence, integerOf(r), integerOf(s))));
}

function extensionsOf({ names, addresses, isAuthority }: CertificateDraft): Uint8Array[] {
  const alternatives = [
    ...names.map((name) => derOf(0x82, ascii(name))),
    ...addresses.map((address) => derOf(0x87, parseIp(address)!)),
  ];
  const always = [
    extension("2.5.29.19", true, isAuthority ? derOf(DER.sequence, derOf(DER.boolean, TRUE)) : derOf(DER.sequence)),
    // keyCertSign and cRLSign, or digitalSignature: bits 5 and 6, or 0.
    extension("2.5.29.15", true, derOf(DER.bitString, Uint8Array.from(isAuthority ? [1, 0x06] : [7, 0x80]))),
  ];
  const purposes = derOf(DER.sequence, objectId("1.3.6.1.5.5.7.3.1"), objectId("1.3.6.1.5.5.7.3.2"));
  if (!isAuthority) always.push(extension("2.5.29.37", false, purposes));
  if (alternatives.length > 0) always.push(extension("2.5.29.17", false, derOf(DER.sequence, ...alternatives)));
  return always;
}

const TRUE = Uint8Array.of(0xff);

function extension(id: string, isCritical: boolean, value: Uint8Array): Uint8Array {
  const critical = isCritical ? [derOf(DER.boolean, TRUE)] : [];
  return derOf(DER.sequence, objectId(id), ...critical, derOf(DER.octetString, value));
}

function nameOf(commonName: string): Uint8Array {
  const text = derOf(DER.utf8String, new TextEncoder().encode(commonName));
  return derOf(DER.sequence, derOf(DER.set, derOf(DER.sequence, objectId("2.5.4.3"), text)));
}

/** RFC 5280 §4.1.2.5: in the short form until 2049, in the long one from then on. */
function timeOf(epochSeconds: number): Uint8Array {
  const digits = new Date(epochSeconds * 1000).toISOString().replace(/[-:T]|\.\d+/g, "");
  const isShort = digits >= "1950" && digits < "2050";
  return derOf(isShort ? DER.utcTime : DER.generalizedTime, ascii(isShort ? digits.slice(2) : digits));
}

/** A number that is not negative, in as few octets as possible. */
function integerOf(octets: Uint8Array): Uint8Array {
  const start = octets.findIndex((octet) => octet !== 0);
  const digits = start === -1 ? Uint8Array.of(0) : octets.subarray(start);
  return derOf(DER.integer, digits[0]! >= 0x80 ? Uint8Array.of(0, ...digits) : digits);
}

function bitsOf(octets: Uint8Array): Uint8Array {
  return derOf(DER.bitString, Uint8Array.of(0), octets);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
