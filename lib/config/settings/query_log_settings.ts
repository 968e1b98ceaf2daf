import { CLIENT_LEVELS, NAME_LEVELS } from "../../telemetry/privacy/levels.ts";
import { LOG_KINDS, SAMPLE_MAX, SLOW_MS } from "../../telemetry/query_log/log_kinds.ts";
import { domainList, filePath, measure, oneOf, wholeNumber, wordList } from "../readers.ts";
import type { Settings } from "../setting.ts";

/** What is written down of queries. */
export const QUERY_LOG_SETTINGS = {
  queryLogFolder: {
    name: "query-log-folder",
    path: "query-log.folder",
    hasFlag: false,
    reader: filePath("<path>", "/var/log/dns-forwarder"),
    default: null,
    isReloadable: true,
    help: [
      "The folder where each query is written down, a line of JSON each; full files are compressed. It is for one program",
      "alone. By default there is none, and nothing is written. What is in it is found by: dns-forwarder queries.",
    ],
  },
  queryLogSizeMib: {
    name: "query-log-max-size",
    path: "query-log.max-size",
    hasFlag: false,
    reader: measure("MiB", { min: 1, max: 1_048_576 }),
    default: 256,
    isReloadable: true,
    help: ["Of all files together; the oldest go."],
  },
  queryLogOnly: {
    name: "query-log-only",
    path: "query-log.only",
    hasFlag: false,
    reader: wordList(LOG_KINDS),
    default: [],
    isReloadable: true,
    help: [
      "Write down these alone: what lists have blocked, what has failed (nobody could tell, or there was too much to do), what",
      `has been slow (${SLOW_MS} ms and more). By default all.`,
    ],
  },
  queryLogSample: {
    name: "query-log-sample",
    path: "query-log.sample",
    hasFlag: false,
    reader: wholeNumber("<number>", { min: 1, max: SAMPLE_MAX }),
    default: 1,
    isReloadable: true,
    help: ["Write down one query in so many, drawn at random."],
  },
  toldClients: {
    name: "query-log-clients",
    path: "query-log.clients",
    hasFlag: false,
    reader: oneOf(CLIENT_LEVELS),
    // Who wants to find out who was slow or failed needs no more.
    default: "network",
    isReloadable: true,
    help: [
      "What the log, and whatever else is written to disk or sent away, tells of clients: the address (full), its network",
      "(network: /24, of IPv6 /48), a name that is another one each day and cannot be led back (pseudonym), or nothing",
      "(none). Client groups are told with full alone.",
    ],
  },
  toldNames: {
    name: "query-log-names",
    path: "query-log.names",
    hasFlag: false,
    reader: oneOf(NAME_LEVELS),
    default: "full",
    isReloadable: true,
    help: [
      "The same of names: all of it (full), the last two labels (domain), or nothing (none). Which line of which list blocks a",
      "name is told with full alone.",
    ],
  },
  untoldDomains: {
    name: "query-log-ignore",
    path: "query-log.ignore",
    hasFlag: false,
    reader: domainList("<domain>"),
    default: [],
    isReloadable: true,
    help: [
      "Domains of which nothing is told there, with all below them. For clients of whom nothing is: clients.<name>.query-log.",
    ],
  },
} satisfies Partial<Settings>;
