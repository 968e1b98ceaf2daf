import { formatCidr } from "../../base/net/cidr.ts";
import { MULTI_QUESTION } from "../../resolver/questions/split.ts";
import { PRIVATE_NETWORKS } from "../../server/admission/access.ts";
import { networkList, oneOf, typeList, wholeNumber } from "../readers.ts";
import type { Settings } from "../setting.ts";

/** What clients may ask, and how much. */
export const ADMISSION_SETTINGS = {
  multiQuestion: {
    name: "multi-question",
    path: "server.multi-question",
    reader: oneOf(MULTI_QUESTION),
    default: "split",
    isReloadable: true,
    help: [
      "Messages with several questions: ask each one separately and merge the answers ({default}, the default),",
      "or reject them as RFC 9619 requires (formerr).",
    ],
    inFile: [
      "Messages with several questions: ask each one separately and merge the answers (split), or reject them as",
      "RFC 9619 requires (formerr).",
    ],
  },
  allow: {
    name: "allow",
    path: "access.allow",
    reader: networkList("<network>"),
    default: PRIVATE_NETWORKS.map(formatCidr),
    isReloadable: true,
    help: [
      "Answer clients in this network, such as 192.0.2.0/24 or 2001:db8::/32; others are REFUSED. May be repeated or",
      "comma-separated. Default: loopback, private and link-local networks. For everyone: 0.0.0.0/0,::/0",
    ],
    inFile: [
      "Answer clients in these networks; others are REFUSED. By default loopback, private and link-local networks.",
      "For everyone: 0.0.0.0/0 and ::/0.",
    ],
  },
  deny: {
    name: "deny",
    path: "access.deny",
    hasFlag: false,
    reader: networkList("<network>"),
    default: [],
    isReloadable: true,
    help: [
      "Refuse the clients in these networks. Where allow has a network, too, the longer one counts; of two alike, this one.",
    ],
  },
  refusedTypes: {
    name: "refuse-types",
    path: "access.refuse-types",
    hasFlag: false,
    reader: typeList("<type>"),
    default: [],
    isReloadable: true,
    help: [
      "Record types that are REFUSED, whoever asks for them. ANY over UDP gets an answer that says nothing (RFC 8482).",
    ],
  },
  rateLimit: {
    name: "rate-limit",
    path: "access.rate-limit",
    reader: wholeNumber("<number>", { min: 0, max: 1_000_000 }),
    // Most networks are honest, and one with many clients looks like a flood.
    default: 0,
    isReloadable: true,
    help: [
      "UDP questions per second per client network (/24, /56), up to {max}; {default} (default) means unlimited. Clients",
      "over the limit are told to ask over TCP. Clients with a DNS cookie from this server are exempt.",
    ],
    inFile: [
      "UDP questions per second per client network (/24, /56); 0 means unlimited. Clients over the limit are told",
      "to ask over TCP. Clients with a DNS cookie from this server are exempt.",
    ],
  },
  rateLimitExempt: {
    name: "rate-limit-exempt",
    path: "access.rate-limit-exempt",
    hasFlag: false,
    reader: networkList("<network>"),
    default: [],
    isReloadable: true,
    help: ["Networks for whose clients rate-limit does not hold."],
  },
  maxInFlight: {
    name: "max-in-flight",
    path: "access.max-in-flight",
    reader: wholeNumber("<number>", { min: 1, max: 1_000_000 }),
    // A query that waits holds a receive buffer of 4 KiB: 10,000 of them are 40 MiB.
    default: 10_000,
    isReloadable: true,
    help: [
      "Questions that may wait for upstreams at the same time, {min}–{max} (default {default}).",
      "Beyond that, the newest question of the client with the most is REFUSED.",
    ],
    inFile: [
      "Questions that may wait for upstreams at the same time. Beyond that, the newest question of the client with",
      "the most is REFUSED.",
    ],
  },
} satisfies Partial<Settings>;
