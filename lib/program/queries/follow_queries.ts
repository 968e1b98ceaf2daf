import type { Queries } from "../../config/flags/queries_command.ts";
import { followLog, type LoggedLine } from "../../telemetry/log_search/follow_log.ts";
import { LineFilter } from "../../telemetry/log_search/line_filter.ts";
import { EXIT } from "../exit_codes.ts";
import type { Host } from "../host.ts";
import type { OperatingSystem } from "../operating_system.ts";
import { partText } from "./queries_text.ts";

/** Prints lines of the query log as they are written, until somebody has seen enough. Resolves to the exit code. */
export async function followQueries(
  { filter, limit, isJson }: Queries,
  folder: string,
  host: Host,
  system: OperatingSystem,
): Promise<number> {
  const { files } = system;
  const { timers } = system.runtime({}, (line) => host.writeLine(line));
  const stopping = new AbortController();
  host.stop.then(() => stopping.abort());
  let isFirst = true;
  const follow = {
    filter: new LineFilter(filter),
    lastCount: limit,
    signal: stopping.signal,
    tell: (lines: readonly LoggedLine[]) => {
      if (isJson) host.print(lines.map(({ text }) => `${text}\n`).join(""));
      else host.print(partText(lines.map(({ query }) => query), isFirst));
      isFirst = false;
    },
    onMissing: (why: string) => host.writeLine(`dns-forwarder: nothing in ${folder} yet: ${why}; waiting for it`),
  };
  await followLog(folder, follow, { files, timers });
  return EXIT.ok;
}
