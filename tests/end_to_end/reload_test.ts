// The program follows a changed file while it serves, as only real processes, signals and files show.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { RCODE } from "../../lib/wire/iana.ts";
import { decode } from "../../lib/wire/message.ts";
import { question, wire } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, outputOf, ROOT } from "./child_program.ts";
import { courseResolver } from "./course_resolver.ts";
import { ServiceSocketReceiver } from "./service_socket.ts";
import { UdpClient } from "./udp_client.ts";
import { UdpServer } from "./udp_server.ts";

const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";
const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("codecrafters.io")] });
/** Reloads that are asked for faster than they can be made. */
const STORM_COUNT = 60;
const STORM_EVERY_MS = 50;

function testWithProcesses(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs --allow-run, Linux)`, ignore: !CAN_RUN || Deno.build.os !== "linux", fn });
}

function testWithWorkers(name: string, fn: () => Promise<void>): void {
  const needs = "(needs Linux, --allow-ffi and --allow-run)";
  Deno.test({ name: `${name} ${needs}`, ignore: !CAN_RUN || !CAN_CALL, fn });
}

/** A configuration file that can be written again. */
class ConfigFile implements Disposable {
  readonly #folder = Deno.makeTempDirSync({ prefix: "reload-" });

  get path(): string {
    return `${this.#folder}/config.toml`;
  }

  get folder(): string {
    return this.#folder;
  }

  /** As most programs do it: another file takes its place. */
  write(text: string): void {
    Deno.writeTextFileSync(`${this.#folder}/new`, text);
    Deno.renameSync(`${this.#folder}/new`, this.path);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
  }
}

function configText(
  upstream: SocketAddress,
  { server = "", listen = "127.0.0.1:0" }: { server?: string; listen?: string } = {},
): string {
  return `[server]
listen = ["${listen}"]
${server}
[upstreams.default]
servers = ["${formatSocketAddress(upstream)}"]
`;
}

function start(
  file: ConfigFile,
  rights: readonly string[],
  flags: readonly string[],
  env?: Record<string, string>,
) {
  const permissions = ["--no-prompt", "--allow-net", `--allow-read=${file.folder}`, ...rights];
  const command = [Deno.execPath(), "run", ...permissions, `${ROOT}/main.ts`, "--config", file.path, ...flags];
  return new ChildProgram(command, env && { ...Deno.env.toObject(), ...env });
}

const FOR_WORKERS = ["--allow-ffi", "--allow-run", "--allow-sys=osUptime,inspector"];
const TWO_WORKERS = ["--workers", "2"];

async function rcodeOf(address: SocketAddress): Promise<number> {
  using client = new UdpClient(address);
  return decode(await client.ask(QUERY)).rcode;
}

testWithProcesses("SIGHUP lets the program follow its file, and says what is different", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  using file = new ConfigFile();
  file.write(configText(upstream.address));
  await using child = start(file, [], []);
  const address = await child.address();
  assertEquals(await rcodeOf(address), RCODE.NOERROR);
  file.write(`${configText(upstream.address)}[access]\nallow = ["192.0.2.0/24"]\n`);
  Deno.kill(child.pid, "SIGHUP");
  assertMatch(
    await child.line(/: reloaded: /),
    /reloaded: access\.allow: 192\.0\.2\.0\/24 added, 127\.0\.0\.0\/8, .* removed$/,
  );
  assertEquals(await rcodeOf(address), RCODE.REFUSED);
  file.write(configText(upstream.address, { server: 'workers = 4\nserver-id = "x"' }));
  Deno.kill(child.pid, "SIGHUP");
  await child.line(/: warn: needs a restart, and stays as it is until then: server\.workers: 1 → 4$/);
  assertEquals(await rcodeOf(address), RCODE.NOERROR);
});

testWithProcesses(
  "a file that is wrong changes nothing, and is told of with its place; one that has gone, too",
  async () => {
    await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
    using file = new ConfigFile();
    file.write(configText(upstream.address));
    await using child = start(file, [], []);
    const address = await child.address();
    file.write(configText(upstream.address, { server: "timout = 1" }));
    Deno.kill(child.pid, "SIGHUP");
    await child.line(
      /config\.toml:3:1: server\.timout: no such setting; did you mean "timeout"\?; going on as before$/,
    );
    Deno.removeSync(file.path);
    Deno.kill(child.pid, "SIGHUP");
    await child.line(/config\.toml: cannot be read: there is no such file; going on as before$/);
    file.write("");
    Deno.kill(child.pid, "SIGHUP");
    await child.line(/: error: the configuration is not followed: no upstream is left/);
    assertEquals(await rcodeOf(address), RCODE.NOERROR);
  },
);

