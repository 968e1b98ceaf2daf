import { historySettings } from "./history_settings.ts";
import type { Part } from "../part.ts";

/** The history, where a folder is given for it. */
export const HISTORY: Part = {
  name: "history",
  settings: historySettings,
  load: async () => (await import("./start_history.ts")).startHistory,
};
