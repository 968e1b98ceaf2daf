import type { Clock, Timers } from "../../base/runtime.ts";
import type { AdminHandler } from "../../operator/admin/admin_server.ts";
import type { History } from "../../telemetry/history/history.ts";
import type { ConfigAnswer, ConfigCheckAnswer, PrivacyAnswer, ReloadAnswer } from "./answers.ts";
import type { ClientNames } from "./live/client_names.ts";
import type { Watching } from "./live/watching.ts";
import type { StatusLook } from "./told/status_look.ts";

/** The program, as far as the API needs it. */
export interface ApiContext {
  /** What serves. */
  readonly program: ApiProgram;
  /** How it is doing. */
  readonly look: StatusLook;
  /** Does what commands ask for, as the admin socket does. */
  readonly handle: AdminHandler;
  /** What is in force. */
  readonly configuration: ApiConfiguration;
  /** What is remembered of queries. */
  readonly watching: Watching;
  /** What was written down of queries, for longer; `null` while nothing is. */
  readonly history: () => History | null;
  /** What clients are called. */
  readonly clientNames: ClientNames;
  /** How much of them is shown. */
  readonly privacy: PrivacyAnswer;
  /** Since when the program serves, in milliseconds since 1970. */
  readonly startedAtMs: number;
  /** The version of the program. */
  readonly version: string;
  /** Processes that serve. */
  readonly workers: number;
  /** What lengths of time are measured by. */
  readonly clock: Clock;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** The time of day, in milliseconds since 1970. */
  readonly epochMs: () => number;
}

/** What serves. */
export interface ApiProgram {
  /** Names of client groups and lists. */
  readonly ruleNames: { readonly clients: readonly string[]; readonly lists: readonly string[] };
  /** Leaves an upstream out for some seconds, 0 for not at all. */
  leaveOut(upstream: string, seconds: number): void;
  /** Logs as much from now on. */
  useLogLevel(level: string): void;
  /** How much is logged. */
  readonly logLevel: string;
}

/** The configuration that is in force. */
export interface ApiConfiguration {
  /** What is in force, and where it comes from. */
  read(): Promise<ConfigAnswer>;
  /** What is wrong with a file, and what it would change. */
  check(text: string): Promise<ConfigCheckAnswer>;
  /** The same of the file that is in force, as it stands there now. */
  changes(): Promise<ConfigCheckAnswer>;
  /** Whether there is a file that can be read again. */
  readonly canReload: boolean;
  /** What has come of a reload, as it is told. */
  told(outcome: unknown): ReloadAnswer;
}
