import { DNSTAP_MESSAGES } from "../config.ts";
import { shortText, streamTarget, wordList } from "../readers.ts";
import type { Settings } from "../setting.ts";

/** Who is told of messages as they are on the wire. */
export const DNSTAP_SETTINGS = {
  dnstapTo: {
    name: "dnstap-to",
    path: "dnstap.to",
    hasFlag: false,
    reader: streamTarget("unix:<path>|tcp://<ip>:<port>"),
    default: null,
    isReloadable: true,
    help: [
      "Who reads dnstap (frame streams of https://dnstap.info, both sides speaking): unix:/run/dnstap.sock or",
      "tcp://192.0.2.9:6000. By default nobody. Whoever is not there is tried again; with workers each has a connection of its",
      "own. What query-log says of clients, names and ignore holds here, too: messages go whole, so none does unless names are",
      "told in full; and where clients are not, messages go without EDNS options.",
    ],
  },
  dnstapMessages: {
    name: "dnstap-messages",
    path: "dnstap.messages",
    hasFlag: false,
    reader: wordList(DNSTAP_MESSAGES),
    default: DNSTAP_MESSAGES,
    isReloadable: true,
    help: [
      "Which messages: those of clients (CLIENT_QUERY, CLIENT_RESPONSE), those of upstreams (FORWARDER_QUERY,",
      "FORWARDER_RESPONSE).",
    ],
  },
  dnstapIdentity: {
    name: "dnstap-identity",
    path: "dnstap.identity",
    hasFlag: false,
    reader: shortText("<text>"),
    default: null,
    isReloadable: true,
    help: ["What is told with each message of who tells it; by default what server.server-id says."],
  },
  dnstapVersion: {
    name: "dnstap-version",
    path: "dnstap.version",
    hasFlag: false,
    reader: shortText("<text>"),
    default: null,
    isReloadable: true,
    help: ["The same of which version it is; by default the name and the version of this program."],
  },
} satisfies Partial<Settings>;
