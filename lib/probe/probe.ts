import { UpstreamTaps } from "../observe/upstream_tap.ts";
import { Random } from "../base/random/random.ts";
import type { Runtime } from "../base/runtime.ts";
import { DeadlineQueue } from "../base/time/deadline_queue.ts";
import { Counters } from "../observe/counters.ts";
import { Log } from "../observe/log.ts";
import { type Endpoint, endpointText, isSecure } from "../upstream/endpoint.ts";
import { parseEndpoint } from "../upstream/parse_endpoint.ts";
import { UpstreamRegistry } from "../upstream/registry.ts";
import type { BootstrapServers } from "../upstream/secure/bootstrap.ts";
import { probeServer, stepsOf } from "./probe_server.ts";
import type { ProbeOptions } from "./probe_options.ts";
import { rank, type Ranked } from "./rank.ts";
import type { ServerReport } from "./report.ts";

/** Servers that are probed at the same time: more would be measured waiting for each other. */
const AT_ONCE = 4;
/** Sockets for those who are asked where others are. */
const BOOTSTRAP_SOCKETS = 2;

/** A server that is to be probed, as it was named. */
export interface Candidate {
  /** Where it is. */
  readonly endpoint: Endpoint;
  /** As it stands in a configuration. */
  readonly text: string;
  /** Who runs it; `null` where that is not known. */
  readonly operator: string | null;
}

/** The first that there is no way to ask here, and why; `null` for none. */
export function findUnaskable(
  candidates: readonly Candidate[],
  { network: { quic: { whyNot } } }: Pick<Runtime, "network">,
): { readonly text: string; readonly why: string } | null {
  const forQuic = candidates.find(({ endpoint }) => isSecure(endpoint) && endpoint.protocol === "quic");
  return forQuic === undefined || whyNot === null ? null : { text: forQuic.text, why: whyNot };
}

/** How far a probe is. */
export interface Progress {
  /** Steps that are done. */
  readonly done: number;
  /** Steps in all. */
  readonly total: number;
  /** Servers that are done. */
  readonly servers: number;
}

/** Probes servers, a few at a time, and ranks them. Leaves nothing open. */
export async function probe(
  candidates: readonly Candidate[],
  options: ProbeOptions,
  runtime: Runtime,
  onProgress: (progress: Progress) => void,
): Promise<Ranked[]> {
  const { clock, timers } = runtime;
  const deadlines = new DeadlineQueue({ clock, timers });
  const counters = new Counters();
  const log = new Log({ level: "error", writeLine: () => {} });
  const random = new Random(runtime.random);
  const registry = new UpstreamRegistry({
    runtime,
    deadlines,
    counters,
    log,
    taps: new UpstreamTaps(),
    tombstoneMs: 0,
  });
  const steps = stepsOf(options);
  const taken = candidates.map(() => 0);
  let servers = 0;
  const tell = () => {
    onProgress({ done: taken.reduce((sum, one) => sum + one, 0), total: steps * candidates.length, servers });
  };
  const reports: ServerReport[] = [];
  const queue = [...candidates.entries()];
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [i, { endpoint, text, operator }] = next;
      const bootstrapServers = bootstrapServersOf(endpoint, registry);
      const server = { endpoint, text, operator, bootstrapServers };
      const world = { runtime, deadlines, counters, log, random, timeoutMs: options.timeoutMs };
      reports[i] = await probeServer(server, options, world, () => {
        taken[i] = Math.min(taken[i]! + 1, steps);
        tell();
      });
      taken[i] = steps;
      servers++;
      tell();
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return rank(reports);
  } finally {
    registry.close();
    deadlines.clear();
  }
}

function bootstrapServersOf(endpoint: Endpoint, registry: UpstreamRegistry): BootstrapServers | null {
  if (!isSecure(endpoint) || endpoint.bootstrap.length === 0) return null;
  const endpoints = endpoint.bootstrap.map((server) => parseEndpoint(server, 0));
  return registry.openGroup({
    endpoints,
    strategy: "sequential",
    socketCount: BOOTSTRAP_SOCKETS,
    isForBootstrap: true,
  });
}

/** As it stands in a configuration, with what is usual left out. */
export function textOf(endpoint: Endpoint): string {
  const text = endpointText(endpoint);
  const port = isSecure(endpoint) ? { tls: 853, https: 443, quic: 853 }[endpoint.protocol] : 53;
  if (endpoint.port !== port) return text;
  // The port stands behind the name, and before the path and what else there is.
  return text.replace(new RegExp(`^((?:[a-z]+://)?(?:\\[[^\\]]*\\]|[^/:?]*)):${port}(?=[/?]|$)`), "$1");
}
