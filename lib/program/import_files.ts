import { FileError, type Files } from "../base/files.ts";
import type { Import } from "../config/flags/import_command.ts";
import { UsageError } from "../config/usage_error.ts";
import type { Host } from "./host.ts";

/** Of a file: the longest configurations are lists of some 100,000 names. */
const OCTETS_MAX = 16 * 1024 * 1024;

/**
 * Another program's configuration in our words.
 *
 * @throws {UsageError} for a file that cannot be read.
 */
export async function importFiles({ peer, files }: Import, host: Host, from: Files): Promise<string> {
  const sources: { file: string; text: string }[] = [];
  for (const file of files) {
    const octets = file === "-" ? await readInput(host) : await readFile(file, from);
    sources.push({ file: file === "-" ? "standard input" : file, text: new TextDecoder().decode(octets) });
  }
  const { importConfig } = await import("../config/import/import_config.ts");
  return await importConfig(peer, sources);
}

async function readFile(file: string, from: Files): Promise<Uint8Array> {
  try {
    return await from.read(file, OCTETS_MAX);
  } catch (error) {
    if (error instanceof FileError) throw new UsageError(`Cannot read ${file}: ${error.message}`);
    throw error;
  }
}

async function readInput(host: Host): Promise<Uint8Array> {
  const octets = await host.readInput?.(OCTETS_MAX) ?? null;
  if (octets === null) throw new UsageError(`Cannot read standard input: it has more than ${OCTETS_MAX} octets`);
  return octets;
}
