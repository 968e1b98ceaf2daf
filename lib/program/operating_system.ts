import type { Files, GrowingFiles } from "../base/files.ts";
import type { HttpClient } from "../base/http/http_client.ts";
import type { HttpServers } from "../base/http/http_server.ts";
import type { StartGzip } from "../base/octets/gzip.ts";
import type { Digests } from "../base/random/digests.ts";
import type { LocalSockets } from "../base/local_sockets.ts";
import type { TlsIdentity } from "../base/sockets/tls.ts";
import type { Network, Runtime } from "../base/runtime.ts";
import type { WritableFiles } from "../base/writable_files.ts";
import type { Config, FullConfig } from "../config/config.ts";
import type { ConfigIo } from "../config/loaded_config.ts";
import type { ListFetcher } from "../lists/fetch/list_fetcher.ts";
import type { ListCompiler } from "../lists/compile/list_compiler.ts";
import type { NameSet } from "../lists/set/name_set.ts";
import type { PublicKeyOf } from "../server/certificates/identity.ts";
import type { StartHistory } from "../telemetry/history/history_thread.ts";
import type { Order, Report } from "../workers/messages.ts";
import type { SpawnWorker } from "../workers/worker_process.ts";

/** The operating system as the program needs it beyond a `Runtime`. `lib/system/` has the real one. */
export interface OperatingSystem {
  /** How single files were built, and what runs this one. */
  build(): Build;
  /**
   * The world as the rest of the program sees it.
   *
   * @param network What of it is not to be as usual.
   * @param writeLine See `Runtime`; so is `lostLineCount`.
   */
  runtime(network: Partial<Network>, writeLine: (line: string) => void, lostLineCount?: () => number): Runtime;
  /**
   * How many processes serve.
   *
   * @throws {UsageError} when a number was asked for that cannot be had.
   */
  chooseWorkerCount(config: Config): WorkerCount;
  /**
   * How datagrams are taken and sent.
   *
   * @throws {UsageError} when what was asked for cannot be had.
   */
  chooseDatagramIo(config: Config): DatagramIoChoice;
  /** The same for a worker: it has its listeners' addresses together with others. */
  sharedDatagramIo(): DatagramIoChoice;
  /** The machine's files. */
  readonly files: Files & GrowingFiles;
  /** What configurations are read from: the same files, and more. */
  readonly configIo: ConfigIo;
  /** Makes a key and a certificate that it signs itself. */
  makeCertificate(wish: SelfSignedWish): Promise<SelfSignedCertificate>;
  /** Reads keys; see `PublicKeyOf`. */
  readonly publicKeyOf: PublicKeyOf;
  /** Loads what secrets are compared and signed by. */
  loadDigests(): Promise<Digests>;
  /** Compresses; loaded when somebody wants to. */
  readonly startGzip: StartGzip;
  /** Where files of the program's own are written. */
  readonly writableFiles: WritableFiles;
  /** Fetches lists. */
  readonly listFetcher: ListFetcher;
  /** Does what is much work with lists. */
  readonly listCompiler: ListCompiler;
  /** Starts whoever keeps the history. */
  readonly startHistory: StartHistory;
  /**
   * The list set at `path`, which must not be written to any more.
   *
   * @param descriptor Of its file, which whoever has started this process holds; `null` where nobody does.
   * @throws {FileError} when it cannot be read.
   * @throws {SetFileError} when it is none.
   */
  openSetFile(path: string, descriptor: number | null): NameSet;
  /** The same, while others have their turns. */
  openSetFileInSteps(path: string): Promise<NameSet>;
  /** Holds the list set at `path` for processes that are started from now on; `null` when that cannot be done. */
  holdSetFile(path: string): HeldSetFile | null;
  /** The sockets of the machine's file system. */
  readonly localSockets: LocalSockets;
  /** Speaks HTTP with servers; loaded when somebody wants to. */
  loadHttpClient(): Promise<HttpClient>;
  /** Listens for people and their tools. */
  readonly httpServers: HttpServers;
  /** Listens on an address together with others. */
  readonly listenSharedStream: Network["listenStream"];
  /** The same for TLS. */
  readonly listenSharedTls: Network["listenTls"];
  /** Starts the program once more, as a worker. */
  readonly spawnWorker: SpawnWorker;
  /** The worker's side of that. */
  readonly supervisorLink: SupervisorLink;
  /** Leaves it to the supervisor to hear signals. */
  leaveSignalsToSupervisor(): void;
  /** Calls `tell` whenever the operator asks for the status. Returns the function that ends it. */
  onStatusSignal(tell: () => void): () => void;
  /** Calls `tell` whenever the operator asks for a reload. Returns the function that ends it. */
  onHangup(tell: () => void): () => void;
  /** Whether an error says that something is not permitted. */
  isForbidden(error: unknown): boolean;
}

/** The file of a list set that stays as it is, whatever becomes of its path. */
export interface HeldSetFile {
  /** By which processes that are started meanwhile know it. */
  readonly descriptor: number;
  /** Lets go of it, here. */
  close(): void;
}

/** What a certificate is to be for. */
export interface SelfSignedWish {
  /** Names. */
  readonly names: readonly string[];
  /** Addresses, canonical text. */
  readonly addresses: readonly string[];
  /** From when on it holds, in seconds since 1970. */
  readonly validFromS: number;
  /** Until when it holds, in seconds since 1970. */
  readonly validToS: number;
}

/** What was made. */
export interface SelfSignedCertificate extends TlsIdentity {
  /** What it may be pinned by: SHA-256 of its public key (SubjectPublicKeyInfo), Base64. */
  readonly spkiSha256: string;
}

/** What the program is built as. */
export interface Build {
  /** What runs it, such as `deno 2.9.5`. */
  readonly engine: string;
  /** The kind of machine that it is built for, such as `x86_64-unknown-linux-gnu`. */
  readonly target: string;
  /** One executable, one script that brings its Deno along, or neither. */
  readonly form: "compiled" | "portable" | "from source";
  /** Whether it may call the C library. */
  readonly isNative: boolean;
}

/** How many processes serve. */
export interface WorkerCount {
  /** 1 means this one. */
  readonly count: number;
  /** Why there are not as many as there could be; `null` when there are. */
  readonly why: string | null;
}

/** A way to open UDP sockets. */
export interface DatagramIoChoice {
  /** Whether it takes and sends datagrams in batches. */
  readonly isNative: boolean;
  /** See `Network`. */
  readonly openDatagram: Network["openDatagram"];
  /** See `Network`. */
  readonly listenPushed?: Network["listenPushed"];
  /** The configuration with the links of its addresses as the sockets name them. */
  named(config: FullConfig): FullConfig;
  /** For the operator, once the sockets are open. */
  describe(): string;
  /** To be called when all sockets are closed. */
  close(): void;
}

/** What a worker and its supervisor tell each other, from the worker's side. */
export interface SupervisorLink {
  /** What the supervisor wants, until it is gone. */
  orders(): AsyncIterable<Order>;
  /** Tells the supervisor. */
  report(report: Report): void;
}
