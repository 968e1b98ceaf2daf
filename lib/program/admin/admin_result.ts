import type { AdminRequest } from "../../operator/admin/requests.ts";
import type { PauseResult } from "../../operator/admin/pausing.ts";
import { pauseText } from "../../operator/pause_status.ts";
import type { Explanation } from "../../operator/explain/explanation.ts";
import { type Outcome, outcomeText } from "../../reload/outcome.ts";
import type { ListStatus } from "../../lists/keeper/list_status.ts";
import { listsText } from "../../operator/lists_text.ts";
import { explanationText } from "../../operator/explain/explanation_text.ts";

/** What `status` brings. */
export interface StatusResult {
  /** As SIGUSR1 writes it, a line each. */
  readonly lines: readonly string[];
}

/** What `flush` brings. */
export interface FlushResult {
  /** Answers and failures that are forgotten. */
  readonly removed: number;
}

/** What `query-log` brings. */
export interface QueryLogResult {
  /** The path of the folder; all that was seen can be read there. */
  readonly folder: string;
}

/** What has come of a command, for a terminal. */
export function adminResultText({ command }: AdminRequest, result: unknown): string {
  switch (command) {
    case "status":
      return (result as StatusResult).lines.map((line) => `${line}\n`).join("");
    case "query-log":
      return `${(result as QueryLogResult).folder}\n`;
    case "flush": {
      const { removed } = result as FlushResult;
      return `forgotten: ${removed === 1 ? "1 answer" : `${removed} answers`}\n`;
    }
    case "explain":
      return explanationText(result as Explanation);
    case "reload":
      return reloadText(result as Outcome);
    case "pause":
    case "resume":
      return pausesText(result as PauseResult);
    case "api":
      return `${JSON.stringify(result)}\n`;
    case "lists":
    case "refresh":
      return listsText(result as readonly ListStatus[]).map((line) => `${line}\n`).join("");
  }
}

/** Whether it is what was hoped for. */
export function isGood({ command }: AdminRequest, result: unknown): boolean {
  if (command === "refresh") {
    return (result as readonly ListStatus[]).every(({ sources }) => sources.every(({ error }) => error === null));
  }
  if (command === "explain") return (result as Explanation).outcome?.isAnswer ?? true;
  if (command !== "reload") return true;
  const { kind } = result as Outcome;
  return kind === "applied" || kind === "unchanged";
}

function pausesText({ pauses, resumed }: PauseResult): string {
  const lines = [
    ...(resumed === 0 ? [] : [`resumed: ${resumed === 1 ? "1 pause" : `${resumed} pauses`}`]),
    ...(pauses.length === 0 ? ["nothing is paused"] : pauses.map(pauseText)),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

function reloadText(outcome: Outcome): string {
  const needsRestart = "needsRestart" in outcome ? outcome.needsRestart : [];
  const { problems = [] } = outcome as { problems?: readonly string[] };
  const lines = [
    ...problems,
    outcomeText(outcome),
    ...needsRestart.map((change) => `needs a restart: ${change}`),
    ...("warnings" in outcome ? outcome.warnings.map((warning) => `warn: ${warning}`) : []),
  ];
  return lines.map((line) => `${line}\n`).join("");
}
