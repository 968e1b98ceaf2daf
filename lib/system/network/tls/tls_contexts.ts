import type { SecureContext, SecureContextOptions, Server } from "node:tls";
import { equals } from "@std/bytes/equals";
import { type Certificate, readCertificate } from "../../../base/certificates/certificate.ts";
import { DerError } from "../../../base/certificates/der.ts";
import { fromPem } from "../../../base/certificates/pem.ts";
import { TlsError, type TlsIdentity, type TlsServerOptions } from "../../../base/sockets/tls.ts";
import { NODE } from "../node_modules.ts";

/** What of a server's options says what it shows and wants to see. */
export type ServerFace = Pick<TlsServerOptions, "identities" | "alpn" | "clientCa">;

/**
 * Makes a server of Node's that listens nowhere: connections that somebody else has taken are given to it.
 *
 * @throws {TlsError} when a certificate cannot be used.
 */
export function tlsServerOf({ identities, alpn, clientCa }: ServerFace): Server {
  const [first] = identities;
  if (first === undefined) throw new TlsError("A certificate is needed");
  if (clientCa !== null) certificatesIn(clientCa);
  const optionsOf = ({ certificate, key }: TlsIdentity): SecureContextOptions => {
    return { cert: certificate, key, ...(clientCa !== null && { ca: clientCa }) };
  };
  const contexts = new Map<string, SecureContext>();
  for (const identity of identities) {
    const own = usableCertificateOf(identity);
    const context = contextOf(optionsOf(identity));
    // The first of several for a name counts.
    for (const name of own.names) if (!contexts.has(name)) contexts.set(name, context);
  }
  return NODE.tls.createServer({
    ...optionsOf(first),
    ALPNProtocols: [...alpn],
    // None: who listens has an alarm for each. Node's stops for handshakes that succeed only (Deno 2.9.5), and until then, two minutes
    // unless told otherwise, all of a connection that failed stays in memory.
    handshakeTimeout: -1,
    ...(clientCa !== null && { requestCert: true, rejectUnauthorized: true }),
    SNICallback: (name, tell) => tell(null, contextFor(contexts, name.toLowerCase())),
  });
}

/** RFC 6125 §6.4.3: the name itself, or `*` in the place of its first label; otherwise what is shown to everybody. */
function contextFor(contexts: ReadonlyMap<string, SecureContext>, name: string): SecureContext | undefined {
  return contexts.get(name) ?? contexts.get(name.replace(/^[^.]+/, "*"));
}

/**
 * The certificate of an identity. Node finds out with the first connection that something does not fit, and then it is too late.
 *
 * @throws {TlsError} when it cannot be used.
 */
export function usableCertificateOf({ certificate, key }: TlsIdentity): Certificate {
  const [own] = certificatesIn(certificate);
  let spki: Uint8Array;
  try {
    const { createPrivateKey, createPublicKey } = NODE.crypto;
    spki = createPublicKey(createPrivateKey(key) as unknown as string).export({ type: "spki", format: "der" });
  } catch (error) {
    throw new TlsError("The key cannot be read", { cause: error });
  }
  if (!equals(spki, own.spki)) throw new TlsError("The key is not that of the certificate");
  return own;
}

function contextOf(options: SecureContextOptions): SecureContext {
  try {
    return NODE.tls.createSecureContext(options);
  } catch (error) {
    throw new TlsError(`The certificate cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

function certificatesIn(pem: string): [Certificate, ...Certificate[]] {
  try {
    const [first, ...others] = fromPem(pem, "CERTIFICATE").map(readCertificate);
    if (first === undefined) throw new TlsError("There is no certificate in PEM");
    return [first, ...others];
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new TlsError(`The certificate cannot be read: ${error.message}`, { cause: error });
  }
}
