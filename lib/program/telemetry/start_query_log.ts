import type { FullConfig } from "../../config/config.ts";
import { QueryLog } from "../../telemetry/query_log/query_log.ts";
import type { PartContext, RunningPart } from "./part.ts";
import { queryLogSettings } from "./query_log_settings.ts";

/** Starts the query log. */
export function startQueryLog(config: FullConfig, context: PartContext): RunningPart {
  const { system, runtime, log, program, offers } = context;
  const { clock, wallClock, timers, random } = runtime;
  const { files, writableFiles } = system;
  const settings = queryLogSettings(config)!;
  const queryLog = new QueryLog(settings, { files, writableFiles, clock, wallClock, timers, random, log });
  const leave = program.drain.add(queryLog);
  offers.queryLog = { folder: settings.folder, flush: () => queryLog.flush() };
  return {
    get lines() {
      return [queryLog.text];
    },
    follow: (config) => queryLog.follow(queryLogSettings(config)!),
    stop: async () => {
      offers.queryLog = null;
      leave();
      await queryLog.stop();
    },
  };
}
