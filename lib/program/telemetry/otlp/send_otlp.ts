import { Random } from "../../../base/random/random.ts";
import type { FullConfig } from "../../../config/config.ts";
import type { QueryTrace } from "../../../observe/query_trace.ts";
import { LoopDelay } from "../../../telemetry/health/loop_delay.ts";
import { METRICS } from "../../../telemetry/metrics/metrics.ts";
import { readFields } from "../../../telemetry/otlp/header_fields.ts";
import { Otlp } from "../../../telemetry/otlp/otlp.ts";
import { toldTrace } from "../../../telemetry/otlp/told_trace.ts";
import { Privacy } from "../../../telemetry/privacy.ts";
import { VERSION } from "../../../version.ts";
import type { PartContext, RunningPart } from "../part.ts";
import { snapshotOf } from "../snapshot_of.ts";
import { toldOutside } from "../told.ts";

/** Far more than fields of HTTP have. */
const HEADERS_OCTETS_MAX = 16 * 1024;

/** Sends numbers and traces to a collector. */
export async function sendOtlp(config: FullConfig, context: PartContext): Promise<RunningPart> {
  const { program, traces, system, runtime, log } = context;
  const { clock, timers, random, network } = runtime;
  const { otlpEndpoint, otlpHeadersFile, serverId } = config;
  const headers = otlpHeadersFile === null
    ? {}
    : readFields(new TextDecoder().decode(await system.files.read(otlpHeadersFile, HEADERS_OCTETS_MAX)));
  const loop = new LoopDelay({ clock, timers });
  const privacy = new Privacy(toldOutside(config), random);
  const otlp = new Otlp({
    endpoint: otlpEndpoint!,
    headers,
    resource: {
      "service.name": "dns-forwarder",
      "service.version": VERSION,
      // Each start is an instance of its own, unless it has a name.
      "service.instance.id": serverId ?? instanceId(new Random(random)),
    },
    metrics: METRICS,
    look: snapshotOf(context, loop),
    http: await system.loadHttpClient(),
    findAddresses: (name) => program.findAddresses(name, null),
    network,
    timers,
    clock,
    random,
    log,
  });
  const take = (trace: QueryTrace) => {
    const told = toldTrace(trace, privacy, toldOutside(config));
    if (told !== null) otlp.take(told);
  };
  const endTraces = traces.watch(take);
  const endTelling = program.drain.tellOf(() => otlp.sink);
  log.info(`otlp: numbers and traces go to ${otlpEndpoint}`);
  return {
    lines: [`otlp: numbers and traces go to ${otlpEndpoint}`],
    stop: async () => {
      endTraces();
      await otlp.stop();
      endTelling();
      loop.stop();
    },
  };
}

function instanceId(random: Random): string {
  return Array.from({ length: 4 }, () => random.uint16().toString(16).padStart(4, "0")).join("");
}
