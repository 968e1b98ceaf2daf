import { DEFAULT_LISTEN_PORT } from "../../config.ts";
import { formatSocketAddress, parseSocketAddress } from "../../../base/net/address.ts";
import { UsageError } from "../../usage_error.ts";
import { CLIENTS } from "./clients.ts";
import { checked, either, type Field, list, table, text } from "./fields.ts";
import { ANSWERS } from "./filter/answers.ts";
import { BLOCK } from "./filter/block.ts";
import { DNS64 } from "./filter/dns64.ts";
import { LISTS } from "./filter/lists.ts";
import { SCHEDULES } from "./filter/schedules.ts";
import { LOCAL } from "./local.ts";
import { readGroupName } from "./names.ts";
import { REWRITES, ROUTES } from "./routes.ts";
import { row } from "./row.ts";
import type { FileListener, FileTables } from "./tables.ts";
import { UPSTREAMS } from "./upstreams.ts";

/** Where a file's listeners serve unless they say otherwise: who writes a file runs a service. */
const LISTEN_PORT = 53;

/** All that can stand in a file. */
export const SCHEMA: Field<FileTables> = table({
  "include": list(
    {
      form: '["conf.d/*.toml"]',
      help: "Other files whose settings count as well, relative to this one. They include no others.",
    },
    text({ form: '"conf.d/*.toml"', help: "" }, readGlob),
    {},
    (all) => all,
  ),
  "answer": row("answer"),
  "server": table({
    "listen": listen(),
    "reuse-port": row("sharesPort"),
    "timeout": row("timeoutMs"),
    "multi-question": row("multiQuestion"),
    "server-id": row("serverId"),
    "workers": row("workers"),
    "io": row("io"),
    "watch": row("watchesFiles"),
    "rollback-after": row("rollbackAfterMs"),
    "state-dir": row("stateDir"),
  }),
  "access": table({
    "allow": row("allow"),
    "deny": row("deny"),
    "refuse-types": row("refusedTypes"),
    "rate-limit": row("rateLimit"),
    "rate-limit-exempt": row("rateLimitExempt"),
    "max-in-flight": row("maxInFlight"),
  }),
  "cache": table({
    "size": row("cacheSizeMib"),
    "min-ttl": row("minTtlSeconds"),
    "max-ttl": row("maxTtlSeconds"),
    "negative-max-ttl": row("negativeMaxTtlSeconds"),
    "stale": row("servesStale"),
    "prefetch": row("prefetches"),
  }),
  "upstreams": UPSTREAMS,
  "route": ROUTES,
  "clients": CLIENTS,
  "local": LOCAL,
  "rewrite": REWRITES,
  "lists": LISTS,
  "schedules": SCHEDULES,
  "block": BLOCK,
  "answers": ANSWERS,
  "dns64": DNS64,
  "log": table({ "level": row("logLevel"), "format": row("logFormat") }),
  "admin": table({ "socket": row("adminSocket") }),
});

function listen(): Field<readonly FileListener[]> {
  const address = text({
    form: '"<ip>[:<port>]"',
    example: '"192.0.2.53"',
    help: `Serve clients here, over UDP and TCP; port ${LISTEN_PORT} unless given, 0 for any free one.`,
  }, readListener);
  const withClients = table<FileListener>({
    address,
    clients: text({
      form: '"guests"',
      help:
        "The client group of those who come in here and are in no other by their address, hardware address or name.",
    }, readGroupName),
  }, ["address"]);
  const withPort = checked(withClients, (listener) => {
    if (listener.clients === undefined || !listener.address.endsWith(":0")) return listener;
    throw new UsageError("needs a port: whoever comes in at any free one is in no group");
  });
  const about = {
    example: '["192.0.2.53"]',
    form: `["<ip>[:<port>]", { address = "<ip>[:<port>]", clients = "guests" }]`,
    help:
      `Where clients are served; port ${LISTEN_PORT} unless given. By default on port ${DEFAULT_LISTEN_PORT} of this machine's ` +
      "loopback addresses.",
  };
  const item = either(address, withPort, 'must be an address, such as "192.0.2.53", or a table with one');
  return list(about, item, { atLeast: 1, of: "address" }, (all) => {
    return all.map((one) => typeof one === "string" ? { address: one } : one);
  });
}

function readListener(text: string): string {
  return formatSocketAddress(parseSocketAddress(text, LISTEN_PORT, 0));
}

function readGlob(text: string): string {
  if (text === "" || text.includes("\0")) {
    throw new UsageError("must be the path of a file; * stands for any characters");
  }
  if (text.slice(0, text.lastIndexOf("/") + 1).includes("*")) {
    throw new UsageError("can have a * in the name of the file, not in those of its folders");
  }
  return text;
}
