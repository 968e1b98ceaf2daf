import { ADMIN_PORT } from "../../web/admin_listen.ts";
import { adminAddress, filePath, hostNames, onOff } from "../readers.ts";
import type { Settings } from "../setting.ts";

/** The page, and the API that it is made of. */
export const ADMIN_SETTINGS = {
  adminListen: {
    name: "admin-listen",
    path: "admin.listen",
    hasFlag: false,
    reader: adminAddress("[https://]<ip>[:<port>]"),
    default: null,
    isReloadable: true,
    help: [
      "Where the page and its API are served, for those who have a token. By default nowhere; the port is " +
      `${ADMIN_PORT} unless`,
      "said otherwise. With https:// in front of it by the first certificate of server.certificate. What is not encrypted is",
      "served to this machine alone, unless admin.behind-proxy says that a proxy encrypts it.",
    ],
  },
  adminTokenFile: {
    name: "admin-token-file",
    path: "admin.token-file",
    hasFlag: false,
    reader: filePath("<path>", "/var/lib/dns-forwarder/tokens"),
    default: null,
    isReloadable: true,
    help: [
      "Who may use the page and the API: in each line a name, a scope (read or admin), and a token or its digest. It is made",
      "with one token if it is not there; a change counts at once. By default it is the file tokens in server.state-dir.",
    ],
  },
  adminHosts: {
    name: "admin-hosts",
    path: "admin.hosts",
    hasFlag: false,
    reader: hostNames("<name>"),
    default: [],
    isReloadable: true,
    help: [
      "Further names that the page may be opened under, besides the address where it is served and localhost. Others are turned",
      "away, for a page of somebody else can have a name that leads here.",
    ],
  },
  isAdminBehindProxy: {
    name: "admin-behind-proxy",
    path: "admin.behind-proxy",
    hasFlag: false,
    reader: onOff(),
    default: false,
    isReloadable: true,
    help: [
      "Whether a proxy stands in front of the page that encrypts what it passes on and says in X-Forwarded-For whom it comes",
      "from. Then the page may be served in the clear at other addresses than those of this machine's loopback.",
    ],
  },
} satisfies Partial<Settings>;
