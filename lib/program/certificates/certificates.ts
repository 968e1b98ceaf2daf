import type { Clock, Timers, WallClock } from "../../base/runtime.ts";
import { UsageError } from "../../config/usage_error.ts";
import type { FullConfig } from "../../config/config.ts";
import type { Log } from "../../observe/log.ts";
import type {
  CertificateKeeper,
  CertificateStatus,
  ReadCertificates,
} from "../../server/certificates/certificate_keeper.ts";
import { NO_TLS, type TlsMaterial } from "../../server/certificates/tls_material.ts";
import type { OperatingSystem } from "../operating_system.ts";

/** What certificates are kept with. */
export interface CertificatesOptions {
  /** The machine. */
  readonly system: Pick<OperatingSystem, "files" | "configIo" | "publicKeyOf">;
  /** The world outside. */
  readonly runtime: { readonly clock: Clock; readonly timers: Timers; readonly wallClock: WallClock };
  /** Where the operator reads. */
  readonly log: Log;
}

/** The certificates of a program that serves. Nothing of them is loaded as long as none are wanted. */
export class Certificates {
  readonly #options: CertificatesOptions;
  #keeper: CertificateKeeper | null = null;
  readonly #followers = new Set<(material: TlsMaterial) => void>();
  #material = NO_TLS;

  /** See {@linkcode CertificatesOptions}. */
  constructor(options: CertificatesOptions) {
    this.#options = options;
  }

  /** Others are shown by `show` from now on, when they are there. */
  begin(show: (material: TlsMaterial) => void): void {
    this.#followers.add(show);
  }

  /** See `CertificatesTarget`. */
  follow(show: (material: TlsMaterial) => void): () => void {
    this.#followers.add(show);
    return () => void this.#followers.delete(show);
  }

  /** What was read last, also for a configuration that is not followed yet. */
  get material(): TlsMaterial {
    return this.#material;
  }

  /**
   * Reads what a configuration wants; see `CertificateKeeper.read`.
   *
   * @throws {CertificateError} when it cannot be used.
   */
  async read({ certificates, keys, listen }: FullConfig): Promise<ReadCertificates> {
    const authorities = (listen ?? []).flatMap(({ clientCa }) => clientCa === null ? [] : [clientCa]);
    if (certificates.length === 0 && this.#keeper === null) return NONE;
    this.#keeper ??= await this.#keeperOf();
    const read = await this.#keeper.read({ certificates, keys, authorities });
    this.#material = read.material;
    return read;
  }

  /** Whether there are none. */
  get isEmpty(): boolean {
    return this.status.length === 0;
  }

  /** Looks at once whether there are others. */
  look(): void {
    void this.#keeper?.look();
  }

  /** How all of them are doing. */
  get status(): readonly CertificateStatus[] {
    return this.#keeper?.status ?? [];
  }

  /** The same for the operator, a line each. */
  get lines(): readonly string[] {
    return this.#keeper?.lines ?? [];
  }

  /** Looks no more. */
  stop(): void {
    this.#keeper?.stop();
  }

  async #keeperOf(): Promise<CertificateKeeper> {
    const { CertificateKeeper } = await import("../../server/certificates/certificate_keeper.ts");
    const { system: { files, configIo, publicKeyOf }, runtime, log } = this.#options;
    const onChange = (material: TlsMaterial) => {
      this.#material = material;
      for (const show of this.#followers) show(material);
    };
    return new CertificateKeeper({
      clock: runtime.clock,
      timers: runtime.timers,
      wallClock: runtime.wallClock,
      files,
      absolutePath: configIo.absolutePath,
      publicKeyOf,
      log,
      onChange,
    });
  }
}

/** What a start needs, at once where that is nothing. It fails with a `UsageError` when something cannot be used. */
export function certificatesFor(
  config: FullConfig,
  certificates: Certificates,
): ReadCertificates | Promise<ReadCertificates> {
  return config.certificates.length === 0 ? NONE : read(config, certificates);
}

/** Where nothing is encrypted. */
const NONE: ReadCertificates = { material: NO_TLS, warnings: [], follow: () => {} };

async function read(config: FullConfig, certificates: Certificates): Promise<ReadCertificates> {
  try {
    return await certificates.read(config);
  } catch (error) {
    // Its class is loaded with whoever throws it.
    if (!(error instanceof Error && error.name === "CertificateError")) throw error;
    throw new UsageError(`Cannot use the certificate: ${error.message}`);
  }
}