testWithProcesses(
  "a watched file is followed when it is replaced, and when a symbolic link leads elsewhere",
  async () => {
    await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
    using file = new ConfigFile();
    const texts = ["one", "two"].map((id) =>
      configText(upstream.address, { server: `watch = true\nserver-id = "${id}"` })
    );
    // As Kubernetes does it with a ConfigMap: the folder behind the link is another one.
    for (const [i, text] of texts.entries()) {
      Deno.mkdirSync(`${file.folder}/..${i}`);
      Deno.writeTextFileSync(`${file.folder}/..${i}/config.toml`, text);
    }
    Deno.symlinkSync("..0", `${file.folder}/..data`);
    Deno.symlinkSync("..data/config.toml", file.path);
    await using child = start(file, [], []);
    const address = await child.address();
    Deno.symlinkSync("..1", `${file.folder}/..next`);
    Deno.renameSync(`${file.folder}/..next`, `${file.folder}/..data`);
    await child.line(/: reloaded: server\.server-id: one → two$/);
    file.write(texts[0]!.replace("one", "three"));
    await child.line(/: reloaded: server\.server-id: two → three$/);
    assertEquals(await rcodeOf(address), RCODE.NOERROR);
  },
);

testWithProcesses(
  "a service manager hears that the program reloads, since when, and that it serves again",
  async () => {
    await using manager = await ServiceSocketReceiver.listen("/tmp");
    await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
    using file = new ConfigFile();
    file.write(configText(upstream.address));
    const rights = ["--allow-env=NOTIFY_SOCKET,WATCHDOG_USEC", `--allow-write=${manager.path}`];
    await using child = start(file, CAN_CALL ? [...rights, "--allow-ffi"] : rights, [], {
      NOTIFY_SOCKET: manager.path,
    });
    await manager.line("READY=1");
    Deno.kill(child.pid, "SIGHUP");
    await manager.line("RELOADING=1");
    if (CAN_CALL) {
      const [, since] = /^MONOTONIC_USEC=(\d+)$/.exec(await manager.line("MONOTONIC_USEC="))!;
      assert(Number(since) > 0);
    }
    await manager.line("READY=1");
    await child.line(/: nothing to reload: the configuration is as it was$/);
  },
);

testWithWorkers("all workers follow a file together, at another address as well", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  using file = new ConfigFile();
  file.write(configText(upstream.address));
  await using child = start(file, FOR_WORKERS, TWO_WORKERS);
  await child.line(/: 2 workers serve$/);
  const first = await child.address();
  using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const other = { ...first, port: free.addr.port };
  const text = configText(upstream.address).replace(
    '"127.0.0.1:0"',
    `"127.0.0.1:0", "127.0.0.1:${other.port}"`,
  );
  file.write(text);
  Deno.kill(child.pid, "SIGHUP");
  await child.line(
    /: error: the configuration is not followed: Cannot listen on 127\.0\.0\.1:\d+: port \d+ is in use there/,
  );
  free.close();
  Deno.kill(child.pid, "SIGHUP");
  await child.line(/: reloaded: server\.listen: 127\.0\.0\.1:\d+ added$/);
  for (const address of [first, other]) assertEquals(await rcodeOf(address), RCODE.NOERROR);
});

testWithWorkers("a worker that dies within the probation takes the reload back", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  using file = new ConfigFile();
  file.write(configText(upstream.address));
  await using child = start(file, FOR_WORKERS, TWO_WORKERS);
  await child.line(/: 2 workers serve$/);
  const address = await child.address();
  file.write(`${configText(upstream.address)}[access]\nallow = ["192.0.2.0/24"]\n`);
  Deno.kill(child.pid, "SIGHUP");
  await child.line(/: reloaded: /);
  assertEquals(await rcodeOf(address), RCODE.REFUSED);
  const [victim] = (await outputOf("pgrep", "-P", String(child.pid))).trim().split("\n").map(Number);
  Deno.kill(victim!, "SIGKILL");
  await child.line(/: error: the reload is taken back: worker [12] has died \(SIGKILL\); going on with the former/);
  await child.line(/serves in the place of the one that died$/);
  for (let i = 0; i < 16; i++) assertEquals(await rcodeOf(address), RCODE.NOERROR);
});

testWithWorkers("reloads that are asked for faster than they can be made lose no query", async () => {
  await using upstream = new UdpServer(({ octets }) => courseResolver(octets));
  using file = new ConfigFile();
  file.write(configText(upstream.address));
  await using child = start(file, FOR_WORKERS, [...TWO_WORKERS, "--cache-size", "0"]);
  await child.line(/: 2 workers serve$/);
  const address = await child.address();
  let isOver = false;
  const asking = Array.from({ length: 8 }, async () => {
    let count = 0;
    for (; !isOver; count++) assertEquals(await rcodeOf(address), RCODE.NOERROR);
    return count;
  });
  for (let i = 0; i < STORM_COUNT; i++) {
    file.write(configText(upstream.address, { server: `timeout = "${1000 + i}ms"` }));
    Deno.kill(child.pid, "SIGHUP");
    await new Promise((resolve) => setTimeout(resolve, STORM_EVERY_MS));
  }
  await child.line(new RegExp(`server\\.timeout: \\d+ → ${1000 + STORM_COUNT - 1}$`));
  isOver = true;
  const counts = await Promise.all(asking);
  assert(counts.every((count) => count > 0));
  child.signal("SIGTERM");
  const { exitCode, lines } = await child.end();
  assertEquals([exitCode, lines.filter((line) => line.includes("error"))], [0, []]);
});
