import { FileError } from "../../base/files.ts";
import type { Secret } from "../lists.ts";
import type { ConfigIo } from "../loaded_config.ts";
import { type Mark, markAt, placeOf } from "./mark.ts";
import { type Problem, problemAt } from "./problem.ts";
import type { FileTables } from "./schema/tables.ts";

/** Far more than a token has. */
const OCTETS_MAX = 16 * 1024;

/** What stands in files of its own, so that nobody sees it who sees the configuration. */
export interface Secrets {
  /** The tokens of lists, by the lists' names. */
  readonly tokens: ReadonlyMap<string, Secret>;
  /** What is allowed and probably not meant. */
  readonly warnings: readonly string[];
}

/** Reads what `tables` refer to. What cannot be read goes to `problems`. */
export async function readSecrets(
  { lists = {} }: FileTables,
  marks: Mark,
  { files, pathIn }: { files: ConfigIo["files"]; pathIn: (file: string, path: string) => string },
  problems: Problem[],
): Promise<Secrets> {
  const tokens = new Map<string, Secret>();
  const warnings: string[] = [];
  for (const [name, { token }] of Object.entries(lists)) {
    if (token === undefined) continue;
    const { mark } = markAt(marks, ["lists", name, "token", "file"]);
    const file = pathIn(mark.source.file, token.file);
    try {
      // RFC 6750 §2.1: no blank may be in it; editors put a line feed behind it.
      const text = new TextDecoder().decode(await files.read(file, OCTETS_MAX)).replace(/\r?\n$/, "");
      if (/^[A-Za-z0-9._~+/-]+=*$/.test(text)) tokens.set(name, { file, text });
      else problems.push(problemAt(mark, "must have a token in it, and nothing else"));
      const isPublic = (await files.stat(file))?.isPublic ?? false;
      const { file: shown, line } = placeOf(mark);
      if (isPublic) warnings.push(`${shown}:${line}: ${mark.path}: every user of this machine may read it`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      problems.push(problemAt(mark, `cannot be read: ${error.message}`));
    }
  }
  return { tokens, warnings };
}
