import type { HttpHandler } from "../../base/http/http_server.ts";
import { parseCidr, unmappedIp } from "../../base/net/cidr.ts";
import { NetworkTable } from "../../base/net/network_table.ts";
import { octetsOf } from "../../base/net/zone.ts";
import type { Status } from "../../operator/status.ts";
import { type Checks, liveness, readiness, upstreamHealth } from "../health/health.ts";
import { acceptedFormat } from "./accepted_format.ts";
import { type Format, FORMATS } from "./exposition.ts";

/** What is asked of whoever has the numbers. */
export interface MetricsSource {
  /** All metrics as text. */
  metrics(format: Format): Promise<string>;
  /** How the program is doing, as far as that is known at once. */
  readonly status: Status;
  /** By how much event loops were late lately, at most. */
  readonly loopDelayMs: number;
  /** Whether the program was told to stop. */
  readonly isStopping: boolean;
}

/** What is at the paths. */
const PATHS = ["/metrics", "/healthz", "/readyz"];

/**
 * Answers those who watch: reads alone, no names, no clients, nothing that is secret.
 *
 * @param allow The networks that may ask, as `formatCidr` writes them.
 */
export function metricsSite(allow: readonly string[], source: MetricsSource): HttpHandler {
  const allowed = new NetworkTable(allow.map((network) => [parseCidr(network), true] as const));
  return async (request, { address }) => {
    const octets = octetsOf(address.hostname);
    if (octets === null || !allowed.find(unmappedIp(octets))) {
      return text(403, `${address.hostname} may not read this: metrics.allow names the networks that may`);
    }
    // Its host is what the field says, which need not be one.
    const url = URL.parse(request.url);
    if (url === null) return text(400, "The host that is asked for is none");
    const { pathname } = url;
    if (!PATHS.includes(pathname)) return text(404, `There is nothing at ${pathname}; there are ${PATHS.join(", ")}`);
    if (request.method !== "GET" && request.method !== "HEAD") {
      return text(405, "This can be read (GET, HEAD), and nothing else", { allow: "GET, HEAD" });
    }
    // Of an answer to HEAD its server takes all but the content.
    return await answer(request, url);
  };

  async function answer(request: Request, { pathname, searchParams }: URL): Promise<Response> {
    if (pathname === "/healthz") return health(liveness(source.status, source.loopDelayMs));
    if (pathname === "/readyz") {
      const { status, isStopping } = source;
      const asked = searchParams.has("upstreams") ? upstreamHealth(status) : {};
      return health({ ...readiness(status, isStopping), ...asked });
    }
    const format = acceptedFormat(request.headers.get("accept"));
    return new Response(await source.metrics(format), headers(200, FORMATS[format], { vary: "accept" }));
  }
}

function health(checks: Checks): Response {
  const isWell = Object.values(checks).every(({ ok }) => ok);
  const body = { status: isWell ? "ok" : "failing", checks };
  return new Response(`${JSON.stringify(body)}\n`, headers(isWell ? 200 : 503, "application/json"));
}

function text(status: number, line: string, fields: Readonly<Record<string, string>> = {}): Response {
  return new Response(`${line}\n`, headers(status, "text/plain; charset=utf-8", fields));
}

/** Nothing of it is to be kept, nor to be taken for a page. */
function headers(status: number, type: string, fields: Readonly<Record<string, string>> = {}): ResponseInit {
  const usual = { "content-type": type, "cache-control": "no-store", "x-content-type-options": "nosniff" };
  return { status, headers: { ...usual, ...fields } };
}
