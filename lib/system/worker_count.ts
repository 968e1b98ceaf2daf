import type { Config } from "../config/config.ts";
import { WORKER_BOUNDS } from "../config/settings/process_settings.ts";
import { UsageError } from "../config/usage_error.ts";
import type { Listen } from "../server/listen/listen.ts";
import type { WorkerCount } from "../program/operating_system.ts";
import { sharedDatagramIo } from "./datagram_io.ts";

/**
 * Chooses by `--workers`, `--io`, the permissions and the machine.
 *
 * @throws {UsageError} when a number was asked for that cannot be had.
 */
export function chooseWorkerCount({ workers, io, listen }: Config): WorkerCount {
  const count = workers === "auto" ? Math.min(navigator.hardwareConcurrency, WORKER_BOUNDS.max) : workers;
  const why = count === 1 ? null : hindrance(io, listen ?? []);
  if (why === null) return { count, why };
  if (workers !== "auto") throw new UsageError(`Cannot use --workers ${workers}: ${why}`);
  return { count: 1, why };
}

/** What keeps workers from sharing the work; `null` when nothing does. */
function hindrance(io: Config["io"], listen: readonly Listen[]): string | null {
  if (listen.some(({ protocol }) => protocol === "quic")) return "a port of QUIC cannot be shared";
  if (io === "plain") return "with --io plain a port cannot be shared";
  const isPermitted = Deno.permissions.querySync({ name: "run", command: Deno.execPath() }).state === "granted";
  try {
    sharedDatagramIo().close();
  } catch (error) {
    return `native I/O cannot be had: ${error instanceof Error ? error.message : error}`;
  }
  return isPermitted ? null : "--allow-run is not given";
}
