import type { AboutConfig, CheckConfig, PrintConfig } from "../../config/flags/config_commands.ts";
import { flagName } from "../../config/flags/flags.ts";
import { ConfigError, type Problem } from "../../config/file/problem.ts";
import { loadConfig } from "../../config/load_config.ts";
import type { Advice } from "../../config/advice.ts";
import type { ConfigIo, LoadedConfig } from "../../config/loaded_config.ts";
import { readConfig } from "../../config/read_config.ts";
import { showProblems } from "./config_file.ts";
import { Log } from "../../observe/log.ts";
import { Certificates, certificatesFor } from "../certificates/certificates.ts";
import { EXIT } from "../exit_codes.ts";
import type { Host } from "../host.ts";
import type { OperatingSystem } from "../operating_system.ts";
import { missingSources } from "./missing_sources.ts";

/** Says what is wrong with a configuration. Resolves to the exit code. */
export async function checkConfig(command: CheckConfig, host: Host, system: OperatingSystem): Promise<number> {
  if (command.isJson) return await checkForProgram(command, host, system);
  const warnings = await showProblems(host, () => warningsOf(command, system));
  for (const warning of warnings) host.writeLine(`dns-forwarder: warn: ${warning}`);
  host.print(`${command.file ?? "The command line"} can be used\n`);
  return EXIT.ok;
}

async function checkForProgram(command: CheckConfig, host: Host, system: OperatingSystem): Promise<number> {
  try {
    const warnings = await warningsOf(command, system);
    host.print(`${JSON.stringify({ problems: [], warnings }, null, 2)}\n`);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    host.print(`${JSON.stringify({ problems: error.problems.map(withoutText), warnings: [] }, null, 2)}\n`);
    return EXIT.usage;
  }
}

async function warningsOf(command: CheckConfig, system: OperatingSystem): Promise<readonly string[]> {
  const { config, warnings } = await load(command, system.configIo);
  const runtime = system.runtime({}, () => {});
  const log = new Log({ level: "error", writeLine: () => {} });
  const read = await certificatesFor({ ...config, policy: null }, new Certificates({ system, runtime, log }));
  return [...warnings, ...missingSources(config, system), ...read.warnings];
}

/** Prints what counts in the end. Resolves to the exit code. */
export async function printConfigOf(
  { file, given, format, withDefaults }: PrintConfig,
  host: Host,
  io: ConfigIo,
): Promise<number> {
  const { config, places } = await showProblems(host, () => load({ file, given }, io));
  const { printConfig } = await import("../../config/file/print/print_config.ts");
  host.print(printConfig(config, { places, withDefaults, format }));
  return EXIT.ok;
}

/** Prints the schema of files. Resolves to the exit code. */
export async function printSchema(host: Host): Promise<number> {
  const { default: schema } = await import("../../../docs/config.schema.json", { with: { type: "json" } });
  host.print(`${JSON.stringify(schema, null, 2)}\n`);
  return EXIT.ok;
}

async function load(
  { file, given }: AboutConfig,
  io: ConfigIo,
): Promise<Pick<LoadedConfig, "config" | "places"> & Advice> {
  if (file !== null) return await loadConfig({ file, given }, io);
  return {
    ...readConfig(given, (setting) => `--${flagName(setting)}`),
    places: new Map(given.map(({ path, where }) => [path, where])),
  };
}

function withoutText({ file, line, column, length, path, message }: Problem): Partial<Problem> {
  return { file, line, column, length, path, message };
}
