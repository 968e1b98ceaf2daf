import { toPem } from "../../base/certificates/pem.ts";
import { writeCertificate } from "../../base/certificates/write_certificate.ts";
import type { TlsIdentity } from "../../base/sockets/tls.ts";

/** What a certificate is wanted for. */
export interface CertificateWish {
  /** The names that it is for. */
  readonly names: readonly string[];
  /** The addresses that it is for. */
  readonly addresses: readonly string[];
  /** From when on it holds, in seconds since 1970. */
  readonly validFromS: number;
  /** Until when it holds, in seconds since 1970. */
  readonly validToS: number;
  /** Whether it may sign others. */
  readonly isAuthority?: boolean;
  /** Whom it is for, in words; the first name or address without it. */
  readonly subject?: string;
}

/** Who signs certificates. */
export interface Signer {
  /** What its own certificate says of whom it is for. */
  readonly subject: string;
  /** The private key of its own. */
  readonly privateKey: CryptoKey;
}

/** A certificate that has just been made. */
export interface MadeCertificate extends TlsIdentity, Signer {
  /** Its public key. */
  readonly publicKey: CryptoKey;
  /** The certificate, DER. */
  readonly der: Uint8Array<ArrayBuffer>;
}

const KEY = { name: "ECDSA", namedCurve: "P-256" };

/** Makes a key (P-256) and a certificate for it, which is signed by itself unless somebody else signs it. */
export async function makeCertificate(wish: CertificateWish, signer: Signer | null = null): Promise<MadeCertificate> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(KEY, true, ["sign", "verify"]) as CryptoKeyPair;
  const { names, addresses, isAuthority = false, subject = names[0] ?? addresses[0] ?? "nobody" } = wish;
  const [spki, pkcs8] = await Promise.all([
    crypto.subtle.exportKey("spki", publicKey),
    crypto.subtle.exportKey("pkcs8", privateKey),
  ]);
  const signingKey = signer?.privateKey ?? privateKey;
  const { validFromS, validToS } = wish;
  const draft = {
    subject,
    issuer: signer?.subject ?? subject,
    names,
    addresses,
    validFromS,
    validToS,
    serial: serialNumber(),
    isAuthority,
    spki: new Uint8Array(spki),
  };
  const der = await writeCertificate(draft, async (octets) => {
    return new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, signingKey, octets));
  });
  const key = toPem("PRIVATE KEY", new Uint8Array(pkcs8));
  return { certificate: toPem("CERTIFICATE", der), key, subject, privateKey, publicKey, der };
}

/** RFC 5280 §4.1.2.2: positive, 20 octets at most; browsers want 64 bits nobody can predict. */
function serialNumber(): Uint8Array<ArrayBuffer> {
  const serial = crypto.getRandomValues(new Uint8Array(16));
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return serial;
}
