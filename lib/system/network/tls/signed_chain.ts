import { NODE } from "../node_modules.ts";

/**
 * How many of the certificates that were shown, the first one included, lead from one to the next: each has signed the one before.
 * Who shows a certificate need not have anything to do with it.
 *
 * @param ders As they were shown.
 */
export function signedCount(ders: readonly Uint8Array[]): number {
  if (ders.length < 2) return ders.length;
  const { X509Certificate } = NODE.crypto;
  const certificates = ders.map((der) => new X509Certificate(der));
  const last = certificates.findIndex((certificate, i) => {
    const signer = certificates[i + 1];
    return signer === undefined || !certificate.checkIssued(signer) || !certificate.verify(signer.publicKey);
  });
  return last + 1;
}
