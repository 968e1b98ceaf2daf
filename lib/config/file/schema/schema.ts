import { UsageError } from "../../usage_error.ts";
import { CLIENTS } from "./clients.ts";
import { type Field, list, table, text } from "./fields.ts";
import { ANSWERS } from "./filter/answers.ts";
import { BLOCK } from "./filter/block.ts";
import { DNS64 } from "./filter/dns64.ts";
import { LISTS } from "./filter/lists.ts";
import { SCHEDULES } from "./filter/schedules.ts";
import { LISTENERS } from "./listeners.ts";
import { LOCAL } from "./local.ts";
import { REWRITES, ROUTES } from "./routes.ts";
import { row } from "./row.ts";
import type { FileTables } from "./tables.ts";
import { UPSTREAMS } from "./group/upstreams.ts";

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
    "listen": LISTENERS,
    "certificate": row("certificates"),
    "key": row("keys"),
    "trusted-proxies": row("trustedProxies"),
    "bootstrap": row("bootstrap"),
    "max-connections": row("maxConnections"),
    "reuse-port": row("sharesPort"),
    "timeout": row("timeoutMs"),
    "multi-question": row("multiQuestion"),
    "server-id": row("serverId"),
    "workers": row("workers"),
    "io": row("io"),
    "watch": row("watchesFiles"),
    "rollback-after": row("rollbackAfterMs"),
    "drain": row("drainSeconds"),
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
  "history": table({ "folder": row("historyFolder"), "max-size": row("historySizeMib") }),
  "query-log": table({
    "folder": row("queryLogFolder"),
    "max-size": row("queryLogSizeMib"),
    "only": row("queryLogOnly"),
    "sample": row("queryLogSample"),
    "clients": row("toldClients"),
    "names": row("toldNames"),
    "ignore": row("untoldDomains"),
  }),
  "alerts": table({ "webhook": row("alertWebhook"), "format": row("alertFormat") }),
  "metrics": table({ "listen": row("metricsListen"), "allow": row("metricsAllow") }),
  "dnstap": table({
    "to": row("dnstapTo"),
    "messages": row("dnstapMessages"),
    "identity": row("dnstapIdentity"),
    "version": row("dnstapVersion"),
  }),
  "admin": table({
    "socket": row("adminSocket"),
    "listen": row("adminListen"),
    "token-file": row("adminTokenFile"),
    "hosts": row("adminHosts"),
    "behind-proxy": row("isAdminBehindProxy"),
  }),
  "otlp": table({
    "endpoint": row("otlpEndpoint"),
    "sample": row("otlpSample"),
    "headers-file": row("otlpHeadersFile"),
  }),
});

function readGlob(text: string): string {
  if (text === "" || text.includes("\0")) {
    throw new UsageError("must be the path of a file; * stands for any characters");
  }
  if (text.slice(0, text.lastIndexOf("/") + 1).includes("*")) {
    throw new UsageError("can have a * in the name of the file, not in those of its folders");
  }
  return text;
}
