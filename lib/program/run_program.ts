import { parseCommand } from "../config/flags/cli.ts";
import { completionScript } from "../config/flags/completions.ts";
import { flagName } from "../config/flags/flags.ts";
import { commandHelpText, helpText } from "../config/flags/help.ts";
import type { ReadConfig } from "../config/read_config.ts";
import { DEFAULTS, FIELDS, SETTINGS } from "../config/settings.ts";
import { UsageError } from "../config/usage_error.ts";
import { Log } from "../observe/log.ts";
import { ListenError } from "../server/listen/listen_on.ts";
import { makeToken } from "./admin/make_token.ts";
import { runAdminCommand } from "./admin/admin_command.ts";
import { check } from "./check/check.ts";
import { checkEncrypted } from "./check/check_encrypted.ts";
import { checkConfig, printConfigOf, printSchema } from "./config/config_commands.ts";
import { readConfigFile, readConfigFileAgain } from "./config/config_file.ts";
import { EXIT } from "./exit_codes.ts";
import type { Host } from "./host.ts";
import { importFiles } from "./import_files.ts";
import { listenAdvice } from "./listen_advice.ts";
import { withLogFormat } from "./log_format.ts";
import type { OperatingSystem } from "./operating_system.ts";
import { type LoadedFiles, type Origin, Reloads, type ReloadsOptions } from "./reloads.ts";
import { makeSelfSigned } from "./certificates/self_signed.ts";
import { runQueries } from "./queries/run_queries.ts";
import { serveAlone } from "./serve_alone.ts";
import { supervise } from "./supervise.ts";
import { versionText } from "./version_text.ts";

/**
 * Runs the program from its arguments to its end.
 *
 * @returns The exit code.
 */
export async function runProgram(host: Host, system: OperatingSystem): Promise<number> {
  try {
    const command = parseCommand(host.args, () => host.defaultConfigFile?.() ?? null);
    if (command.kind === "help") {
      return print(host, command.about === null ? helpText() : commandHelpText(command.about));
    }
    if (command.kind === "version") return print(host, versionText(system.build()));
    if (command.kind === "completions") return print(host, completionScript(command.shell));
    if (command.kind === "check" || command.kind === "check encrypted") {
      const runtime = system.runtime({}, (line) => host.writeLine(line));
      const { health, text } =
        await (command.kind === "check" ? check(command, runtime) : checkEncrypted(command, runtime));
      if (health === "well") return print(host, `${text}\n`);
      return complain(host, text, health === "unwell" ? EXIT.notWell : EXIT.cannotCheck);
    }
    if (command.kind === "queries") return await runQueries(command, host, system);
    if (command.kind === "top") {
      // What only a terminal needs is loaded only then.
      const { runTop } = await import("./top/run_top.ts");
      return await runTop(command, host, system);
    }
    if (command.kind === "probe") {
      const { runProbe } = await import("./probe/run_probe.ts");
      return await runProbe(command, host, system);
    }
    if (command.kind === "admin") return await runAdminCommand(command, host, system);
    if (command.kind === "import") return print(host, await importFiles(command, host, system.files));
    if (command.kind === "self-signed") return print(host, await makeSelfSigned(command, system));
    if (command.kind === "token") return await makeToken(command, host, system);
    if (command.kind === "check-config") return await checkConfig(command, host, system);
    if (command.kind === "print-config") return await printConfigOf(command, host, system.configIo);
    if (command.kind === "print-schema") return await printSchema(host);
    if (command.kind === "serve") return await serve(command, null, host, system);
    const started = await readConfigFile(command, host, system);
    return await serve(started, () => readConfigFileAgain(command, system), host, system);
  } catch (error) {
    if (error instanceof UsageError) return complain(host, error.message, EXIT.usage);
    throw error;
  }
}

/** Serves, and reads the configuration again when it is to be followed anew, if it can. */
async function serve(
  command: ReadConfig & Partial<LoadedFiles>,
  load: ReloadsOptions["load"],
  host: Host,
  system: OperatingSystem,
): Promise<number> {
  const { logLevel, logFormat } = command.config;
  const told = withLogFormat(host, logFormat, system);
  const log = new Log({ level: logLevel, writeLine: (line) => told.writeLine(line) });
  const { watched = [], origin = originOfFlags(command) } = command;
  const reloads = new Reloads({ load, watched, origin, log });
  const stopHearing = system.onHangup(() => reloads.hangup());
  try {
    return await serveByProcesses(command, told, system, reloads);
  } catch (error) {
    if (!(error instanceof ListenError)) throw error;
    const placeOf = (path: string) => reloads.placeOf(path);
    return complain(host, listenAdvice(error, { isForbidden: system.isForbidden, placeOf }), EXIT.cannotListen);
  } finally {
    stopHearing();
  }
}

/** Where there is no file: what is not as usual was given as a flag. */
function originOfFlags({ config, warnings }: ReadConfig): Origin {
  const given = FIELDS.filter((field) => JSON.stringify(config[field]) !== JSON.stringify(DEFAULTS[field]));
  const places = new Map(given.map((field) => [SETTINGS[field].path, `--${flagName(SETTINGS[field])}`]));
  return { source: null, files: [], places, warnings };
}

async function serveByProcesses(
  command: ReadConfig,
  host: Host,
  system: OperatingSystem,
  reloads: Reloads,
): Promise<number> {
  const { count, why } = system.chooseWorkerCount(command.config);
  if (count > 1) return await supervise(command, count, host, system, reloads);
  if (why !== null) host.writeLine(`dns-forwarder: warn: one worker serves: ${why}`);
  return await serveAlone(command, host, system, reloads);
}

function print(host: Host, text: string): number {
  host.print(text);
  return EXIT.ok;
}

function complain(host: Host, message: string, exitCode: number): number {
  host.writeLine(`dns-forwarder: ${message}`);
  return exitCode;
}
