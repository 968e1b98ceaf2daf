import type { LoopDelay } from "../../telemetry/health/loop_delay.ts";
import type { Snapshot } from "../../telemetry/metrics/metric.ts";
import { VERSION } from "../../version.ts";
import type { PartContext } from "./part.ts";

/** What reads all that metrics are read from, as new as it can be. */
export function snapshotOf(context: PartContext, loop: Pick<LoopDelay, "peakMs">): () => Promise<Snapshot> {
  const { program, lists, certificates, system, runtime: { wallClock }, isNative } = context;
  const build = {
    version: VERSION,
    deno: system.build().engine.replace(/^deno /, ""),
    io: isNative ? "native" : "plain",
  };
  const startedAtSeconds = wallClock.epochSeconds() - Math.floor(program.state.runningMs / 1000);
  return async () => {
    await program.refresh?.();
    return {
      status: program.state,
      lists: lists?.status ?? [],
      certificates: certificates.status,
      build,
      startedAtSeconds,
      nowSeconds: wallClock.epochSeconds(),
      loopDelayMs: loopDelayOf(context, loop),
    };
  };
}

/** Of those who serve; in this process nobody is served where there are workers. */
export function loopDelayOf({ program }: PartContext, loop: Pick<LoopDelay, "peakMs">): number {
  return Math.max(...program.state.workers?.map(({ delayMs }) => delayMs) ?? [loop.peakMs]);
}
