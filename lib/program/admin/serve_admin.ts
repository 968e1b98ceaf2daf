import { type LocalListenSocket, LocalSocketError, type LocalSockets } from "../../base/local_sockets.ts";
import type { Timers, WallClock } from "../../base/runtime.ts";
import type { Log } from "../../observe/log.ts";
import type { QueryLogResult } from "./admin_result.ts";
import { AdminError } from "../../operator/admin/admin_error.ts";
import { type AdminHandler, AdminServer } from "../../operator/admin/admin_server.ts";
import { changePauses, type PausedProgram } from "../../operator/admin/pausing.ts";
import type { ApiRequest, ExplainRequest, FlushRequest, RefreshRequest } from "../../operator/admin/requests.ts";
import type { Explanation } from "../../operator/explain/explanation.ts";
import type { Pause } from "../../lists/schedule/pause.ts";
import type { ListStatus } from "../../lists/keeper/list_status.ts";
import type { CertificateStatus } from "../../server/certificates/certificate_keeper.ts";
import type { TlsMaterial } from "../../server/certificates/tls_material.ts";
import type { Outcome } from "../../reload/outcome.ts";
import type { Status } from "../../operator/status.ts";

/** Where queries are written down. */
export interface LogPlace {
  /** The path of the folder. */
  readonly folder: string;
  /** Resolves when all that was seen can be read there, unless the disk takes too long for it. */
  flush(): Promise<void>;
}

/** Does what commands ask for. */
export interface AdminTarget extends PausedProgram {
  /** How it is doing, a line each. */
  status(): string[] | Promise<string[]>;
  /** The same in numbers. */
  readonly state: Status;
  /** Forgets what is remembered. Resolves to how much that was. */
  flush(request: FlushRequest): Promise<number>;
  /** See `App.explain`. */
  explain(request: ExplainRequest): Promise<Explanation>;
}

/** Knows lists that are read or fetched, and keeps what lasts over a restart. */
export interface ListsTarget {
  /** Keeps pauses. Resolves when that is done, or cannot be done. */
  keepPauses(pauses: readonly Pause[]): Promise<void>;
  /** Resolves when it is known what has been read and fetched of them before: a moment after the start, or after a reload. */
  readonly known: Promise<void>;
  /** How all of them are doing. */
  readonly status: readonly ListStatus[];
  /** The same in lines. */
  readonly lines: readonly string[];
  /** Updates those of these names, or all. Resolves to how they are doing then. */
  refresh(names: readonly string[] | null): Promise<readonly ListStatus[]>;
}

/** Knows certificates. */
export interface CertificatesTarget {
  /** What is shown, with keys. */
  readonly material: TlsMaterial;
  /** Tells of others that are shown from now on. Returns what ends it. */
  follow(show: (material: TlsMaterial) => void): () => void;
  /** How all of them are doing. */
  readonly status: readonly CertificateStatus[];
  /** The same in lines. */
  readonly lines: readonly string[];
}

/** What it takes to listen for commands. */
export interface ServeAdminOptions {
  /** The path; `null` for nowhere. */
  readonly path: string | null;
  /** Does what commands ask for; see `adminHandler`. */
  readonly handle: AdminHandler;
  /** Where sockets come from. */
  readonly sockets: LocalSockets;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where the operator reads. */
  readonly log: Log;
}

/** Who does parts of what commands ask for. */
export interface AdminHandlerOptions {
  /** Reads the configuration again; `null` when there is nothing to be read. */
  readonly reload: (() => Promise<Outcome>) | null;
  /** Keeps the lists that are read or fetched; `null` when there is nobody who does. */
  readonly lists: ListsTarget | null;
  /** Keeps the certificates. */
  readonly certificates: CertificatesTarget;
  /** What pauses end by. */
  readonly wallClock: WallClock;
  /** How what runs beside serving is doing, a line each. */
  readonly besideLines: () => readonly string[];
  /** Where queries are written down, if they are. */
  readonly queryLog: () => LogPlace | null;
  /** Answers what the page is made of. */
  readonly api: (request: ApiRequest) => Promise<ApiResult>;
}

/** What the command `api` brings. */
export interface ApiResult {
  /** The HTTP status that it would have. */
  readonly status: number;
  /** See `lib/web/api/answers.ts`; `ProblemDetails` for all statuses but 200. */
  readonly body: unknown;
}

/**
 * Takes commands at a socket, from now on. That there is none costs nobody an answer: the operator is told, and the program goes
 * on.
 *
 * @returns What ends it.
 */
export function serveAdmin({ path, handle, sockets, timers, log }: ServeAdminOptions): () => void {
  if (path === null) return () => {};
  let server: AdminServer | null = null;
  let isStopped = false;
  const begin = (socket: LocalListenSocket) => {
    if (isStopped) return socket.close();
    server = new AdminServer({ socket, handle, timers, log });
    server.run();
    log.info(`takes commands at ${path}`);
  };
  const complain = (error: unknown) => {
    if (!(error instanceof LocalSocketError)) throw error;
    log.error(`Cannot listen at ${path} (admin.socket): ${error.message}; going on without commands`);
  };
  sockets.listen(path).then(begin, complain);
  return () => {
    isStopped = true;
    server?.stop();
  };
}

/** What commands for the program come to, whatever way they come in. */
export function adminHandler(
  target: AdminTarget,
  { reload, lists, certificates, wallClock, besideLines, queryLog, api }: AdminHandlerOptions,
): AdminHandler {
  return async (request) => {
    switch (request.command) {
      case "status":
        await lists?.known;
        // In this order: the lines are what is asked for, and then the numbers are as new.
        return {
          lines: [...await target.status(), ...certificates.lines, ...lists?.lines ?? [], ...besideLines()],
          status: target.state,
          lists: lists?.status ?? [],
          certificates: certificates.status,
        };
      case "api":
        return await api(request);
      case "flush":
        return { removed: await target.flush(request) };
      case "explain":
        return await target.explain(request);
      case "pause":
      case "resume": {
        const result = changePauses(request, target, wallClock.epochSeconds());
        await lists?.keepPauses(target.pauses);
        return result;
      }
      case "lists":
        await lists?.known;
        return lists?.status ?? [];
      case "refresh":
        return await refresh(request, lists);
      case "query-log":
        return await readyQueryLog(queryLog());
      case "reload":
        if (reload !== null) return await reload();
        throw new AdminError("there is no configuration file: flags are read at the start alone");
    }
  };
}

async function readyQueryLog(place: LogPlace | null): Promise<QueryLogResult> {
  if (place === null) throw new AdminError("no query log is written: query-log.folder in the configuration says where");
  await place.flush();
  return { folder: place.folder };
}

async function refresh({ list }: RefreshRequest, lists: ListsTarget | null): Promise<readonly ListStatus[]> {
  await lists?.known;
  const known = (lists?.status ?? []).map(({ name }) => name);
  if (list !== null && !known.includes(list)) {
    const others = known.length === 0 ? "there is none" : `there are ${known.join(", ")}`;
    throw new AdminError(`there is no list ${JSON.stringify(list)} that is read or fetched; ${others}`);
  }
  return await lists?.refresh(list === null ? null : [list]) ?? [];
}
