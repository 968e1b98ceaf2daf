import type { Outcome } from "../../reload/outcome.ts";
import type { AdminHandler } from "../../operator/admin/admin_server.ts";
import { adminHandler } from "../admin/serve_admin.ts";
import type { Reloads } from "../reloads.ts";
import type { PartContext, WatchedProgram } from "./part.ts";
import { Telemetry } from "./telemetry.ts";
import { ApiService } from "./web/api_service.ts";
import type { ApiSubject } from "./web/api_options.ts";

/** What people and their tools come to is made from. */
export interface AttendOptions extends Omit<PartContext, "handle" | "api" | "offers" | "program"> {
  /** What they look at. */
  readonly program: WatchedProgram & ApiSubject;
  /** Processes that serve. */
  readonly workers: number;
  /** What makes the program read its configuration again, and knows what is in force. */
  readonly reloads: Reloads;
  /** Reads the configuration again; `null` when there is nothing to be read. */
  readonly reload: (() => Promise<Outcome>) | null;
}

/** What people and their tools come to, beside serving. */
export interface Attendants {
  /** Does what commands ask for, whatever way they come in. */
  readonly handle: AdminHandler;
  /** Knows everything that the page shows. */
  readonly api: ApiService;
  /** What runs while its settings say so. */
  readonly telemetry: Telemetry;
}

/** Makes what people and their tools come to. Each knows the others; none of them runs yet. */
export function attend({ workers, reloads, reload, ...context }: AttendOptions): Attendants {
  const { program, lists, certificates, system, runtime, log } = context;
  const api: ApiService = new ApiService({
    program,
    workers,
    handle: () => handle,
    inForce: () => reloads.inForce,
    offers: () => telemetry.offers,
    system,
    runtime,
    log,
  });
  const handle: AdminHandler = adminHandler(program, {
    reload,
    lists,
    certificates,
    wallClock: runtime.wallClock,
    besideLines: () => telemetry.lines,
    queryLog: () => telemetry.offers.queryLog,
    api: (request) => api.answer(request),
  });
  const telemetry: Telemetry = new Telemetry({ ...context, handle, api });
  return { handle, api, telemetry };
}
