import { FileError } from "../../base/files.ts";
import type { ConfigIo } from "../loaded_config.ts";
import { markAt } from "./mark.ts";
import { merge } from "./merge.ts";
import { type Problem, problemAt, problemWith } from "./problem.ts";
import { type ReadToml, readToml } from "./read_toml.ts";
import { fillIn } from "./variables.ts";

/** Far more than anybody writes: 10,000 routes have half a mebibyte. */
const FILE_OCTETS_MAX = 16 * 1024 * 1024;
/** Files that one configuration is made of, at most. */
const FILES_MAX = 1000;

/** A file with what it includes. */
export interface ReadFiles {
  /** All that they say; `null` when not all could be read. */
  readonly toml: ReadToml | null;
  /** The paths of all files that were read or could not be, as they are shown. The first is the one that was asked for. */
  readonly files: readonly string[];
  /** Their absolute paths. */
  readonly paths: readonly string[];
  /** The absolute paths of folders that further files may come to, whether they are there or not. */
  readonly folders: readonly string[];
}

/** Reads a file and what it includes. What is wrong goes to `problems`. */
export async function readFiles(file: string, io: ConfigIo, problems: Problem[]): Promise<ReadFiles> {
  const files = [file];
  const folders = new Set<string>();
  const toml = await readOne(file, io, problems);
  for (const [i, glob] of globsOf(toml).entries()) {
    const { mark } = markAt(toml!.marks, ["include", i]);
    const folder = folderOf(relativeTo(file, glob));
    folders.add(io.absolutePath(folder));
    for (const included of await matches(folder, glob.slice(glob.lastIndexOf("/") + 1), io)) {
      if (files.includes(included)) continue;
      if (files.length === FILES_MAX) problems.push(problemAt(mark, `these are more than ${FILES_MAX} files`));
      if (files.length === FILES_MAX) break;
      files.push(included);
      const other = await readOne(included, io, problems);
      if (other === null) continue;
      const further = markAt(other.marks, ["include"]);
      if (further.isWhole) {
        problems.push(problemAt(further.mark, "a file that is included can include no others", "key"));
      } else merge(toml!, other, problems);
    }
  }
  const paths = files.map((one) => io.absolutePath(one));
  return { toml, files, paths, folders: [...folders] };
}

async function readOne(file: string, io: ConfigIo, problems: Problem[]): Promise<ReadToml | null> {
  try {
    const octets = await io.files.read(io.absolutePath(file), FILE_OCTETS_MAX);
    const toml = readToml(file, octets, problems);
    if (toml !== null) fillIn(toml, (name) => io.variable(name), problems);
    return toml;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    problems.push(problemWith(file, `cannot be read: ${error.message}`));
    return null;
  }
}

/** What is no text there, the schema complains of. */
function globsOf(toml: ReadToml | null): string[] {
  const include = toml?.value.include;
  return Array.isArray(include) ? include.map((glob) => typeof glob === "string" ? glob : "") : [];
}

/** The files of a folder that a pattern means, in the order of their names. Without a `*` it is one, and must be there. */
async function matches(folder: string, pattern: string, io: ConfigIo): Promise<string[]> {
  // What the schema complains of.
  if (pattern === "" || folder.includes("*")) return [];
  const prefix = folder === "/" ? "/" : folder === "." ? "" : `${folder}/`;
  if (!pattern.includes("*")) return [`${prefix}${pattern}`];
  // A folder that is not there has no files, and that is no mistake: what includes it comes with the program.
  if (await io.files.stat(io.absolutePath(folder)).catch(() => null) === null) return [];
  const names = await io.files.list(io.absolutePath(folder));
  return names.filter((name) => matchesGlob(name, pattern)).map((name) => `${prefix}${name}`);
}

/** Whether `*` can stand for what is missing. Names that begin with a dot are hidden, as in a shell. */
function matchesGlob(name: string, pattern: string): boolean {
  if (name.startsWith(".") && !pattern.startsWith(".")) return false;
  const parts = pattern.split("*");
  let at = parts[0]!.length;
  if (!name.startsWith(parts[0]!)) return false;
  for (const part of parts.slice(1, -1)) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  const last = parts.at(-1)!;
  return name.endsWith(last) && name.length - last.length >= at;
}

/** A path that stands in a file, seen from where that file's path is. */
export function relativeTo(file: string, path: string): string {
  const folder = folderOf(file);
  return path.startsWith("/") || folder === "." ? path : `${folder === "/" ? "" : folder}/${path}`;
}

function folderOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "." : slash === 0 ? "/" : path.slice(0, slash);
}
