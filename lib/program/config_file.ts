import { ConfigError, problemLines } from "../config/file/problem.ts";
import { loadConfig } from "../config/load_config.ts";
import type { ConfigSource } from "../config/loaded_config.ts";
import type { ReadConfig } from "../config/read_config.ts";
import type { Host } from "./host.ts";
import type { OperatingSystem } from "./operating_system.ts";
import type { LoadedFiles } from "./reloads.ts";

/**
 * Reads the configuration that a file says, at the start and at each reload. The log has room for a line about what is wrong; what it
 * is, is shown before that.
 *
 * @throws {ConfigError} when the file cannot be used.
 * @throws {UsageError} when a flag beside it cannot be used.
 */
export async function readConfigFile(
  source: ConfigSource,
  host: Host,
  { configIo }: OperatingSystem,
): Promise<LoadedFiles & ReadConfig> {
  const { config, warnings, plainWarnings, files, folders } = await showProblems(host, () => {
    return loadConfig(source, configIo);
  });
  // What is in the folder is watched, and files that come there.
  return { config, warnings, plainWarnings, files: [...files, ...folders.map((folder) => `${folder}/`)] };
}

/** Shows what is wrong with files that cannot be used. The lines begin with the place, as editors expect it. */
export async function showProblems<T>(host: Host, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ConfigError) {
      for (const problem of error.problems) problemLines(problem).forEach((line) => host.writeLine(line));
    }
    throw error;
  }
}
