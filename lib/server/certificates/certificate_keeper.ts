import { WatchedPaths } from "../../base/watched_paths.ts";
import type { Clock, Timers } from "../../base/runtime.ts";
import type { Log } from "../../observe/log.ts";
import {
  type CertificatePaths,
  type CertificateReading,
  type CertificateState,
  materialOf,
  NO_CERTIFICATES,
  problemText,
  readCertificates,
  type ReadState,
} from "./certificate_state.ts";
import { namesText } from "./identity.ts";
import type { TlsMaterial } from "./tls_material.ts";
import { dateText, validityTrouble } from "./validity.ts";

/** So often it is said what is wrong, and looked whether a certificate ends soon. */
const HOUR_MS = 3_600_000;

/** What certificates are kept with. */
export interface CertificateKeeperOptions extends CertificateReading {
  /** What paths are watched by. */
  readonly clock: Clock;
  /** What pauses are made with. */
  readonly timers: Timers;
  /** Where the operator reads. */
  readonly log: Log;
  /** Others are to be shown. */
  readonly onChange: (material: TlsMaterial) => void;
}

/** What was read for a configuration. */
export interface ReadCertificates {
  /** What listeners show then. */
  readonly material: TlsMaterial;
  /** What can be used and is not well, a line each. */
  readonly warnings: readonly string[];
  /** It is shown from now on. */
  follow(): void;
}

/** How a certificate is doing. */
export interface CertificateStatus {
  /** Its file. */
  readonly path: string;
  /** The names and addresses that it is for. */
  readonly names: readonly string[];
  /** Until when it holds, in seconds since 1970. */
  readonly validToS: number;
  /** What is wrong with it now, or soon, and why there is no other one; `null` for nothing. */
  readonly trouble: string | null;
}

/** Certificates cannot be used that nobody has used before. The message says which, and why. */
export class CertificateError extends Error {
  /** The class's name, also in a minified program. */
  override readonly name = "CertificateError";
}

