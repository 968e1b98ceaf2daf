import { MIB } from "../../../base/units.ts";
import type { FullConfig } from "../../../config/config.ts";
import type { HistorySettings } from "../../../telemetry/history/history_keeper.ts";
import { toldOutside } from "../told.ts";

/** What is kept of what was seen, and where; `null` for nothing. */
export function historySettings(config: FullConfig): HistorySettings | null {
  const { historyFolder: folder, historySizeMib } = config;
  if (folder === null) return null;
  return { folder, octetsMax: historySizeMib * MIB, privacy: toldOutside(config) };
}
