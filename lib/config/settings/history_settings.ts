import { filePath, measure } from "../readers.ts";
import type { Settings } from "../setting.ts";

/** What is kept for longer than memory holds. */
export const HISTORY_SETTINGS = {
  historyFolder: {
    name: "history-folder",
    path: "history.folder",
    hasFlag: false,
    reader: filePath("<path>", "/var/lib/dns-forwarder/history"),
    default: null,
    isReloadable: true,
    help: [
      "The folder of a database a day, for charts of a week and searches on the page. By default there is none, and memory holds the",
      "last minutes. What it tells of clients and names is what query-log.clients, names and ignore say.",
    ],
  },
  historySizeMib: {
    name: "history-max-size",
    path: "history.max-size",
    hasFlag: false,
    reader: measure("MiB", { min: 16, max: 1_048_576 }),
    default: 2048,
    isReloadable: true,
    help: ["Of all of them together; the oldest go. A million queries take some 40 MiB."],
  },
} satisfies Partial<Settings>;
