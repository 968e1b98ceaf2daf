import { lastingPauses, type Pause, withoutPauses, withPause } from "../../lists/schedule/pause.ts";
import { type PauseStatus, pauseStatus } from "../pause_status.ts";
import { AdminError } from "./admin_error.ts";
import type { PauseRequest, ResumeRequest } from "./requests.ts";

/** What can be paused. */
export interface PausedProgram {
  /** Those that were asked for, some perhaps ended. */
  readonly pauses: readonly Pause[];
  /** From now on these count, and no others. */
  usePauses(pauses: readonly Pause[]): void;
  /** What rules speak of by name. */
  readonly ruleNames: RuleNames;
}

/** Names of a configuration. */
export interface RuleNames {
  /** Client groups. */
  readonly clients: readonly string[];
  /** Lists. */
  readonly lists: readonly string[];
}

/** What is paused in the end. */
export interface PauseResult {
  /** All that last. */
  readonly pauses: readonly PauseStatus[];
  /** How many have been ended. */
  readonly resumed: number;
}

/**
 * Leaves blocking off, or takes it up again.
 *
 * @throws {AdminError} for a group or a list that there is not.
 */
export function changePauses(
  request: PauseRequest | ResumeRequest,
  program: PausedProgram,
  epochSeconds: number,
): PauseResult {
  const { clients, lists } = request;
  check("client group", clients, program.ruleNames.clients);
  check("list", lists, [...program.ruleNames.lists, "*"]);
  const before = lastingPauses(program.pauses, epochSeconds);
  const untilSeconds = request.command === "pause" && request.seconds !== null ? epochSeconds + request.seconds : null;
  const pauses = request.command === "pause"
    ? withPause(before, { untilSeconds, clients, lists })
    : withoutPauses(before, { clients, lists });
  program.usePauses(pauses);
  return {
    pauses: pauseStatus(pauses, epochSeconds),
    resumed: request.command === "resume" ? before.length - pauses.length : 0,
  };
}

function check(kind: string, named: readonly string[] | null, known: readonly string[]): void {
  const stray = named?.find((name) => !known.includes(name));
  if (stray === undefined) return;
  throw new AdminError(`there is no ${kind} ${JSON.stringify(stray)}; there are ${known.join(", ")}`);
}
