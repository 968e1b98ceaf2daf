import { isOpen } from "./edges.ts";
import { isPausedBy, lastingPauses, type Pause } from "./pause.ts";
import type { Window } from "./window.ts";

/** Which rules count at a moment: asked for each of them when what is blocked is worked out. */
export interface InForce {
  /** Whether it is the time of a schedule; `null` is always. One that is not known never is. */
  isOpen(schedule: string | null): boolean;
  /** Whether blocking by a list is paused for a client group; "*" for a rule about all names. An allow is never paused. */
  isPaused(group: string, list: string): boolean;
}

/** Where there are neither schedules nor pauses. */
export const ALWAYS_IN_FORCE: InForce = { isOpen: (schedule) => schedule === null, isPaused: () => false };

/** Times that rules refer to. */
export interface Schedule {
  /** What they refer to it by. */
  readonly name: string;
  /** Any of them. */
  readonly windows: readonly Window[];
}

/** What counts at a moment, in seconds since 1970-01-01 UTC. */
export function inForceAt(
  epochSeconds: number,
  schedules: readonly Schedule[],
  pauses: readonly Pause[],
): InForce {
  const open = new Set<string | null>([null]);
  for (const { name, windows } of schedules) if (isOpen(windows, epochSeconds)) open.add(name);
  const lasting = lastingPauses(pauses, epochSeconds);
  return {
    isOpen: (schedule) => open.has(schedule),
    isPaused: (group, list) => lasting.some((pause) => isPausedBy(pause, group, list)),
  };
}
