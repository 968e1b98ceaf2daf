import { FileError, type Files } from "../../base/files.ts";
import { KIB } from "../../base/units.ts";

/** Far more than a certificate has, with all that lead to its authority. */
const OCTETS_MAX = 256 * KIB;
/** What is looked at in one folder. */
const FOLDER_FILES_MAX = 200;
/** What certificates and keys are called, whoever writes them. */
const PEM_NAME = /\.(?:pem|crt|cer|cert|key)$/i;

/** What stands in a file with certificates or keys. */
export interface PemFile {
  /** Its path. */
  readonly path: string;
  /** The folder that was given, if it was not the file itself. */
  readonly folder: string | null;
  /** All of it. */
  readonly text: string;
  /** Whether every user of this machine may read it. */
  readonly isPublic: boolean;
}

/** Something that cannot be used, and why. */
export interface PemProblem {
  /** A file or a folder. */
  readonly path: string;
  /** In words, without the path. */
  readonly reason: string;
}

/** What stands at some paths. */
export interface PemFiles {
  /** In the order of the paths; those of a folder in the order of their names. */
  readonly found: readonly PemFile[];
  /** What cannot be read. */
  readonly problems: readonly PemProblem[];
  /** The paths, and those of the files in folders: a change there may be another certificate. */
  readonly watched: readonly string[];
}

/** Reads files, and of folders those that may have certificates or keys in them. */
export async function readPemFiles(paths: readonly string[], files: Files): Promise<PemFiles> {
  const found: PemFile[] = [];
  const problems: PemProblem[] = [];
  const watched = new Set<string>();
  for (const path of new Set(paths.map(withoutSlash))) {
    watched.add(path);
    await noting(path, problems, async () => {
      if ((await files.stat(path))?.kind !== "folder") return void found.push(await readPem(path, null, files));
      const names = (await files.list(path)).filter((name) => PEM_NAME.test(name));
      if (names.length > FOLDER_FILES_MAX) throw new FileError(`there are more than ${FOLDER_FILES_MAX} files in it`);
      for (const name of names) {
        const inside = `${path}/${name}`;
        watched.add(inside);
        await noting(inside, problems, async () => {
          if ((await files.stat(inside))?.kind === "file") found.push(await readPem(inside, path, files));
        });
      }
    });
  }
  return { found, problems, watched: [...watched] };
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

async function readPem(path: string, folder: string | null, files: Files): Promise<PemFile> {
  const text = new TextDecoder().decode(await files.read(path, OCTETS_MAX));
  const isPublic = (await files.stat(path))?.isPublic ?? false;
  return { path, folder, text, isPublic };
}

async function noting(path: string, problems: PemProblem[], read: () => Promise<void>): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    problems.push({ path, reason: `cannot be read: ${error.message}` });
  }
}
