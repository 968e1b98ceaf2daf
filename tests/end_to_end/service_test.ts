// The program as a service: what it tells a service manager, here a scripted one.

import { assertEquals, assertMatch } from "@std/assert";
import { formatSocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { question, wire } from "../support/messages.ts";
import { CAN_RUN, ChildProgram, ROOT } from "./child_program.ts";
import { startProgram } from "./program.ts";
import { ServiceSocketReceiver } from "./service_socket.ts";
import { UdpClient } from "./udp_client.ts";

const QUERY = wire({ id: 0x1234, recursionDesired: true, questions: [question("example.org")] });
const NOTIFY_RIGHTS = "--allow-env=NOTIFY_SOCKET,WATCHDOG_USEC";

function testOnLinux(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs --allow-run, Linux)`, ignore: !CAN_RUN || Deno.build.os !== "linux", fn });
}

/** Starts the program with these rights beside the network's, and these variables beside ours. */
function start(rights: readonly string[], variables: Record<string, string>, ...args: string[]): ChildProgram {
  const command = [Deno.execPath(), "run", "--no-prompt", "--allow-net", ...rights, `${ROOT}/main.ts`, ...args];
  return new ChildProgram(command, { ...Deno.env.toObject(), ...variables });
}

testOnLinux("a service manager hears READY, the state, signs of life and STOPPING", async () => {
  await using manager = await ServiceSocketReceiver.listen("/tmp");
  const variables = { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: "200000" };
  const rights = [NOTIFY_RIGHTS, `--allow-write=${manager.path}`];
  await using child = start(rights, variables, "--listen", "127.0.0.1:0");
  await manager.line("READY=1");
  assertMatch(await manager.line("STATUS="), /^STATUS=serving 127\.0\.0\.1:\d+: 0 queries, /);
  // Who was told READY may ask at once.
  using client = new UdpClient(await child.address());
  assertEquals(decode(await client.ask(QUERY)).id, 0x1234);
  await manager.line("WATCHDOG=1");
  assertMatch(await manager.line("STATUS="), /: 1 queries, 1 replies, 0 questions in flight$/);
  child.signal("SIGTERM");
  await manager.line("STOPPING=1");
  const { exitCode, lines } = await child.end();
  assertEquals({ exitCode, warnings: lines.filter((line) => line.includes("service manager")) }, {
    exitCode: 0,
    warnings: [],
  });
});

testOnLinux("with the right to the network alone it serves, and says nothing of the service manager", async () => {
  await using manager = await ServiceSocketReceiver.listen("/tmp");
  await using child = start([], { NOTIFY_SOCKET: manager.path }, "--listen", "127.0.0.1:0");
  using client = new UdpClient(await child.address());
  assertEquals(decode(await client.ask(QUERY)).id, 0x1234);
  child.signal("SIGTERM");
  const { exitCode, lines } = await child.end();
  assertEquals({ exitCode, warnings: lines.filter((line) => line.includes("service manager")) }, {
    exitCode: 0,
    warnings: [],
  });
});

testOnLinux("a service manager that cannot be reached costs one line", async () => {
  const unreachable = [
    [[NOTIFY_RIGHTS], "/run/systemd/notify", /no permission to write there\. .* below \/run: .*Type=exec/],
    [
      [NOTIFY_RIGHTS, "--allow-write=/run"],
      "/tmp/notify",
      /\/tmp\/notify: no permission .* --allow-write=\/tmp\/notify$/,
    ],
    [[NOTIFY_RIGHTS, "--allow-write"], `${ROOT}/nowhere/notify`, /os error/],
    [[NOTIFY_RIGHTS, "--allow-write"], "@dns-forwarder/nobody", /os error/],
  ] as const;
  for (const [rights, path, reason] of unreachable) {
    await using child = start(rights, { NOTIFY_SOCKET: path, WATCHDOG_USEC: "20000" }, "--listen", "127.0.0.1:0");
    using client = new UdpClient(await child.address());
    assertEquals(decode(await client.ask(QUERY)).id, 0x1234);
    assertMatch(await child.line(/service manager/), reason);
    child.signal("SIGTERM");
    const { exitCode, lines } = await child.end();
    assertEquals({ exitCode, count: lines.filter((line) => line.includes("service manager")).length }, {
      exitCode: 0,
      count: 1,
    });
  }
});

testOnLinux("a service manager hears nothing of a start that fails", async () => {
  await using manager = await ServiceSocketReceiver.listen("/tmp");
  await using other = startProgram();
  const address = formatSocketAddress(other.address);
  const rights = [NOTIFY_RIGHTS, `--allow-write=${manager.path}`];
  await using failed = start(rights, { NOTIFY_SOCKET: manager.path }, "--listen", address);
  assertEquals((await failed.end()).exitCode, 1);
  await using served = start(rights, { NOTIFY_SOCKET: manager.path }, "--listen", "127.0.0.1:0");
  await served.address();
  // The first thing that is heard, and it is not the other's.
  await manager.line("READY=1");
  const status = await manager.line("STATUS=");
  assertEquals(status.includes(address), false);
});
