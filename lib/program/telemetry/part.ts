import type { Runtime } from "../../base/runtime.ts";
import type { FullConfig } from "../../config/config.ts";
import type { Log } from "../../observe/log.ts";
import type { ObservationFeed } from "../../observe/observation.ts";
import type { TraceFeed } from "../../observe/trace_feed.ts";
import type { AdminHandler } from "../../operator/admin/admin_server.ts";
import type { Drain } from "../../telemetry/drain.ts";
import type { AdminTarget, CertificatesTarget, ListsTarget } from "../admin/serve_admin.ts";
import type { OperatingSystem } from "../operating_system.ts";
import type { Offers } from "./offers.ts";
import type { ApiService } from "./web/api_service.ts";

/** The program that is watched: one that serves alone, or all workers together. */
export interface WatchedProgram extends AdminTarget {
  /** What leaves for clients; see `ObservationFeed`. */
  readonly observations: ObservationFeed;
  /** Hands it to whoever takes it down or shows it. */
  readonly drain: Drain;
  /** See `App.findAddresses`. */
  findAddresses(name: string, via: string | null): Promise<string[]>;
  /** Resolves when `state` is as new as it can be; not there where it always is. */
  refresh?(): Promise<void>;
}

/** What a part is started with. */
export interface PartContext {
  /** The program that is watched. */
  readonly program: WatchedProgram;
  /** What becomes of questions, while that is written down. */
  readonly traces: TraceFeed;
  /** Does what commands ask for, as the admin socket does. */
  readonly handle: AdminHandler;
  /** Knows lists that are read or fetched; `null` when there is nobody who does. */
  readonly lists: ListsTarget | null;
  /** Knows certificates. */
  readonly certificates: CertificatesTarget;
  /** Whether datagrams are taken and sent in batches. */
  readonly isNative: boolean;
  /** What the page is made of. */
  readonly api: ApiService;
  /** The world outside. */
  readonly system: OperatingSystem;
  /** Time, randomness, the network. */
  readonly runtime: Runtime;
  /** Where the operator reads. */
  readonly log: Log;
  /** What the parts that are on have for others: to be looked at when it is wanted. */
  readonly offers: Offers;
}

/** One that was started. */
export interface RunningPart {
  /** How it is doing, for the status; a line each, none when there is nothing to be said. */
  readonly lines: readonly string[];
  /**
   * Follows another configuration in which it is on, and whose settings are others. Returns whether it could; else it is stopped
   * and started anew.
   */
  follow?(config: FullConfig): boolean;
  /** The program is about to stop, and answers meanwhile. */
  drain?(): void;
  /** Ends it. */
  stop(): void | Promise<void>;
}

/** Starts a part. Rejects with a `ListenError` when an address cannot be had. */
export type StartPart = (config: FullConfig, context: PartContext) => RunningPart | Promise<RunningPart>;

/** Something that runs beside serving when its settings say so. One that is off is not even loaded. */
export interface Part {
  /** What it is, for messages: `metrics`. */
  readonly name: string;
  /** What of the configuration it goes by, as plain data; `null` when it is off. */
  settings(config: FullConfig): unknown;
  /**
   * Where it listens, as `formatSocketAddress` writes it; `null` for nowhere. Another address is listened at before a configuration
   * counts, which is refused when it cannot be had. Not there for those that never listen.
   */
  address?(config: FullConfig): string | null;
  /** Loads it. */
  load(): Promise<StartPart>;
}
