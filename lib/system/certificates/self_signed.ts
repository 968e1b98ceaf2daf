import type { SelfSignedCertificate, SelfSignedWish } from "../../program/operating_system.ts";

/** See `OperatingSystem.makeCertificate`. */
export async function makeSelfSigned(wish: SelfSignedWish): Promise<SelfSignedCertificate> {
  const { makeCertificate } = await import("./make_certificate.ts");
  const { certificate, key, publicKey } = await makeCertificate(wish);
  const spki = await crypto.subtle.exportKey("spki", publicKey);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", spki));
  return { certificate, key, spkiSha256: digest.toBase64() };
}
