import type { Status } from "../../operator/status.ts";
import { statesOf } from "./upstream_states.ts";

/** How long a worker may tell nothing, which is asked every two seconds; then it hangs, see `Watchdog`. */
const SILENT_MS_MAX = 6000;

/** One thing that was looked at. */
export interface Check {
  /** Whether it is as it should be. */
  readonly ok: boolean;
  /** For people: what was found. */
  readonly about: string;
}

/** All of it: well when each of them is. */
export type Checks = Readonly<Record<string, Check>>;

/** Whether the program lives: its event loops turn. One that does not is to be started anew. */
export function liveness({ workers }: Pick<Status, "workers">, loopDelayMs: number): Checks {
  // It answers: that is what is asked.
  const own = { ok: true, about: `late by ${Math.round(loopDelayMs)} ms at most` };
  if (workers === undefined) return { event_loop: own };
  const silent = workers.filter(({ silentMs }) => silentMs > SILENT_MS_MAX);
  const about = silent.length === 0
    ? `${workers.length} of ${workers.length} have reported within ${SILENT_MS_MAX / 1000} s`
    : silent.map(({ number, silentMs }) => `worker ${number} has said nothing for ${Math.round(silentMs / 1000)} s`)
      .join(", ");
  return { event_loop: own, workers: { ok: silent.length === 0, about } };
}

/** Whether clients are to be sent here: it serves and is not about to stop. Upstreams that are down are no reason, memory answers. */
export function readiness(
  { listeners = [], workers }: Pick<Status, "listeners" | "workers">,
  isStopping: boolean,
): Checks {
  const serving = workers?.filter(({ isServing }) => isServing).length ?? 1;
  const where = listeners.map(({ name }) => name).join(", ");
  return {
    sockets: {
      ok: serving > 0 && listeners.length > 0,
      about: `${where === "" ? "nowhere" : where}${
        workers === undefined ? "" : `, ${serving} of ${workers.length} workers`
      }`,
    },
    stopping: { ok: !isStopping, about: isStopping ? "it was told to stop, and serves on for a while" : "no" },
  };
}

/** Whether there is an upstream that answers, for those who want to know. Without upstreams there is nothing to be asked. */
export function upstreamHealth({ upstreams }: Pick<Status, "upstreams">): Checks {
  const asked = upstreams.filter(({ isForBootstrap }) => isForBootstrap !== true);
  const up = asked.filter(({ state }) => statesOf(state).includes("up")).length;
  return { upstreams: { ok: up > 0 || asked.length === 0, about: `${up} of ${asked.length} are up` } };
}
