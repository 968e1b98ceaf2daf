import type { FullConfig } from "../../../config/config.ts";
import { HistoryKeeper } from "../../../telemetry/history/history_keeper.ts";
import { historySettings } from "./history_settings.ts";
import type { PartContext, RunningPart } from "../part.ts";

/** Starts the history. */
export function startHistory(config: FullConfig, { system, runtime, log, program, offers }: PartContext): RunningPart {
  const { timers, random } = runtime;
  const keeper = new HistoryKeeper(historySettings(config)!, { start: system.startHistory, timers, random, log });
  const endTaking = program.drain.add(keeper);
  offers.history = keeper;
  return {
    get lines() {
      return [keeper.text];
    },
    follow: (config) => keeper.follow(historySettings(config)!),
    stop: async () => {
      offers.history = null;
      endTaking();
      await keeper.stop();
    },
  };
}
