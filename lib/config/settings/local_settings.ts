import { onOff, shortText } from "../readers.ts";
import type { Settings } from "../setting.ts";

/** What the program answers by itself. */
export const LOCAL_SETTINGS = {
  answersSpecialNames: {
    name: "special-names",
    path: "local.special-names",
    reader: onOff(),
    default: true,
    isReloadable: true,
    help: [
      "Forward names like localhost, test, local, onion, home.arpa and 10.in-addr.arpa, too. By default they are answered",
      "locally, because no server on the Internet knows them.",
    ],
    inFile: [
      "Answer names like localhost, test, local, onion, home.arpa and 10.in-addr.arpa locally, because no server on",
      "the Internet knows them. A route or local data at or below them comes first.",
    ],
  },
  serverId: {
    name: "server-id",
    path: "server.server-id",
    reader: shortText("<text>"),
    default: null,
    isReloadable: true,
    help: [
      "Answer id.server (TXT, class CH) with this text, and version.bind with the version. By default both are REFUSED.",
    ],
    inFile: [
      "Answer id.server (TXT, class CH) with this text, and version.bind with the version. By default both are",
      "REFUSED.",
    ],
  },
} satisfies Partial<Settings>;
