import { equals } from "@std/bytes/equals";
import { DER, derOf, DerReader, objectId } from "../../lib/base/certificates/der.ts";
import { toPem } from "../../lib/base/certificates/pem.ts";
import {
  type CertificateWish,
  type MadeCertificate,
  makeCertificate,
} from "../../lib/system/certificates/make_certificate.ts";

/** An authority that nobody trusts but a test, and a certificate of it for `lists.example.org`. Good until 2046. */
export const TEST_AUTHORITY = `-----BEGIN CERTIFICATE-----
MIIBjjCCATWgAwIBAgIUWupLbvXBhk9yj9WQYVLgj8ZvKQEwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSQXV0aG9yaXR5IG9mIHRlc3RzMB4XDTI2MTEzMDEyMjUzOVoX
DTQ2MTEyNTEyMjUzOVowHTEbMBkGA1UEAwwSQXV0aG9yaXR5IG9mIHRlc3RzMFkw
EwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaTyVC/0KCQb6BqgZIqGKsRez3v+dwl+5
eT7vyPbcET8EkryyFoBA+ZO7Y4MUktu3EoUsZMYTSesm8ffMqQK8WaNTMFEwHQYD
VR0OBBYEFAlZm/IBA+ok1/CD7ApKe1FPuzvcMB8GA1UdIwQYMBaAFAlZm/IBA+ok
1/CD7ApKe1FPuzvcMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIg
fAT8+cknLoudwmZL2OU1leFctpffAsQcB2NbbKffJPACIEjvHqQgg+wRuKg3rR1o
jze3noSR8m20sIIYe+P+07JT
-----END CERTIFICATE-----
`;
/** See `TEST_AUTHORITY`. */
export const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBuzCCAWKgAwIBAgIUKhpHc3vGz3Twh85ousmsRsI2FOEwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSQXV0aG9yaXR5IG9mIHRlc3RzMB4XDTI2MTEzMDEyMjUzOVoX
DTQ2MTEyNDEyMjUzOVowHDEaMBgGA1UEAwwRbGlzdHMuZXhhbXBsZS5vcmcwWTAT
BgcqhkjOPQIBBggqhkjOPQMBBwNCAARRmvmV4dPEqSeF5Whx3y/UIAx5pAcs1aWS
IXZAlbrw6pCx9vFvb0my+6L2SJ5mLZ/YlBeeK04apFdfPGihz5iFo4GAMH4wHAYD
VR0RBBUwE4IRbGlzdHMuZXhhbXBsZS5vcmcwCQYDVR0TBAIwADATBgNVHSUEDDAK
BggrBgEFBQcDATAdBgNVHQ4EFgQUVAb3R06n6RJoDZTPfuhhTtVhQlEwHwYDVR0j
BBgwFoAUCVmb8gED6iTX8IPsCkp7UU+7O9wwCgYIKoZIzj0EAwIDRwAwRAIgR8wa
tQzRapniHBTmHPuPTi4Wn36SXPr3BAdz9OUUxcgCIFOXXypDUjy/chHOuvHPp5EV
IjL/qtN9J1KUn336VUjE
-----END CERTIFICATE-----
`;
/** Its key. */
export const TEST_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNTNJLsBeKg8d9X8S
vkFDC7jtV0UnZQuJh6MGZVRzBkehRANCAARRmvmV4dPEqSeF5Whx3y/UIAx5pAcs
1aWSIXZAlbrw6pCx9vFvb0my+6L2SJ5mLZ/YlBeeK04apFdfPGihz5iF
-----END PRIVATE KEY-----
`;

/** Certificates that nobody trusts but a test: made when they are first asked for, and good from an hour ago for a day. */
export interface TestCertificates {
  /** The authority that tests believe, and one of the same name that they do not. */
  readonly authority: MadeCertificate;
  readonly stranger: MadeCertificate;
  /** Of the authority, for `dns.example.org`, 127.0.0.1 and ::1. */
  readonly server: MadeCertificate;
  /** The same, until an hour ago. */
  readonly expired: MadeCertificate;
  /** The same, in an hour. */
  readonly notYetValid: MadeCertificate;
  /** Of nobody but itself. */
  readonly selfSigned: MadeCertificate;
  /** Of the authority, for `other.example.org`. */
  readonly otherName: MadeCertificate;
  /** Of the stranger. */
  readonly untrusted: MadeCertificate;
}

