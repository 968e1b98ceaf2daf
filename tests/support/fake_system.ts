import { NameSet } from "../../lib/lists/set/name_set.ts";
import type { Network } from "../../lib/base/runtime.ts";
import type { Host as ProgramHost } from "../../lib/program/host.ts";
import type { DatagramIoChoice, OperatingSystem } from "../../lib/program/operating_system.ts";
import type { Order } from "../../lib/workers/messages.ts";
import { fetchSource } from "../../lib/lists/fetch/fetch_source.ts";
import { loadDigests } from "../../lib/system/digests.ts";
import { startGzip } from "../../lib/system/gzip.ts";
import { makeSelfSigned } from "../../lib/system/certificates/self_signed.ts";
import { publicKeyOf } from "../../lib/system/certificates/public_key.ts";
import { FakeFiles } from "./fake_files.ts";
import { FakeHttp } from "./fake_http.ts";
import { fakeListCompiler } from "./fake_list_compiler.ts";
import { FakeHttpServers } from "./fake_http_servers.ts";
import { FakeLocalSockets } from "./fake_local_sockets.ts";
import { FakeWorld } from "./fake_world.ts";
import { FakeWritableFiles } from "./fake_writable_files.ts";

/** What a fake operating system is made from; everything has a usual value. */
export interface FakeSystemOptions {
  /** The program's machine has these. */
  readonly addresses?: readonly string[];
  /** What overrides the usual. */
  readonly system?: Partial<OperatingSystem>;
  /** What workers that are started hear, and that they serve at once. */
  readonly orders?: Order[];
  /** What supervisors order when the program is a worker. */
  readonly ordered?: readonly Order[];
}

/** An operating system in a fake world, and a host that starts the program in it. */
export class FakeSystem implements ProgramHost {
  readonly world: FakeWorld = new FakeWorld();
  readonly system: OperatingSystem;
  /** The path of the usual configuration file, if there is one. */
  usualFile: string | null = null;
  /** What there is of files. */
  readonly files: FakeFiles = new FakeFiles();
  readonly writableFiles: FakeWritableFiles = new FakeWritableFiles(this.files);
  /** What the process has read that compiles lists, among all reads of `files`. */
  readonly compilerReads: string[] = [];
  /** What there is of servers of lists. */
  readonly http: FakeHttp = new FakeHttp();
  /** What there is of sockets in the file system. */
  readonly localSockets: FakeLocalSockets = new FakeLocalSockets();
  /** What listens for people and their tools. */
  readonly httpServers: FakeHttpServers = new FakeHttpServers();
  readonly printed: string[] = [];
  readonly lines: string[] = [];
  readonly args: readonly string[];
  readonly #stopping = Promise.withResolvers<void>();
  /** What is called when the operator asks for a reload, or for the status. */
  readonly hearers: { hangup: (() => void)[]; status: (() => void)[] } = { hangup: [], status: [] };

  constructor(args: readonly string[], options: FakeSystemOptions = {}) {
    const { addresses = ["192.0.2.53"], system, orders = [], ordered = [] } = options;
    this.args = args;
    const host = this.world.network.addHost(...addresses);
    const usual: Network = {
      openDatagram: (local) => host.openDatagram(local),
      listenStream: (local) => host.listenStream(local),
      connectStream: (to, signal) => host.connectStream(to, signal),
      listenTls: (local, tls) => host.listenTls(local, tls),
      connectTls: (to, tls, signal) => host.connectTls(to, tls, signal),
      quic: host.quic,
    };
    const io: DatagramIoChoice = {
      isNative: true,
      openDatagram: usual.openDatagram,
      named: (config) => config,
      describe: () => "takes datagrams as the test has them",
      close: () => {},
    };
    this.system = {
      build: () => ({ engine: "deno 2.9.5", target: "x86_64-unknown-linux-gnu", form: "compiled", isNative: false }),
      runtime: (network, writeLine) => ({
        ...this.world.runtimeOn(host),
        network: { ...usual, ...network },
        writeLine,
      }),
      chooseWorkerCount: ({ workers }) => ({ count: workers === "auto" ? 2 : workers, why: null }),
      chooseDatagramIo: () => io,
      sharedDatagramIo: () => io,
      files: this.files,
      configIo: {
        files: this.files,
        absolutePath: (path) => path.startsWith("/") ? path : `/${path}`,
        variable: () => null,
      },
      publicKeyOf,
      makeCertificate: makeSelfSigned,
      loadDigests,
      startGzip,
      writableFiles: this.writableFiles,
      listFetcher: {
        fetchText: async (wanted, path, options) => {
          const { timers, wallClock } = this.world.runtimeOn(host);
          const fetching = { ...options, http: this.http, network: this.http, timers, wallClock };
          return await fetchSource(wanted, await this.writableFiles.create(path), fetching);
        },
      },
      listCompiler: fakeListCompiler({
        read: (path, octetsMax) => {
          this.compilerReads.push(path);
          return this.files.read(path, octetsMax);
        },
      }, this.writableFiles),
      startHistory: () => ({ send: () => {}, end: () => {} }),
      openSetFile: (path) => {
        const octets = this.files.readNow(path, Infinity);
        return new NameSet(octets.slice().buffer, { isChecked: true });
      },
      openSetFileInSteps: (path) => Promise.resolve().then(() => this.system.openSetFile(path, null)),
      holdSetFile: () => null,
      localSockets: this.localSockets,
      httpServers: this.httpServers,
      loadHttpClient: () => Promise.resolve(this.http),
      listenSharedStream: usual.listenStream,
      listenSharedTls: usual.listenTls,
      spawnWorker: ({ reported, ended }) => ({
        send: (order) => {
          orders.push(JSON.parse(JSON.stringify(order)));
          if (order.kind === "start") reported({ kind: "serving" });
          if (order.kind === "stop") ended("exit code 0", 0);
        },
        kill: () => ended("SIGKILL", 137),
      }),
      supervisorLink: {
        async *orders() {
          yield* ordered;
        },
        report: () => {},
      },
      leaveSignalsToSupervisor: () => {},
      onStatusSignal: (tell) => heardBy(this.hearers.status, tell),
      onHangup: (tell) => heardBy(this.hearers.hangup, tell),
      isForbidden: () => false,
      ...system,
    };
  }

  defaultConfigFile(): string | null {
    return this.usualFile;
  }

  print(text: string): void {
    this.printed.push(text);
  }

  writeLine(line: string): void {
    this.lines.push(line);
  }

  get stop(): Promise<void> {
    return this.#stopping.promise;
  }

  /** Tells the program to end. */
  end(): void {
    this.#stopping.resolve();
  }
}

function heardBy(hearers: (() => void)[], tell: () => void): () => void {
  hearers.push(tell);
  return () => void hearers.splice(hearers.indexOf(tell), 1);
}
