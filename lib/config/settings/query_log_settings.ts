import { CLIENT_LEVELS, NAME_LEVELS } from "../../telemetry/privacy/levels.ts";
import { domainList, oneOf } from "../readers.ts";
import type { Settings } from "../setting.ts";

/** What is written down of queries. */
export const QUERY_LOG_SETTINGS = {
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
