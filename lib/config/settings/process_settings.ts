import { LOG_FORMATS } from "../../observe/json_line.ts";
import { LOG_LEVELS } from "../../observe/log.ts";
import { DATAGRAM_IO } from "../config.ts";
import { filePath, measure, oneOf, onOff, wholeNumberOr } from "../readers.ts";
import type { Bounds, Settings } from "../setting.ts";

/** How many workers there can be. */
export const WORKER_BOUNDS: Bounds = { min: 1, max: 256 };

/** How the program runs, whatever it answers. */
export const PROCESS_SETTINGS = {
  io: {
    name: "io",
    path: "server.io",
    reader: oneOf(DATAGRAM_IO),
    default: "auto",
    isReloadable: false,
    help: [
      "How UDP datagrams are sent and received: in batches (native), which saves processor time and needs Linux on x64 or",
      "arm64 and deno run --allow-ffi; or one by one (plain). By default ({default}) native where possible.",
    ],
    inFile: [
      "How UDP datagrams are sent and received: in batches (native), which saves processor time and needs Linux on",
      "x64 or arm64 and deno run --allow-ffi; or one by one (plain). auto is native where possible.",
    ],
  },
  workers: {
    name: "workers",
    path: "server.workers",
    reader: wholeNumberOr("auto", "<number>", WORKER_BOUNDS),
    // Several take rights beyond those of one process, and one is enough for most.
    default: 1,
    isReloadable: false,
    help: [
      "Processes that serve clients, {min}–{max} (default {default}), or as many as there are processors (auto). They share",
      "--cache-size, --max-in-flight, --rate-limit and --max-connections. More than one needs native I/O (--io auto or",
      "native) and deno run --allow-run.",
    ],
    inFile: [
      "Processes that serve clients, or as many as there are processors (auto). They share cache.size,",
      "access.max-in-flight, access.rate-limit and server.max-connections. More than one needs native I/O and deno run",
      "--allow-run.",
    ],
  },
  logLevel: {
    name: "log-level",
    path: "log.level",
    reader: oneOf(LOG_LEVELS),
    default: "info",
    isReloadable: true,
    help: ["How much is logged to standard error (default {default})."],
    inFile: ["How much is logged to standard error."],
  },
  logFormat: {
    name: "log-format",
    path: "log.format",
    hasFlag: false,
    reader: oneOf(LOG_FORMATS),
    default: "text",
    isReloadable: false,
    help: ["How it is written: as text to be read, or a line of JSON each, with time, level and message (json)."],
  },
  watchesFiles: {
    name: "watch",
    path: "server.watch",
    hasFlag: false,
    reader: onOff(),
    default: false,
    isReloadable: true,
    help: ["Reload when a file of the configuration changes."],
  },
  drainSeconds: {
    name: "drain",
    path: "server.drain",
    reader: measure("seconds", { min: 0, max: 600 }),
    default: 0,
    isReloadable: true,
    help: [
      "How long the program serves on when it is told to stop, {min}–{max} s (default {default}): /readyz says at once that it",
      "is not ready, so that whoever spreads clients sends them elsewhere before it is gone. Another signal ends it.",
    ],
    inFile: [
      "How long the program serves on when it is told to stop: /readyz says at once that it is not ready, so that whoever",
      "spreads clients sends them elsewhere before it is gone. Another signal ends it.",
    ],
  },
  rollbackAfterMs: {
    name: "rollback-after",
    path: "server.rollback-after",
    hasFlag: false,
    reader: measure("ms", { min: 0, max: 600_000 }),
    default: 30_000,
    isReloadable: true,
    help: ["How long a reload is on probation: when answers fail because of it, it is taken back. 0 for never."],
  },
  adminSocket: {
    name: "admin-socket",
    path: "admin.socket",
    hasFlag: false,
    reader: filePath("<path>", "/run/dns-forwarder/admin.sock"),
    default: null,
    isReloadable: false,
    help: ["A Unix socket that commands such as status and reload talk to the program over. By default there is none."],
  },
  stateDir: {
    name: "state-dir",
    path: "server.state-dir",
    hasFlag: false,
    reader: filePath("<path>", "/var/lib/dns-forwarder"),
    default: null,
    isReloadable: false,
    help: [
      "The folder where lists are kept as they were fetched and as they are looked up in, so that a restart blocks at once,",
      "without the Internet; and pauses, which outlive it then. Lists with sources need it. It is for one program alone.",
    ],
  },
} satisfies Partial<Settings>;
