import { pauseStatus } from "../operator/pause_status.ts";
import type { SinkStatus } from "../operator/sink_status.ts";
import { cacheStatus, type Status } from "../operator/status.ts";
import { tallyStatus } from "../operator/tally_status.ts";
import type { Server } from "../server/server.ts";
import type { BuiltPipeline } from "./build_pipeline.ts";
import type { Listeners } from "./listeners.ts";
import type { Resources } from "./resources.ts";

/** What the state of a program is read from. */
export interface StateOptions {
  /** What lasts as long as the program. */
  readonly resources: Resources;
  /** Where clients are served. */
  readonly listeners: Listeners;
  /** What answers them. */
  readonly server: Server;
  /** What follows the configuration of now. */
  readonly built: BuiltPipeline;
  /** Questions that wait for upstreams. */
  readonly inFlight: number;
  /** Who looks on. */
  readonly sinks: readonly SinkStatus[];
}

/** How a program is doing. Numbers and text alone: it may go to another process. */
export function appState({ resources, listeners, server, built, inFlight, sinks }: StateOptions): Status {
  const { ageClock, counters, registry, runtime, store, timetable } = resources;
  return {
    runningMs: ageClock.nowMs() - resources.startedAtMs,
    inFlight,
    lostLines: runtime.lostLineCount(),
    usage: runtime.usage(),
    pauses: pauseStatus(timetable.pauses, runtime.wallClock.epochSeconds()),
    ...listeners.status,
    counters,
    ...tallyStatus(server.tally),
    sinks,
    cache: store && cacheStatus(store),
    groups: built.groupStates,
    upstreams: registry.states(built.groups.flatMap(({ members }) => members)),
  };
}
