import { MIB } from "../../../base/units.ts";
import type { FullConfig } from "../../../config/config.ts";
import type { QueryLogSettings } from "../../../telemetry/query_log/query_log.ts";
import { toldOutside } from "../told.ts";

/** What is written down of queries, and where; `null` for nothing. */
export function queryLogSettings(config: FullConfig): QueryLogSettings | null {
  const { queryLogFolder: folder, queryLogSizeMib, queryLogOnly: only, queryLogSample: sample } = config;
  if (folder === null) return null;
  return { folder, octetsMax: queryLogSizeMib * MIB, only, sample, privacy: toldOutside(config) };
}
