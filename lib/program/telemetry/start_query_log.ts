import type { FullConfig } from "../../config/config.ts";
import { QueryLog } from "../../telemetry/query_log/query_log.ts";
import type { PartContext, RunningPart } from "./part.ts";
import { queryLogSettings } from "./query_log_settings.ts";

/** Records of a turn, at most. */
const RECORDS_MAX = 4096;
const TURN_MS = 100;

/** Starts the query log. */
export function startQueryLog(config: FullConfig, context: PartContext): RunningPart {
  const { system, runtime, log, program, offers } = context;
  const { clock, wallClock, timers, random } = runtime;
  const { files, writableFiles } = system;
  const settings = queryLogSettings(config)!;
  const queryLog = new QueryLog(settings, { files, writableFiles, clock, wallClock, timers, random, log });
  const reader = program.observations.watch();
  const take = queryLog.take.bind(queryLog);
  let cancel = timers.start(TURN_MS, turn);
  offers.queryLog = { folder: settings.folder, flush: () => queryLog.flush() };
  return {
    get lines() {
      return [queryLog.text];
    },
    follow: (config) => queryLog.follow(queryLogSettings(config)!),
    stop: async () => {
      offers.queryLog = null;
      cancel();
      reader.read(take, Infinity);
      reader.close();
      await queryLog.stop();
    },
  };

  function turn(): void {
    reader.read(take, RECORDS_MAX);
    cancel = timers.start(TURN_MS, turn);
  }
}
