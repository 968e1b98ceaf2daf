import type { Build, OperatingSystem } from "../program/operating_system.ts";
import { loadDigests } from "./digests.ts";
import { startGzip } from "./gzip.ts";
import { makeSelfSigned } from "./certificates/self_signed.ts";
import { publicKeyOf } from "./certificates/public_key.ts";
import { chooseDatagramIo, sharedDatagramIo } from "./datagram_io.ts";
import { DENO_CONFIG_IO } from "./deno_config_io.ts";
import { DENO_FILES } from "./deno_files.ts";
import { DENO_LOCAL_SOCKETS } from "./network/local_sockets.ts";
import { DENO_WRITABLE_FILES } from "./deno_writable_files.ts";
import { DENO_HTTP_SERVERS } from "./network/http_server.ts";
import { listenSharedStream } from "./network/deno_network.ts";
import { listenSharedTls } from "./network/tls/listen_tls.ts";
import { denoRuntime } from "./deno_runtime.ts";
import { denoHistory } from "./history/start_history.ts";
import { onHangup } from "./hangup_signal.ts";
import { denoListCompiler } from "./lists/list_compiler.ts";
import { denoListFetcher } from "./lists/list_fetcher.ts";
import { holdSetFile, openSetFile, openSetFileInSteps } from "./lists/open_set.ts";
import { onStatusSignal } from "./status_signal.ts";
import { leaveSignalsToSupervisor } from "./stop_signal.ts";
import { chooseWorkerCount } from "./worker_count.ts";
import { spawnWorker, supervisorLink } from "./worker_process.ts";

/**
 * The operating system, as Deno gives it.
 *
 * @param mainModule The URL of main.ts, or of what it was bundled into: what workers are started with.
 */
export function denoSystem(mainModule: string): OperatingSystem {
  return {
    build: () => build(mainModule),
    runtime: denoRuntime,
    chooseWorkerCount,
    chooseDatagramIo,
    sharedDatagramIo,
    files: DENO_FILES,
    configIo: DENO_CONFIG_IO,
    publicKeyOf,
    makeCertificate: makeSelfSigned,
    loadDigests,
    startGzip,
    writableFiles: DENO_WRITABLE_FILES,
    listFetcher: denoListFetcher(mainModule),
    listCompiler: denoListCompiler(mainModule),
    startHistory: denoHistory(mainModule),
    openSetFile,
    openSetFileInSteps,
    holdSetFile,
    localSockets: DENO_LOCAL_SOCKETS,
    httpServers: DENO_HTTP_SERVERS,
    loadHttpClient: async () => (await import("./network/http_client.ts")).denoHttpClient(),
    listenSharedStream,
    listenSharedTls,
    spawnWorker: (events) => spawnWorker(mainModule, events),
    supervisorLink,
    leaveSignalsToSupervisor,
    onStatusSignal,
    onHangup,
    isForbidden: (error) => error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable,
  };
}

function build(mainModule: string): Build {
  return {
    engine: `deno ${Deno.version.deno}`,
    target: Deno.build.target,
    // Both kinds of single files are made of the bundled program, a module of another name.
    form: Deno.build.standalone ? "compiled" : mainModule.endsWith(".ts") ? "from source" : "portable",
    isNative: Deno.permissions.querySync({ name: "ffi" }).state === "granted",
  };
}
