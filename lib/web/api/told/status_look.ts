import type { Clock } from "../../../base/runtime.ts";
import type { ListStatus } from "../../../lists/keeper/list_status.ts";
import type { AdminHandler } from "../../../operator/admin/admin_server.ts";
import type { Status } from "../../../operator/status.ts";
import type { CertificateStatus } from "../../../server/certificates/certificate_keeper.ts";

/** What the command `status` brings. */
export interface LookedUp {
  /** As text. */
  readonly lines: readonly string[];
  /** In numbers. */
  readonly status: Status;
  /** Lists that are read or fetched. */
  readonly lists: readonly ListStatus[];
  /** Certificates that clients are shown. */
  readonly certificates: readonly CertificateStatus[];
}

/** So old it may be: several who look at the same time look once, and workers are not asked for each of them. */
const FRESH_MS = 500;

/** How the program is doing, for whoever looks. */
export class StatusLook {
  readonly #handle: AdminHandler;
  readonly #clock: Clock;
  #last: Promise<LookedUp> | null = null;
  #lastAtMs = -Infinity;

  /** Asks `handle`. */
  constructor(handle: AdminHandler, clock: Clock) {
    this.#handle = handle;
    this.#clock = clock;
  }

  /** How it is doing now, or was a moment ago. */
  read(): Promise<LookedUp> {
    const nowMs = this.#clock.nowMs();
    if (this.#last === null || nowMs - this.#lastAtMs >= FRESH_MS) {
      this.#lastAtMs = nowMs;
      this.#last = this.#handle({ command: "status" }) as Promise<LookedUp>;
      // Who comes next asks anew.
      this.#last.catch(() => this.forget());
    }
    return this.#last;
  }

  /** Something has changed: who looks next sees it. */
  forget(): void {
    this.#last = null;
  }
}
