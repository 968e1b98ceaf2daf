import type { ConfigIo, ConfigSource, LoadedConfig } from "./loaded_config.ts";

/**
 * Reads a configuration from a file and what it includes, with flags above it. A reload is the same once more. What reads files
 * is loaded only now: a program without a file never has it in memory.
 *
 * @throws {ConfigError} when something in the files cannot be used: all that is wrong, at once.
 * @throws {UsageError} when a flag cannot be used.
 */
export async function loadConfig(source: ConfigSource, io: ConfigIo): Promise<LoadedConfig> {
  const { loadFile } = await import("./file/load_file.ts");
  return await loadFile(source, io);
}
