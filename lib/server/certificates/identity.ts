import { equals } from "@std/bytes/equals";
import { type Certificate, readCertificate } from "../../base/certificates/certificate.ts";
import { DerError } from "../../base/certificates/der.ts";
import { fromPem, toPem } from "../../base/certificates/pem.ts";
import type { TlsIdentity } from "../../base/sockets/tls.ts";
import type { PemFile, PemProblem } from "./pem_files.ts";

/** What keys are called in PEM: PKCS #8 (RFC 7468 §10), and what OpenSSL wrote before. */
const KEY_LABELS = ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"] as const;

/** A certificate with its key, and where it comes from. */
export interface Identity extends TlsIdentity {
  /** The file of the certificate. */
  readonly path: string;
  /** What it says. */
  readonly own: Certificate;
  /** How many lead from it to its authority. */
  readonly chainLength: number;
}

/** What comes of some files. */
export interface FoundIdentities {
  /** In the order of the files. */
  readonly identities: readonly Identity[];
  /** What cannot be used. */
  readonly problems: readonly PemProblem[];
  /** Files of folders with certificates whose keys are nowhere: authorities, as a rule. */
  readonly keyless: readonly string[];
  /** Files with keys that every user of this machine may read. */
  readonly publicKeys: readonly string[];
}

/**
 * The public key (SubjectPublicKeyInfo, DER) of a private one, PEM.
 *
 * @throws {Error} when it cannot be read.
 */
export type PublicKeyOf = (key: string) => Uint8Array;

/** Puts certificates and keys together, wherever they stand: what belongs together has the same public key. */
export function identitiesIn(files: readonly PemFile[], publicKeyOf: PublicKeyOf): FoundIdentities {
  const problems: PemProblem[] = [];
  const keys: { readonly path: string; readonly spki: Uint8Array; readonly key: string }[] = [];
  const publicKeys: string[] = [];
  for (const file of files) {
    const found = keysIn(file, publicKeyOf, problems);
    if (found.length > 0 && file.isPublic) publicKeys.push(file.path);
    keys.push(...found.map((one) => ({ path: file.path, ...one })));
  }
  const identities: Identity[] = [];
  const keyless: string[] = [];
  for (const file of files) {
    const chain = certificatesIn(file, problems);
    if (chain === null) continue;
    const { own, certificate, chainLength } = chain;
    const key = keys.find(({ spki }) => equals(spki, own.spki))?.key;
    if (key !== undefined) identities.push({ path: file.path, own, certificate, chainLength, key });
    else if (file.folder === null) {
      problems.push({
        path: file.path,
        reason: keylessText(keys.map(({ path }) => path)),
      });
    } else keyless.push(file.path);
  }
  return { identities: withoutDoubles(identities), problems, keyless, publicKeys };
}

/** Whoever has taken the wrong pair of files wants to know of both. */
function keylessText(keyPaths: readonly string[]): string {
  const [first, ...others] = new Set(keyPaths);
  if (first === undefined) return "there is no key for it";
  const rest = others.length > 0 ? ` and ${others.length} more` : "";
  return `there is no key for it: what is in ${first}${rest} belongs to another certificate`;
}

function keysIn({ path, text, folder }: PemFile, publicKeyOf: PublicKeyOf, problems: PemProblem[]) {
  const blocks = KEY_LABELS.flatMap((label) => fromPem(text, label).map((octets) => toPem(label, octets)));
  const keys: { spki: Uint8Array; key: string }[] = [];
  for (const key of blocks) {
    try {
      keys.push({ spki: publicKeyOf(key), key });
    } catch {
      problems.push({ path, reason: "its key cannot be read" });
    }
  }
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m.test(text)) {
    problems.push({ path, reason: "its key has a password, which nobody can give" });
  } else if (folder === null && blocks.length === 0 && fromPem(text, "CERTIFICATE").length === 0) {
    problems.push({ path, reason: "there is neither a certificate nor a key in it (PEM)" });
  }
  return keys;
}

function certificatesIn({ path, text }: PemFile, problems: PemProblem[]) {
  const blocks = fromPem(text, "CERTIFICATE");
  if (blocks.length === 0) return null;
  try {
    const [own] = blocks.map(readCertificate);
    const certificate = blocks.map((octets) => toPem("CERTIFICATE", octets)).join("");
    return { own: own!, certificate, chainLength: blocks.length };
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    problems.push({ path, reason: `its certificate cannot be read: ${error.message}` });
    return null;
  }
}

/** The same certificate may stand in several files, with others that lead to its authority and without: all of them are wanted. */
function withoutDoubles(identities: readonly Identity[]): Identity[] {
  const best: Identity[] = [];
  for (const identity of identities) {
    const i = best.findIndex(({ own }) => equals(own.tbs, identity.own.tbs));
    if (i < 0) best.push(identity);
    else if (best[i]!.chainLength < identity.chainLength) best[i] = identity;
  }
  return best;
}

/** Whom a certificate is for, for the operator. */
export function namesText({ own: { names, addresses, subject } }: Identity): string {
  const all = [...names, ...addresses];
  return all.length === 0
    ? `nobody by name (${subject})`
    : all.length > 4
    ? `${all.slice(0, 3).join(", ")} and ${all.length - 3} more`
    : all.join(", ");
}
