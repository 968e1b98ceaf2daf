import { ConfigError, problemLines } from "../../config/file/problem.ts";
import { loadConfig } from "../../config/load_config.ts";
import type { ConfigSource } from "../../config/loaded_config.ts";
import type { ReadConfig } from "../../config/read_config.ts";
import { UsageError } from "../../config/usage_error.ts";
import type { Host } from "../host.ts";
import type { OperatingSystem } from "../operating_system.ts";
import { missingSources } from "./missing_sources.ts";
import type { Unusable } from "../../reload/reloader.ts";
import type { LoadedFiles } from "../reloads.ts";

/** Problems that one line of the log has room for. */
const TOLD_MAX = 3;

/**
 * Reads the configuration that a file says, for a start.
 *
 * @throws {ConfigError} when the file cannot be used; what is wrong with it has been shown.
 * @throws {UsageError} when a flag beside it cannot be used.
 */
export function readConfigFile(
  source: ConfigSource,
  host: Host,
  system: OperatingSystem,
): Promise<LoadedFiles & ReadConfig> {
  return showProblems(host, () => read(source, system));
}

/** The same for a reload, of which one line is told, and the same one not again and again. */
export async function readConfigFileAgain(
  source: ConfigSource,
  system: OperatingSystem,
): Promise<LoadedFiles | Unusable> {
  try {
    return await read(source, system);
  } catch (error) {
    if (error instanceof ConfigError) {
      return { reason: onOneLine(error), problems: error.problems.map((problem) => problemLines(problem).join("\n")) };
    }
    if (error instanceof UsageError) return { reason: error.message, problems: [] };
    throw error;
  }
}

async function read(source: ConfigSource, system: OperatingSystem): Promise<LoadedFiles & ReadConfig> {
  const { config, warnings: said, plainWarnings, watched, files, places } = await loadConfig(source, system.configIo);
  const warnings = [...said, ...missingSources(config, system)];
  return { config, warnings, plainWarnings, watched, origin: { source, files, places, warnings } };
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

function onOneLine({ problems }: ConfigError): string {
  const told = problems.slice(0, TOLD_MAX).map((problem) => problemLines(problem)[0]!);
  const more = problems.length > TOLD_MAX ? ` and ${problems.length - TOLD_MAX} more problems` : "";
  return `Cannot use the configuration: ${told.join(" | ")}${more}`;
}
