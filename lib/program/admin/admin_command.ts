import { explainOffline } from "../../app/explain/offline.ts";
import { parseCommand } from "../../config/flags/cli.ts";
import type { FullConfig } from "../../config/config.ts";
import type { Admin } from "../../config/flags/admin_commands.ts";
import { UsageError } from "../../config/usage_error.ts";
import { AdminError } from "../../operator/admin/admin_error.ts";
import { askProgram, UnreachableError } from "../../operator/admin/ask_program.ts";
import { readConfigFile } from "../config/config_file.ts";
import { EXIT } from "../exit_codes.ts";
import type { Host } from "../host.ts";
import type { OperatingSystem } from "../operating_system.ts";
import { adminResultText, isGood } from "./admin_result.ts";

/** Gives the running program a command, and prints what comes of it. Resolves to the exit code. */
export async function runAdminCommand(command: Admin, host: Host, system: OperatingSystem): Promise<number> {
  const { request, isJson } = command;
  try {
    const result = await resultOf(command, host, system);
    host.print(isJson ? `${JSON.stringify(result)}\n` : adminResultText(request, result));
    return isGood(request, result) ? EXIT.ok : EXIT.notFollowed;
  } catch (error) {
    if (error instanceof AdminError) {
      return complain(host, `Cannot ${request.command}: ${error.message}`, EXIT.notFollowed);
    }
    if (error instanceof UnreachableError) return complain(host, error.message, EXIT.notReached);
    throw error;
  }
}

async function resultOf({ request, socket, offline }: Admin, host: Host, system: OperatingSystem): Promise<unknown> {
  const runtime = system.runtime({}, (line) => host.writeLine(line));
  if (request.command === "explain" && offline !== null) {
    return await explainOffline(request, await configOf(offline, host, system), runtime);
  }
  return await askProgram(system.localSockets, runtime.timers, socket, request);
}

/** What would be served with these arguments. */
async function configOf(args: readonly string[], host: Host, system: OperatingSystem): Promise<FullConfig> {
  const command = parseCommand(args, () => host.defaultConfigFile?.() ?? null);
  if (command.kind === "serve") return command.config;
  if (command.kind === "serve file") return (await readConfigFile(command, host, system)).config;
  throw new UsageError("Cannot explain offline: behind it stands what the program would be started with");
}

function complain(host: Host, message: string, exitCode: number): number {
  host.writeLine(`dns-forwarder: ${message}`);
  return exitCode;
}
