import type { TlsIdentity } from "../../lib/base/sockets/tls.ts";
import { makeCertificate } from "../../lib/system/certificates/make_certificate.ts";
import { type Certificates, SERVER_NAME } from "./secure_forwarders.ts";

/** What a bench needs for servers that are believed, and for one that is not any more. */
export interface BenchCertificates {
  /** The certificate of the authority, PEM. */
  readonly authority: string;
  /** Of whoever serves. */
  readonly server: TlsIdentity;
  /** The same, until an hour ago. */
  readonly expired: TlsIdentity;
}

const HOUR_S = 3600;
const ADDRESSES = ["127.0.0.1", "127.0.0.2", "127.0.0.3"];

/** Makes them. */
export async function makeBenchCertificates(): Promise<BenchCertificates> {
  const nowS = Math.floor(Date.now() / 1000);
  const valid = { validFromS: nowS - 2 * HOUR_S, validToS: nowS + 24 * HOUR_S };
  const authority = await makeCertificate({ ...valid, names: [], addresses: [], isAuthority: true, subject: "Bench" });
  const wish = { ...valid, names: [SERVER_NAME], addresses: ADDRESSES };
  return {
    authority: authority.certificate,
    server: await makeCertificate(wish, authority),
    expired: await makeCertificate({ ...wish, validToS: nowS - HOUR_S }, authority),
  };
}

/** Writes the files that a speed comparison needs into `folder`. */
export async function writeCertificates(folder: string): Promise<Certificates & { shown: TlsIdentity }> {
  const { authority, server } = await makeBenchCertificates();
  const [certificate, key, ca] = [`${folder}/server.pem`, `${folder}/server.key`, `${folder}/ca.pem`];
  Deno.writeTextFileSync(certificate, server.certificate);
  Deno.writeTextFileSync(key, server.key, { mode: 0o600 });
  Deno.writeTextFileSync(ca, authority);
  return { shown: { certificate, key }, ca };
}