/**
 * Keeps the certificates of a configuration: reads and checks them, watches the places where they are, and shows others when they
 * are replaced. What cannot be used does not take the place of what can; then that is said each hour.
 */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  readonly #watch: WatchedPaths;
  #state: CertificateState = NO_CERTIFICATES;
  /** Reads one after another. */
  #reading: Promise<unknown> = Promise.resolve();
  /** What was said of each certificate last. */
  readonly #said = new Map<string, string>();
  #cancelHour: (() => void) | null = null;
  #isStopped = false;

  /** See {@linkcode CertificateKeeperOptions}. */
  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
    this.#watch = new WatchedPaths({ ...options, tellsOfNew: true, onChange: () => void this.look() });
  }

  /**
   * Reads what a configuration wants. Nothing changes before `follow`.
   *
   * @throws {CertificateError} when something cannot be used, and nothing was there before that could.
   */
  async read(wanted: CertificatePaths): Promise<ReadCertificates> {
    const read = await readCertificates(wanted, this.#state, this.#options);
    const { state, failed } = read;
    if (failed.length > 0) throw new CertificateError(failed.map(problemText).join("; "));
    if (wanted.certificates.length > 0 && state.identities.length === 0) {
      throw new CertificateError(`${wanted.certificates.join(", ")}: there is no certificate with its key`);
    }
    return { material: materialOf(state), warnings: this.#warningsOf(read), follow: () => this.#follow(read) };
  }

  #warningsOf({ state, publicKeys }: ReadState): string[] {
    const nowS = this.#options.wallClock.epochSeconds();
    const troubles = state.identities.flatMap(({ path, own }) => {
      const trouble = validityTrouble(own, nowS);
      return trouble === null ? [] : [`certificate ${path} ${trouble}`];
    });
    return [...troubles, ...publicKeys.map(publicKeyText)];
  }

  /** Looks at once whether there are others. Resolves when that is known. */
  look(): Promise<void> {
    const looked = this.#reading.then(async () => {
      const before = this.#state;
      const { state, failed, publicKeys } = await readCertificates(before.wanted, before, this.#options);
      // Another configuration is followed meanwhile.
      if (this.#state !== before || this.#isStopped) return;
      const now = { ...state, troubles: [...state.troubles, ...failed] };
      this.#follow({ state: now, publicKeys });
      const material = materialOf(now);
      if (JSON.stringify(material) !== JSON.stringify(materialOf(before))) this.#options.onChange(material);
    });
    this.#reading = looked.catch(() => {});
    return looked;
  }

  /** How all of them are doing. */
  get status(): readonly CertificateStatus[] {
    const nowS = this.#options.wallClock.epochSeconds();
    return this.#state.identities.map(({ path, own }) => {
      const reasons = this.#state.troubles.filter((trouble) => trouble.path === path).map(({ reason }) => reason);
      const troubles = [validityTrouble(own, nowS), ...reasons].filter((one) => one !== null);
      return {
        path,
        names: [...own.names, ...own.addresses],
        validToS: own.validToS,
        trouble: troubles.length === 0 ? null : troubles.join("; "),
      };
    });
  }

  /** The same for the operator, a line each, and what is wrong beside that. */
  get lines(): readonly string[] {
    const { identities, troubles } = this.#state;
    const others = troubles.filter(({ path }) => !identities.some((identity) => identity.path === path));
    return [
      ...this.status.map(({ path, validToS, trouble }, i) => {
        const about = `for ${namesText(identities[i]!)}, until ${dateText(validToS)}`;
        return `certificate ${path}: ${about}${trouble === null ? "" : `; ${trouble}`}`;
      }),
      ...others.map((trouble) => `certificate ${problemText(trouble)}`),
    ];
  }

  /** Looks no more. */
  stop(): void {
    this.#isStopped = true;
    this.#watch.stop();
    this.#cancelHour?.();
  }

  #follow({ state, publicKeys }: Pick<ReadState, "state" | "publicKeys">): void {
    const { log } = this.#options;
    const before = this.#state;
    this.#state = state;
    this.#watch.watch(state.paths);
    for (const identity of state.identities) {
      const former = before.identities.find(({ path }) => path === identity.path);
      if (former?.certificate === identity.certificate && former.key === identity.key) continue;
      const was = former === undefined ? "" : `, the former one until ${dateText(former.own.validToS)}`;
      log.info(
        `certificate ${identity.path}: for ${namesText(identity)}, holds until ${
          dateText(identity.own.validToS)
        }${was}`,
      );
    }
    for (const { path } of before.identities) {
      if (!state.identities.some((one) => one.path === path)) log.info(`certificate ${path}: not used any more`);
    }
    const told = before.troubles.map(problemText);
    const troubles = state.troubles.map(problemText);
    for (const text of troubles) {
      if (!told.includes(text)) log.error(`certificate ${text}; the former one is still used`);
    }
    if (told.length > 0 && troubles.length === 0) log.info("certificates can be used again");
    if (before === NO_CERTIFICATES) {
      for (const path of publicKeys) log.warn(publicKeyText(path));
    }
    this.#sayWhatEnds();
    this.#cancelHour?.();
    this.#cancelHour = state.identities.length === 0
      ? null
      : this.#options.timers.start(HOUR_MS, () => this.#eachHour());
  }

  #eachHour(): void {
    const { log, timers } = this.#options;
    for (const trouble of this.#state.troubles) {
      log.error(`certificate ${problemText(trouble)}; the former one is still used`);
    }
    this.#sayWhatEnds();
    this.#cancelHour = timers.start(HOUR_MS, () => this.#eachHour());
  }

  /** Each once: another day is another text. */
  #sayWhatEnds(): void {
    const { log, wallClock } = this.#options;
    for (const { path, own } of this.#state.identities) {
      const trouble = validityTrouble(own, wallClock.epochSeconds());
      if (trouble !== null && this.#said.get(path) !== trouble) log.warn(`certificate ${path} ${trouble}`);
      if (trouble === null) this.#said.delete(path);
      else this.#said.set(path, trouble);
    }
  }
}

function publicKeyText(path: string): string {
  return `${path}: every user of this machine may read this key`;
}
