import type { FullConfig } from "../../../config/config.ts";
import { QueryLog } from "../../../telemetry/query_log/query_log.ts";
import type { PartContext, RunningPart } from "../part.ts";
import { queryLogSettings } from "./query_log_settings.ts";

/** Starts the query log. */
export function startQueryLog(config: FullConfig, { system, runtime, log, program, offers }: PartContext): RunningPart {
  const { clock, wallClock, timers, random } = runtime;
  const { files, writableFiles, startGzip } = system;
  const { drain } = program;
  const settings = queryLogSettings(config)!;
  const queryLog = new QueryLog(settings, { files, writableFiles, startGzip, clock, wallClock, timers, random, log });
  const endTaking = drain.add(queryLog);
  offers.queryLog = {
    folder: settings.folder,
    flush: async () => {
      drain.flush();
      await queryLog.flush();
    },
  };
  return {
    get lines() {
      return [queryLog.text];
    },
    follow: (config) => queryLog.follow(queryLogSettings(config)!),
    stop: async () => {
      offers.queryLog = null;
      endTaking();
      await queryLog.stop();
    },
  };
}