/** What `dns.example.org` shows in tests. */
export const TEST_NAMES: Pick<CertificateWish, "names" | "addresses"> = {
  names: ["dns.example.org"],
  addresses: ["127.0.0.1", "::1"],
};

let made: Promise<TestCertificates> | null = null;

/** See {@linkcode TestCertificates}. */
export function testCertificates(): Promise<TestCertificates> {
  return made ??= makeAll();
}

/** From an hour ago for a day. */
export function nowValid(): Pick<CertificateWish, "validFromS" | "validToS"> {
  const nowS = Math.floor(Date.now() / 1000);
  return { validFromS: nowS - HOUR_S, validToS: nowS + 24 * HOUR_S };
}

const HOUR_S = 3600;

async function makeAll(): Promise<TestCertificates> {
  const valid = nowValid();
  const nowS = valid.validFromS + HOUR_S;
  const authorityWish = { names: [], addresses: [], ...valid, isAuthority: true, subject: "Authority of tests" };
  const [authority, stranger] = await Promise.all([makeCertificate(authorityWish), makeCertificate(authorityWish)]);
  const wish = { ...TEST_NAMES, ...valid };
  const [server, expired, notYetValid, selfSigned, otherName, untrusted] = await Promise.all([
    makeCertificate(wish, authority),
    makeCertificate({ ...wish, validFromS: nowS - 2 * HOUR_S, validToS: nowS - HOUR_S }, authority),
    makeCertificate({ ...wish, validFromS: nowS + HOUR_S }, authority),
    makeCertificate(wish),
    makeCertificate({ ...wish, names: ["other.example.org"], addresses: [] }, authority),
    makeCertificate(wish, stranger),
  ]);
  return { authority, stranger, server, expired, notYetValid, selfSigned, otherName, untrusted };
}

/** An extension (RFC 5280 §4.1) that a test writes by itself. */
export interface OddExtension {
  /** What it is, such as `2.5.29.15`. */
  readonly id: string;
  /** Its value, DER; `null` for none at all. */
  readonly value: Uint8Array | null;
}

/** The same certificate with a critical extension more, or in the place of the one with its ID, signed by an authority again. */
export async function withExtension(
  made: MadeCertificate,
  { id, value }: OddExtension,
  { privateKey }: Pick<MadeCertificate, "privateKey">,
): Promise<MadeCertificate> {
  const fields = valuesIn(new DerReader(new DerReader(made.der).take(DER.sequence).content).take(DER.sequence).content);
  const extensions = valuesIn(new DerReader(fields.at(-1)!.content).take(DER.sequence).content)
    .filter(({ content }) => !equals(new DerReader(content).take(DER.objectId).whole, objectId(id)))
    .map(({ whole }) => whole);
  if (value !== null) {
    const critical = derOf(DER.boolean, Uint8Array.of(0xff));
    extensions.push(derOf(DER.sequence, objectId(id), critical, derOf(DER.octetString, value)));
  }
  const kept = fields.slice(0, -1).map(({ whole }) => whole);
  const tbs = derOf(DER.sequence, ...kept, derOf(0xa3, derOf(DER.sequence, ...extensions)));
  const ecdsa = { name: "ECDSA", hash: "SHA-256" };
  const signature = new Uint8Array(await crypto.subtle.sign(ecdsa, privateKey, tbs));
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)].map(positive);
  const signed = derOf(DER.bitString, Uint8Array.of(0), derOf(DER.sequence, r!, s!));
  const der = derOf(DER.sequence, tbs, fields[2]!.whole, signed);
  return { ...made, der, certificate: toPem("CERTIFICATE", der) };
}

function valuesIn(octets: Uint8Array) {
  const values = [];
  for (const reader = new DerReader(octets); !reader.isAtEnd;) values.push(reader.take());
  return values;
}

/** X.690 §8.3: in as few octets as possible, and not below zero. */
function positive(octets: Uint8Array): Uint8Array {
  const digits = octets.subarray(octets.findIndex((octet) => octet !== 0));
  return digits[0]! >= 0x80 ? derOf(DER.integer, Uint8Array.of(0), digits) : derOf(DER.integer, digits);
}
