import type { HttpHandler } from "../../base/http/http_server.ts";
import { formatSocketAddress } from "../../base/net/address.ts";
import type { FullConfig } from "../../config/config.ts";
import { LoopDelay } from "../../telemetry/health/loop_delay.ts";
import { metricsSite } from "../../telemetry/metrics/metrics_site.ts";
import { SharedRendering } from "../../telemetry/metrics/shared_rendering.ts";
import { listenHttp } from "./listen_http.ts";
import type { PartContext, RunningPart } from "./part.ts";
import { loopDelayOf, snapshotOf } from "./snapshot_of.ts";

/** One reader asks for little at a time: these are for many, and for those who do not take what they asked for. */
const REQUESTS_MAX = 64;

/**
 * Tells numbers and health over HTTP.
 *
 * @throws {ListenError} when the address cannot be had.
 */
export function serveMetrics(config: FullConfig, context: PartContext): RunningPart {
  const { program, system, runtime: { clock, timers }, log } = context;
  const loop = new LoopDelay({ clock, timers });
  let isStopping = false;
  const rendering = new SharedRendering({ clock, look: snapshotOf(context, loop) });
  const source = {
    metrics: (format: "text" | "openMetrics") => rendering.metrics(format),
    get status() {
      return program.state;
    },
    get loopDelayMs() {
      return loopDelayOf(context, loop);
    },
    get isStopping() {
      return isStopping;
    },
  };
  let site = metricsSite(config.metricsAllow, source);
  const handle: HttpHandler = (request, peer) => site(request, peer);
  const failed = (error: unknown) => log.error(`metrics: ${error instanceof Error ? error.message : error}`);
  const { server, address } = listen();
  log.info(`tells numbers and health at http://${address}/metrics, /healthz and /readyz`);
  return {
    lines: [`metrics: http://${address}/metrics`],
    follow: ({ metricsListen, metricsAllow }) => {
      if (metricsListen !== config.metricsListen) return false;
      site = metricsSite(metricsAllow, source);
      return true;
    },
    drain: () => void (isStopping = true),
    stop: () => {
      loop.stop();
      return server.close();
    },
  };

  function listen() {
    try {
      const { sharesPort } = config;
      const options = { identities: null, sharesPort, requestsMax: REQUESTS_MAX, handle, failed };
      const server = listenHttp({ address: config.metricsListen!, setting: "metrics.listen" }, options, system);
      return { server, address: formatSocketAddress(server.address) };
    } catch (error) {
      loop.stop();
      throw error;
    }
  }
}
