import type { Files } from "../base/files.ts";
import { WatchedPaths } from "../base/watched_paths.ts";
import type { Clock, Timers } from "../base/runtime.ts";
import type { FullConfig } from "../config/config.ts";
import type { ConfigSource } from "../config/loaded_config.ts";
import type { Log } from "../observe/log.ts";
import type { ServiceManager } from "../operator/service_manager.ts";
import type { Outcome } from "../reload/outcome.ts";
import { type Loaded, Reloader, type Unusable } from "../reload/reloader.ts";
import type { ReloadTarget } from "../reload/reload_target.ts";

/** Where a configuration comes from. */
export interface Origin {
  /** What it was read from, so that it can be read again; `null` when there is nothing but flags. */
  readonly source: ConfigSource | null;
  /** The absolute paths of all files. */
  readonly files: readonly string[];
  /** Where each setting was given, by its path; see `LoadedConfig`. */
  readonly places: ReadonlyMap<string, string>;
  /** What is allowed and probably not meant. */
  readonly warnings: readonly string[];
}

/** What is followed, and where it comes from. */
export interface InForce extends Origin {
  /** What is followed. */
  readonly config: FullConfig;
}

/** A configuration that was read from files. */
export interface LoadedFiles extends Loaded {
  /** The absolute paths where a change may be one of the configuration. */
  readonly watched: readonly string[];
  /** Where it comes from. */
  readonly origin: Origin;
}

/** What reloads are made from. */
export interface ReloadsOptions {
  /** Reads the configuration again; `null` when there is no file, and nothing can have changed. */
  readonly load: (() => Promise<LoadedFiles | Unusable>) | null;
  /** The paths where a change may be one of what was read at the start. */
  readonly watched: readonly string[];
  /** Where that comes from. */
  readonly origin: Origin;
  /** Where the operator reads. */
  readonly log: Log;
}

/** What is looked at again. */
export interface LookedAt {
  /** Whether there is nothing to be looked at. */
  readonly isEmpty: boolean;
  /** Looks at once. */
  look(): void;
}

/** What serves, and follows the configuration. */
export interface Serving {
  /** See `ReloadTarget`. */
  readonly target: ReloadTarget;
  /** What it follows at first. */
  readonly config: FullConfig;
  /** Who is told that it reloads; `null` for nobody. */
  readonly service: ServiceManager | null;
  /** The world outside. */
  readonly runtime: { readonly clock: Clock; readonly timers: Timers };
  /** Where files are watched; `null` where there are none. */
  readonly files: Pick<Files, "stat" | "statNow"> | null;
  /** What is read anew with the configuration, whether that is another one or not. */
  readonly certificates: LookedAt;
}

/** What makes the program read its configuration again: a signal, files that change, whoever calls `reload`. */
export class Reloads {
  readonly #options: ReloadsOptions;
  #reloader: Reloader | null = null;
  #certificates: Serving["certificates"] | null = null;
  #paths: WatchedPaths | null = null;
  #watched: readonly string[];
  #config: FullConfig | null = null;
  #origin: Origin;
  /** That of what was followed before. */
  #formerOrigin: Origin;
  /** That of what was read last. */
  #readOrigin: Origin;
  /** Asked for before anybody served: what was read may be old. */
  #isDue = false;

  /** See {@linkcode ReloadsOptions}. */
  constructor(options: ReloadsOptions) {
    this.#options = options;
    this.#watched = options.watched;
    this.#origin = this.#formerOrigin = this.#readOrigin = options.origin;
  }

  /** What is followed, once something serves. */
  get inForce(): InForce {
    return { config: this.#reloader?.config ?? this.#config!, ...this.#origin };
  }

  /** Where a setting was given in what was read last, whether that is followed or not; `null` where it was not. */
  placeOf(path: string): string | null {
    return this.#readOrigin.places.get(path) ?? null;
  }

  /** SIGHUP. */
  hangup(): void {
    const { load, log } = this.#options;
    if (load !== null && this.#reloader === null) this.#isDue = true;
    else if (this.#reloader !== null) void this.reload(this.#reloader);
    else if (this.#certificates === null || this.#certificates.isEmpty) {
      log.info("SIGHUP: nothing to reload, flags are read at the start alone; going on");
    } else {
      log.info("SIGHUP: certificates are looked at again; flags are read at the start alone");
      this.#certificates.look();
    }
  }

  /** Reads the configuration again, and the certificates, as somebody has asked for. See `Reloader.reload`. */
  reload(reloader: Reloader): Promise<Outcome> {
    this.#certificates?.look();
    return reloader.reload();
  }

  /** Something serves from now on. Returns what lets it follow another configuration; `null` when there never is another. */
  serve({ target, config, service, runtime, files, certificates }: Serving): Reloader | null {
    const { load, log } = this.#options;
    this.#certificates = certificates;
    this.#config = config;
    if (load === null) return null;
    const reloader = this.#reloader = new Reloader({
      config,
      load: async () => {
        const loaded = await load();
        if ("watched" in loaded) {
          this.#watched = loaded.watched;
          this.#readOrigin = loaded.origin;
        }
        return loaded;
      },
      target,
      timers: runtime.timers,
      log,
      onBegin: () => service?.reloading(),
      onEnd: ({ kind }) => {
        this.#follow(kind);
        this.#watch(reloader.config);
        service?.reloaded();
      },
    });
    if (files !== null) {
      const onChange = () => void reloader.reload({ isQuiet: true });
      this.#paths = new WatchedPaths({ ...runtime, files, onChange, tellsOfNew: true });
      this.#watch(config);
    }
    if (this.#isDue) reloader.reload();
    return reloader;
  }

  #follow(kind: Outcome["kind"]): void {
    if (kind === "taken back") this.#origin = this.#formerOrigin;
    if (kind !== "applied") return;
    this.#formerOrigin = this.#origin;
    this.#origin = this.#readOrigin;
  }

  /** Nothing serves any more. */
  stop(): void {
    this.#paths?.stop();
    this.#reloader?.stop();
  }

  #watch({ watchesFiles }: FullConfig): void {
    this.#paths?.watch(watchesFiles ? this.#watched : []);
  }
}
