// Promises of the files that only a service manager or a build server reads, and that nothing else here would miss.

import { assert, assertEquals, assertMatch } from "@std/assert";
import { ADMIN_COMMANDS } from "../lib/config/flags/admin_commands.ts";
import { QUERIES_COMMAND } from "../lib/config/flags/queries_command.ts";
import { TOKEN_COMMAND } from "../lib/config/flags/token_command.ts";
import { TOP_COMMAND } from "../lib/config/flags/top_command.ts";

const ROOT = new URL("../", import.meta.url);
const MAY_READ = Deno.permissions.querySync({ name: "read", path: ROOT }).state === "granted";

function testWithFiles(name: string, fn: () => void): void {
  Deno.test({ name: `${name} (needs --allow-read)`, ignore: !MAY_READ, fn });
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

testWithFiles("dns-forwarder.service is started again however often it has ended, but for a wrong flag", () => {
  const [, unit, service] = read("packaging/systemd/dns-forwarder.service").split(/^\[(?:Unit|Service)\]$/m);
  // systemd.unit(5): five starts in ten seconds are the most by default; then the service stays down.
  assertMatch(unit!, /^StartLimitIntervalSec=0$/m);
  // systemd.service(5): with on-failure, an end by SIGHUP, SIGINT, SIGTERM or SIGPIPE is a clean one.
  assertMatch(service!, /^Restart=always$/m);
  assertMatch(service!, /^RestartPreventExitStatus=2$/m);
});

testWithFiles(
  "dns-forwarder.service is reloaded by the signal that the program takes for it, if the file can be used",
  () => {
    // systemd.service(5): of several commands "the next one is executed only if the previous one did not fail".
    const unit = read("packaging/systemd/dns-forwarder.service");
    assertEquals(unit.match(/^ExecReload=.*$/gm), [
      "ExecReload=/usr/local/bin/dns-forwarder check-config $DNS_FORWARDER_FLAGS",
      "ExecReload=/bin/kill -HUP $MAINPID",
    ]);
  },
);

testWithFiles("dns-forwarder.service may execute what a portable file unpacks", () => {
  const unit = read("packaging/systemd/dns-forwarder.service");
  // Seen with systemd 257: the folder of a DynamicUser is an id-mapped mount, with noexec unless it is said.
  assertMatch(unit, /^Environment=DNS_FORWARDER_CACHE=(%C\/dns-forwarder)\n(?:#.*\n)*ExecPaths=\1$/m);
});

testWithFiles("workflows name each action by a commit, for a tag can be moved", () => {
  for (const { name } of Deno.readDirSync(new URL(".github/workflows", ROOT))) {
    const uses = read(`.github/workflows/${name}`).split("\n").filter((line) => line.includes("uses:"));
    assert(uses.length > 0, `${name} uses no action`);
    assertEquals(uses.filter((line) => !/ [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)), []);
  }
});

testWithFiles("no probe starts the program: that takes as much memory as the program itself", () => {
  for (const { name } of Deno.readDirSync(new URL("packaging/kubernetes", ROOT))) {
    const manifest = read(`packaging/kubernetes/${name}`);
    assertEquals(manifest.includes("livenessProbe:"), manifest.includes("containers:"), `${name} has no probe`);
    assertEquals(manifest.match(/exec: .*/), null, name);
  }
});

testWithFiles("node_local.yaml keeps DNS out of the connection table, and no update leaves the node without", () => {
  const manifest = read("packaging/kubernetes/node_local.yaml");
  for (const direction of ["daddr 169.254.20.11 .* th dport 53", "saddr 169.254.20.11 .* th sport 53"]) {
    assertMatch(manifest, new RegExp(`^ +ip ${direction} notrack$`, "m"));
  }
  // UDP through the Service would be tracked.
  assertMatch(manifest, /^ +- --resolver=tcp:\/\//m);
  // Two pods at one address: both must share it, and none may reserve it.
  assertMatch(manifest, /rollingUpdate: \{ maxUnavailable: 0, maxSurge: 1 \}/);
  assertMatch(manifest, /^ +- --reuse-port$/m);
  assertEquals(manifest.match(/containerPort|hostPort/), null);
});

testWithFiles("every command that talks to the running program may use files, from your_program.sh as well", () => {
  const commands = [...ADMIN_COMMANDS, TOP_COMMAND, QUERIES_COMMAND, TOKEN_COMMAND].map(({ name }) => name);
  const [, words] = /case \$\{1-\} in\s+([^)]*)\) return 0/.exec(read("your_program.sh"))!;
  const named = words!.split("|").map((word) => word.trim());
  assertEquals(commands.filter((name) => !named.includes(name)), []);
});
