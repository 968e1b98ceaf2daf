import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { freeAddress } from "../common/free_address.ts";
import { RunningServer } from "../common/running_server.ts";
import type { Watcher } from "./watchers.ts";

/** The program's main module. */
export const MAIN: string = new URL("../../main.ts", import.meta.url).pathname;

/** Where a program that is watched stands. */
export interface Installation {
  /** For all that it writes. */
  readonly folder: string;
  readonly metricsPort: number;
  readonly adminPort: number;
  /** May do all. */
  readonly token: string;
}

/** A place for a program, with nothing of others in it. */
export function install(folder: string): Installation {
  // What has nothing but hexadecimal digits would be the digest of one.
  const token = `bench_${crypto.getRandomValues(new Uint8Array(32)).toHex()}`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${folder}/tokens`, `bench admin ${token}\n`, { mode: 0o600 });
  return { folder, metricsPort: freeAddress().port, adminPort: freeAddress().port, token };
}

/** Starts the program with what all of these watchers need. */
export function startWatched(
  installation: Installation,
  watchers: readonly Watcher[],
  upstreams: readonly SocketAddress[],
): Promise<RunningServer> {
  const { folder } = installation;
  Deno.writeTextFileSync(`${folder}/observed.toml`, merged(watchers.map(({ settings }) => settings(installation))));
  const rights = [
    "--allow-net",
    "--allow-ffi",
    "--allow-read",
    `--allow-write=${folder}`,
    "--allow-sys=osUptime,inspector",
  ];
  const resolvers = upstreams.flatMap((address) => ["--resolver", formatSocketAddress(address)]);
  return RunningServer.start({
    name: "watched",
    executable: Deno.execPath(),
    sharesSession: true,
    commandLine: ({ listen }) => {
      const flags = ["--config", `${folder}/observed.toml`, "--listen", formatSocketAddress(listen), "--io", "native"];
      return { args: ["run", "--no-prompt", ...rights, MAIN, ...flags, "--log-level", "error", ...resolvers] };
    },
  });
}

/** Tables of the same name as one. */
function merged(texts: readonly string[]): string {
  const tables = new Map<string, string[]>();
  for (const text of texts) {
    const [head, ...lines] = text.trim().split("\n");
    tables.set(head!, [...tables.get(head!) ?? [], ...lines]);
  }
  return [...tables].map(([head, lines]) => `${head}\n${lines.join("\n")}\n`).join("\n");
}
