import { networkList, pathList, wholeNumber } from "../readers.ts";
import type { Settings } from "../setting.ts";

/** How clients are served on connections, encrypted ones above all. */
export const ENCRYPTED_SETTINGS = {
  certificates: {
    name: "certificate",
    path: "server.certificate",
    reader: pathList("<file|folder>"),
    default: [],
    isReloadable: true,
    help: [
      "A certificate (PEM) for --listen tls://, https:// and quic://, with those that lead to its authority; or a folder,",
      "whose certificates are all used. May be repeated or comma-separated: clients get the one for the name that they",
      "ask for, others the first. When one is renewed it is taken without a restart.",
    ],
    inFile: [
      "A certificate (PEM) for encrypted listeners, with those that lead to its authority; or a folder, whose certificates",
      "are all used. Clients get the one for the name that they ask for, others the first. When one is renewed it is taken",
      "without a restart.",
    ],
  },
  keys: {
    name: "key",
    path: "server.key",
    reader: pathList("<file>"),
    default: [],
    isReloadable: true,
    help: [
      "The key of --certificate (PEM, without a password), where it does not stand in the same file or folder.",
      "May be repeated or comma-separated: what belongs together is found out.",
    ],
    inFile: [
      "The keys of these certificates (PEM, without a password), where they do not stand in the same files or folders.",
      "What belongs together is found out.",
    ],
  },
  trustedProxies: {
    name: "trusted-proxy",
    path: "server.trusted-proxies",
    reader: networkList("<network>"),
    default: [],
    isReloadable: true,
    help: [
      "Believe X-Forwarded-For of HTTP requests that come from this network: the client is the last one in it that is",
      "no trusted proxy. May be repeated or comma-separated. By default nobody is believed.",
    ],
    inFile: [
      "Believe X-Forwarded-For of HTTP requests that come from these networks: the client is the last one in it that is",
      "no trusted proxy.",
    ],
  },
  maxConnections: {
    name: "max-connections",
    path: "server.max-connections",
    // Each needs a file descriptor, and 1,024 is the usual limit of those.
    reader: wholeNumber("<number>", { min: 10, max: 100_000 }),
    default: 500,
    isReloadable: true,
    help: [
      "Connections of clients at the same time, {min}–{max} (default {default}), a fifth of them of one client. Each needs",
      "a file descriptor, see ulimit -n.",
    ],
    inFile: [
      "Connections of clients at the same time, a fifth of them of one client. Each needs a file descriptor, see ulimit -n.",
    ],
  },
} satisfies Partial<Settings>;
