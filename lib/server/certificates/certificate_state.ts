import { fromPem } from "../../base/certificates/pem.ts";
import type { Files } from "../../base/files.ts";
import type { WallClock } from "../../base/runtime.ts";
import { type FoundIdentities, identitiesIn, type PublicKeyOf } from "./identity.ts";
import { type PemProblem, readPemFiles } from "./pem_files.ts";
import { type Shown, successorsOf } from "./successors.ts";
import type { TlsMaterial } from "./tls_material.ts";

/** Where certificates are. */
export interface CertificatePaths {
  /** Files and folders with certificates, in order of preference. */
  readonly certificates: readonly string[];
  /** Files with keys. */
  readonly keys: readonly string[];
  /** Files with authorities whose clients alone are served. */
  readonly authorities: readonly string[];
}

/** What is shown, and what stands in its way. */
export interface CertificateState extends Shown {
  /** What the configuration says. */
  readonly wanted: CertificatePaths;
  /** See `TlsMaterial`. */
  readonly authorities: Readonly<Record<string, string>>;
  /** What cannot be used, so that the former one still is. */
  readonly troubles: readonly PemProblem[];
}

/** Before anything was read. */
export const NO_CERTIFICATES: CertificateState = {
  identities: [],
  paths: [],
  wanted: { certificates: [], keys: [], authorities: [] },
  authorities: {},
  troubles: [],
};

/** What reading takes. */
export interface CertificateReading {
  /** Where certificates are. */
  readonly files: Files;
  /** A path seen from the root. */
  readonly absolutePath: (path: string) => string;
  /** Reads keys. */
  readonly publicKeyOf: PublicKeyOf;
  /** What certificates hold by. */
  readonly wallClock: WallClock;
}

/** What there is now. */
export interface ReadState {
  /** What is to be shown. */
  readonly state: CertificateState;
  /** What cannot be used, and was not there before. */
  readonly failed: readonly PemProblem[];
  /** Files with keys that every user of this machine may read. */
  readonly publicKeys: FoundIdentities["publicKeys"];
}

/** Reads what a configuration wants; what cannot be used stays as it was in `former`. */
export async function readCertificates(
  wanted: CertificatePaths,
  former: CertificateState,
  { files, absolutePath, publicKeyOf, wallClock }: CertificateReading,
): Promise<ReadState> {
  const absolute = (paths: readonly string[]) => paths.map(absolutePath);
  const read = await readPemFiles([...absolute(wanted.certificates), ...absolute(wanted.keys)], files);
  const found = identitiesIn(read.found, publicKeyOf);
  const all = { ...found, problems: [...read.problems, ...found.problems] };
  const { identities, paths, kept, failed } = successorsOf(former, all, read.watched, wallClock.epochSeconds());
  const authorities: Record<string, string> = {};
  const [troubles, further] = [[...kept], [...failed]];
  for (const path of new Set(wanted.authorities)) {
    const before = former.authorities[path];
    const { found: [file], problems: [problem] } = await readPemFiles([absolutePath(path)], files);
    const isEmpty = fromPem(file?.text ?? "", "CERTIFICATE").length === 0;
    const reason = problem?.reason ?? (isEmpty ? "there is no certificate in it (PEM)" : null);
    if (reason === null) authorities[path] = file!.text;
    else if (before === undefined) further.push({ path, reason });
    else {
      authorities[path] = before;
      troubles.push({ path, reason });
    }
  }
  const state = { identities, paths: [...paths, ...absolute(wanted.authorities)], wanted, authorities, troubles };
  return { state, failed: further, publicKeys: found.publicKeys };
}

/** The part of it that listeners need. */
export function materialOf({ identities, authorities }: CertificateState): TlsMaterial {
  return { identities: identities.map(({ certificate, key }) => ({ certificate, key })), authorities };
}

/** A problem with its path. */
export function problemText({ path, reason }: PemProblem): string {
  return `${path}: ${reason}`;
}
