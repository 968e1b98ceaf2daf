import type { HttpHandler } from "../../base/http/http_server.ts";
import { formatSocketAddress } from "../../base/net/address.ts";
import type { FullConfig } from "../../config/config.ts";
import { LoopDelay } from "../../telemetry/health/loop_delay.ts";
import { metricsSite } from "../../telemetry/metrics/metrics_site.ts";
import type { Snapshot } from "../../telemetry/metrics/metric.ts";
import { SharedRendering } from "../../telemetry/metrics/shared_rendering.ts";
import { VERSION } from "../../version.ts";
import { listenHttp } from "./listen_http.ts";
import type { PartContext, RunningPart } from "./part.ts";

/** One reader asks for little at a time: these are for many, and for those who do not take what they asked for. */
const REQUESTS_MAX = 64;

/**
 * Tells numbers and health over HTTP.
 *
 * @throws {ListenError} when the address cannot be had.
 */
export function serveMetrics(config: FullConfig, context: PartContext): RunningPart {
  const { program, lists, certificates, system, runtime: { clock, timers, wallClock }, isNative, log } = context;
  const build = {
    version: VERSION,
    deno: system.build().engine.replace(/^deno /, ""),
    io: isNative ? "native" : "plain",
  };
  const startedAtSeconds = wallClock.epochSeconds() - Math.floor(program.state.runningMs / 1000);
  const loop = new LoopDelay({ clock, timers });
  let isStopping = false;
  const look = async (): Promise<Snapshot> => {
    await program.refresh?.();
    return {
      status: program.state,
      lists: lists?.status ?? [],
      certificates: certificates.status,
      build,
      startedAtSeconds,
      nowSeconds: wallClock.epochSeconds(),
      loopDelayMs: loopDelayMs(),
    };
  };
  const rendering = new SharedRendering({ clock, look });
  const source = {
    metrics: (format: "text" | "openMetrics") => rendering.metrics(format),
    get status() {
      return program.state;
    },
    get loopDelayMs() {
      return loopDelayMs();
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

  /** Of those who serve; in this process nobody is served where there are workers. */
  function loopDelayMs(): number {
    return Math.max(...program.state.workers?.map(({ delayMs }) => delayMs) ?? [loop.peakMs]);
  }

  function listen() {
    try {
      const { sharesPort } = config;
      const options = { identities: null, sharesPort, requestsMax: REQUESTS_MAX, handle, failed };
      const server = listenHttp({ address: config.metricsListen!, setting: "--metrics" }, options, system);
      return { server, address: formatSocketAddress(server.address) };
    } catch (error) {
      loop.stop();
      throw error;
    }
  }
}
