import { FileError } from "../../base/files.ts";
import { readMoment } from "../../base/time/read_moment.ts";
import type { Queries } from "../../config/flags/queries_command.ts";
import { AdminError } from "../../operator/admin/admin_error.ts";
import { askProgram, UnreachableError } from "../../operator/admin/ask_program.ts";
import { LineFilter } from "../../telemetry/log_search/line_filter.ts";
import { searchLog } from "../../telemetry/log_search/search_log.ts";
import type { QueryLogResult } from "../admin/admin_result.ts";
import { readConfigFile } from "../config/config_file.ts";
import { EXIT } from "../exit_codes.ts";
import type { Host } from "../host.ts";
import type { OperatingSystem } from "../operating_system.ts";
import { followQueries } from "./follow_queries.ts";
import { queriesText } from "./queries_text.ts";

/** Whoever waits for it does not want to for longer. */
const BUDGET_MS = 10_000;

/** Searches the query log, and prints what is found. Resolves to the exit code. */
export async function runQueries(command: Queries, host: Host, system: OperatingSystem): Promise<number> {
  const runtime = system.runtime({}, (line) => host.writeLine(line));
  const { clock, wallClock } = runtime;
  const nowMs = wallClock.epochSeconds() * 1000;
  const moment = (text: string | null) => text === null ? null : readMoment(text, nowMs);
  const complain = (message: string, exitCode: number) => {
    host.writeLine(`dns-forwarder: ${message}`);
    return exitCode;
  };
  let folder = "";
  try {
    folder = await folderOf(command, host, system);
    if (command.isFollowed) return await followQueries(command, folder, host, system);
    const search = {
      filter: new LineFilter(command.filter),
      sinceMs: moment(command.since),
      untilMs: moment(command.until),
      limit: command.limit,
      budgetMs: BUDGET_MS,
    };
    const { lines, searchedBackToMs, problems } = await searchLog(folder, search, { files: system.files, clock });
    if (command.isJson) host.print(lines.map(({ text }) => `${text}\n`).join(""));
    else host.print(queriesText(lines.map(({ query }) => query)));
    for (const problem of problems) host.writeLine(`dns-forwarder: warn: cannot read ${folder}/${problem}`);
    if (searchedBackToMs !== null) {
      const time = new Date(searchedBackToMs).toISOString();
      const why = lines.length < command.limit ? "the time was up" : `${lines.length} found`;
      host.writeLine(`dns-forwarder: ${why}, searched back to ${time}; go on with --until ${time}`);
    } else if (lines.length === 0) host.writeLine(`dns-forwarder: nothing found in ${folder}`);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof FileError) return complain(`Cannot search ${folder}: ${error.message}`, EXIT.notFollowed);
    if (error instanceof AdminError) return complain(`Cannot search: ${error.message}`, EXIT.notFollowed);
    if (!(error instanceof UnreachableError)) throw error;
    return complain(`${error.message}. Without it: queries --folder <path>, or --config <file>`, EXIT.notReached);
  }
}

async function folderOf({ where }: Queries, host: Host, system: OperatingSystem): Promise<string> {
  if (where.kind === "folder") return where.path;
  if (where.kind === "config") return await folderIn(where.path, host, system);
  const { timers } = system.runtime({}, (line) => host.writeLine(line));
  try {
    const result = await askProgram(system.localSockets, timers, where.socket, { command: "query-log" });
    return (result as QueryLogResult).folder;
  } catch (error) {
    // Where it does not run, its configuration says where the log is.
    const file = error instanceof UnreachableError ? host.defaultConfigFile?.() ?? null : null;
    if (file === null) throw error;
    return await folderIn(file, host, system);
  }
}

async function folderIn(file: string, host: Host, system: OperatingSystem): Promise<string> {
  const { config } = await readConfigFile({ file, given: [] }, host, system);
  if (config.queryLogFolder !== null) return config.queryLogFolder;
  throw new AdminError(`${file} has no query-log.folder`);
}
