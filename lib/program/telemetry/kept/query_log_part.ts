import type { Part } from "../part.ts";
import { queryLogSettings } from "./query_log_settings.ts";

/** The query log, where a folder is given for it. */
export const QUERY_LOG: Part = {
  name: "query log",
  settings: queryLogSettings,
  load: async () => (await import("./start_query_log.ts")).startQueryLog,
};
