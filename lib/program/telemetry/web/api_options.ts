import type { Runtime } from "../../../base/runtime.ts";
import type { Log } from "../../../observe/log.ts";
import type { AdminHandler } from "../../../operator/admin/admin_server.ts";
import type { ByHand } from "../../../operator/by_hand.ts";
import type { ClientName } from "../../../operator/client_name.ts";
import type { Drain } from "../../../telemetry/drain.ts";
import type { Api } from "../../../web/api/api.ts";
import type { ApiContext } from "../../../web/api/context.ts";
import type { AdminTarget } from "../../admin/serve_admin.ts";
import type { OperatingSystem } from "../../operating_system.ts";
import type { InForce } from "../../reloads.ts";
import type { Offers } from "../offers.ts";

/** The program that the API is about. */
export interface ApiSubject extends AdminTarget {
  /** Hands what leaves for clients to whoever looks on. */
  readonly drain: Drain;
  /** See `App`. */
  useByHand(byHand: ByHand): void;
  /** See `App`. */
  nameClients(addresses: readonly string[]): Promise<readonly ClientName[]>;
}

/** What the API is made from. */
export interface ApiServiceOptions {
  /** The program. */
  readonly program: ApiSubject;
  /** Processes that serve. */
  readonly workers: number;
  /** Does what commands ask for. */
  readonly handle: () => AdminHandler;
  /** What is followed, and where it comes from. */
  readonly inForce: () => InForce;
  /** What parts have for others. */
  readonly offers: () => Offers | null;
  /** The world outside. */
  readonly system: Pick<OperatingSystem, "configIo">;
  /** Time, randomness. */
  readonly runtime: Runtime;
  /** Where the operator reads. */
  readonly log: Log;
}

/** What the API is answered by, once somebody asks. */
export interface ServedApi {
  /** Answers. */
  readonly api: Api;
  /** What it answers from. */
  readonly context: ApiContext;
}
