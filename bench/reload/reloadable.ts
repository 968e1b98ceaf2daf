import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { PEERS } from "../common/forwarders.ts";
import { findExecutable } from "../common/installed.ts";
import { OUR_MODES } from "../common/our_modes.ts";
import { RunningServer } from "../common/running_server.ts";

/** A forwarder that can be told to follow another configuration while it serves. */
export interface Reloadable {
  /** As it is called in tables and in `--only`. */
  readonly name: string;
  /** How it is told, and what it keeps. */
  readonly how: string;
  /** The program that tells it, where it is not a signal. */
  readonly executable: string;
  readonly versionArgs: readonly string[];
  readonly debianPackage: string | null;
  /** Starts it with room for so many names in its cache. */
  start(upstream: SocketAddress, cacheNames: number): Promise<Reloading>;
}

/** One that runs. */
export interface Reloading {
  readonly server: RunningServer;
  /** Changes the configuration, and has it followed; the `i`-th differs from the one before it. */
  reload(i: number): Promise<void>;
}

/** All that can, ours first. */
export const RELOADABLE: readonly Reloadable[] = [
  ...OUR_MODES.map(ours),
  {
    ...peer("unbound", "`reload_keep_cache`, which keeps the cache"),
    start: async (upstream, cacheNames) => {
      const { server, folder } = await startPeer("unbound", upstream, cacheNames, (text) => {
        const control = "control-enable: yes\n  control-use-cert: no\n  control-interface: FOLDER/control";
        return text.replace("control-enable: no", control);
      });
      const file = `${folder}/unbound.conf`;
      const text = Deno.readTextFileSync(file);
      const control = findExecutable("unbound-control")!;
      return {
        server,
        reload: (i) => {
          Deno.writeTextFileSync(file, text.replace("server:", `server:\n  cache-min-ttl: ${i % 2}`));
          return tell(control, "-c", file, "reload_keep_cache");
        },
      };
    },
  },
  {
    ...peer("bind", "`rndc reconfig`, which keeps the cache"),
    start: async (upstream, cacheNames) => {
      const port = controlPort();
      const secret = btoa("a secret of the bench alone, 32 o");
      const key = `key "bench" { algorithm hmac-sha256; secret "${secret}"; };`;
      const { server, folder } = await startPeer("bind", upstream, cacheNames, (text) => {
        const controls = `${key}\ncontrols { inet 127.0.0.1 port ${port} allow { 127.0.0.1; } keys { bench; }; };`;
        return text.replace("controls { };", controls);
      });
      const file = `${folder}/named.conf`;
      const text = Deno.readTextFileSync(file);
      Deno.writeTextFileSync(
        `${folder}/rndc.conf`,
        `${key}\noptions { default-key "bench"; default-server 127.0.0.1; default-port ${port}; };`,
      );
      const control = findExecutable("rndc")!;
      return {
        server,
        reload: (i) => {
          Deno.writeTextFileSync(file, text.replace("options {", `options {\n  max-cache-ttl ${86_400 + i % 2};`));
          return tell(control, "-c", `${folder}/rndc.conf`, "reconfig");
        },
      };
    },
  },
  {
    ...peer("dnsdist", "another upstream in the place of the one before, over its console: it reads no file again"),
    start: async (upstream, cacheNames) => {
      const port = controlPort();
      const key = btoa("a key of the bench, 32 octets it");
      const { server, folder } = await startPeer("dnsdist", upstream, cacheNames, (text) => {
        return `setKey("${key}")\ncontrolSocket("127.0.0.1:${port}")\n${text}`;
      });
      const control = findExecutable("dnsdist")!;
      const address = formatSocketAddress(upstream);
      return {
        server,
        reload: (i) => {
          const change = `newServer({address="${address}", order=${1 + i % 2}}); rmServer(0)`;
          return tell(control, "-C", `${folder}/dnsdist.conf`, "-c", `127.0.0.1:${port}`, "-e", change);
        },
      };
    },
  },
  {
    ...dnsmasq(),
    start: async (upstream, cacheNames) => {
      let folder = "";
      const forwarder = peerNamed("dnsmasq");
      const server = await RunningServer.start({
        name: "dnsmasq",
        executable: findExecutable("dnsmasq")!,
        sharesSession: true,
        commandLine: (place) => {
          folder = place.folder;
          const { args } = forwarder.commandLine({ ...place, upstreams: [upstream], cacheNames });
          return { args: [...args, `--addn-hosts=${folder}/hosts`], files: { hosts: "" } };
        },
      });
      return {
        server,
        reload: (i) => {
          Deno.writeTextFileSync(`${folder}/hosts`, `192.0.2.${1 + i % 2} changing.example\n`);
          Deno.kill(server.pid, "SIGHUP");
          return Promise.resolve();
        },
      };
    },
  },
];

