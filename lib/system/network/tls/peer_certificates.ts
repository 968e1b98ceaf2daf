import type { TLSSocket } from "node:tls";
import { type Certificate, readCertificate } from "../../../base/certificates/certificate.ts";
import { DerError } from "../../../base/certificates/der.ts";
import { type PeerCertificate, TlsError } from "../../../base/sockets/tls.ts";
import { NODE } from "../node_modules.ts";
import { signedCount } from "./signed_chain.ts";

/** More are not looked at. */
const CHAIN_MAX = 10;

/** What the other side has shown. */
export interface ShownCertificates {
  /** Its own first, each of the others as far as it has signed the one before; see `signedCount`. */
  readonly certificates: readonly PeerCertificate[];
  /** All of them in the same order, with what only the system looks at. */
  readonly read: readonly Certificate[];
  /** Why none of them is believed, whatever Deno says of them; `null` when nothing speaks against that. */
  readonly objection: string | null;
  /** The same for the same certificates in the same order, and for no others. */
  readonly digest: string;
}

/**
 * Reads what the other side of a connection has shown.
 *
 * @throws {TlsError} when something of it is no certificate.
 */
export function certificatesShownOn(socket: TLSSocket): ShownCertificates {
  const all = dersOf(socket);
  const ders = all.slice(0, CHAIN_MAX);
  try {
    const read = ders.map(readCertificate);
    const certificates = read.slice(0, signedCount(ders)).map(toPeerCertificate);
    const objection = objectionTo(read, all.length);
    return { certificates, read, objection, digest: sha256(...ders) };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new TlsError(`Its certificate cannot be read: ${error.message}`, { cause: error });
  }
}

/** Makes of a certificate what is known of it everywhere else. */
export function toPeerCertificate(certificate: Certificate): PeerCertificate {
  const { subject, issuer, names, addresses, validFromS, validToS, spki, tbs } = certificate;
  const hashes = { spkiSha256: sha256(spki), tbsSha256: sha256(tbs) };
  return { subject, issuer, names, addresses, validFromS, validToS, ...hashes };
}

/**
 * In the order in which they were shown. What Node tells of issuers is not gone by: it is what it knows of that name, whether it
 * has signed anything or not.
 */
function dersOf(socket: TLSSocket): Uint8Array[] {
  const { _handle: handle } = socket as unknown as { _handle: ShowsChain | null };
  const shown = handle?.getPeerCertificateChain?.()?.certificates ?? [];
  return shown.map((der) => new Uint8Array(der));
}

/**
 * Deno 2.9.5 takes any authority for one that may sign. Which of those that were shown it has gone by is not told, and they may come in
 * any order: none of them may be barred, and none may stand where nobody looks.
 */
function objectionTo([_own, ...others]: readonly Certificate[], shownCount: number): string | null {
  if (shownCount > CHAIN_MAX) return `it shows more than ${CHAIN_MAX} certificates, and no more are looked at`;
  const barred = others.find(({ isBarredAuthority }) => isBarredAuthority);
  if (barred === undefined) return null;
  return `the certificate of ${barred.subject} may not sign others (its key usage has no keyCertSign): ` +
    "whoever runs the server has to get one from another authority";
}

/** What is under a TLS socket, in Deno. */
interface ShowsChain {
  getPeerCertificateChain?(): { readonly certificates: readonly ArrayBuffer[] } | null | undefined;
}

function sha256(...parts: readonly Uint8Array[]): string {
  const hash = NODE.crypto.createHash("sha256");
  for (const part of parts) {
    // Where one part ends and the next begins counts, too.
    if (parts.length > 1) hash.update(`${part.length} `);
    hash.update(part);
  }
  return hash.digest("base64");
}