function ours(mode: typeof OUR_MODES[number]): Reloadable {
  return {
    name: mode.name,
    how: "SIGHUP, which keeps everything",
    executable: mode.executable,
    versionArgs: mode.versionArgs,
    debianPackage: null,
    start: async (upstream, cacheNames) => {
      let folder = "";
      const configOf = (i: number) => `[server]\ntimeout = "${2000 + i % 2}ms"\n`;
      const server = await RunningServer.start({
        name: mode.name,
        executable: mode.executable,
        sharesSession: true,
        commandLine: (place) => {
          folder = place.folder;
          const { args } = mode.commandLine({ ...place, upstreams: [upstream], cacheNames });
          const file = `${folder}/config.toml`;
          const permitted = args.flatMap((arg) => arg === "--no-prompt" ? [arg, `--allow-read=${folder}`] : [arg]);
          return { args: [...permitted, "--config", file], files: { "config.toml": configOf(0) } };
        },
      });
      return {
        server,
        reload: (i) => {
          Deno.writeTextFileSync(`${folder}/config.toml`, configOf(i));
          Deno.kill(server.pid, "SIGHUP");
          return Promise.resolve();
        },
      };
    },
  };
}

function dnsmasq(): Omit<Reloadable, "start"> {
  return peer("dnsmasq", "SIGHUP, which reads hosts files again and empties the cache; upstreams take a restart");
}

function peerNamed(name: string): typeof PEERS[number] {
  return PEERS.find((peer) => peer.name === name)!;
}

function peer(name: string, how: string): Omit<Reloadable, "start"> {
  const { executable, versionArgs, debianPackage } = peerNamed(name);
  return { name, how, executable, versionArgs, debianPackage };
}

/** Starts one whose configuration file is changed first; `FOLDER` in it is its own. */
async function startPeer(
  name: string,
  upstream: SocketAddress,
  cacheNames: number,
  change: (text: string) => string,
): Promise<{ server: RunningServer; folder: string }> {
  const forwarder = peerNamed(name);
  let folder = "";
  const server = await RunningServer.start({
    name,
    executable: findExecutable(forwarder.executable)!,
    sharesSession: true,
    commandLine: (place) => {
      folder = place.folder;
      const { args, files = {} } = forwarder.commandLine({ ...place, upstreams: [upstream], cacheNames });
      const changed = Object.entries(files).map(([file, text]) => {
        return [file, change(text).replaceAll("FOLDER", folder)];
      });
      return { args, files: Object.fromEntries(changed) };
    },
  });
  return { server, folder };
}

/** A port that nobody has at this moment. */
function controlPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function tell(executable: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr, stdout } = await new Deno.Command(executable, { args: [...args], stdin: "null" }).output();
  if (success) return;
  const said = [stdout, stderr].map((octets) => new TextDecoder().decode(octets)).join("").trim();
  throw new Error(`Cannot tell ${executable} to reload: ${said}`);
}
