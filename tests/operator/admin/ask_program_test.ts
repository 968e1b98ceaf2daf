import { assertEquals, assertRejects } from "@std/assert";
import { Log } from "../../../lib/observe/log.ts";
import { AdminError } from "../../../lib/operator/admin/admin_error.ts";
import { AdminServer } from "../../../lib/operator/admin/admin_server.ts";
import { askProgram, UnreachableError } from "../../../lib/operator/admin/ask_program.ts";
import { FakeLocalSockets } from "../../support/fake_local_sockets.ts";
import { FakeTime, settled } from "../../support/fake_time.ts";

const PATH = "/run/dns-forwarder/admin.sock";

/** Asks whoever answers each connection with `text`. */
async function askWhoSays(text: string | null): Promise<unknown> {
  const sockets = new FakeLocalSockets();
  const time = new FakeTime();
  const listener = await sockets.listen(PATH);
  const asked = askProgram(sockets, time, PATH, { command: "status" });
  const stream = await listener.accept();
  await settled();
  if (text === null) stream.close();
  else await stream.write(new TextEncoder().encode(text));
  return await asked.finally(() => assertEquals(time.armedCount, 0));
}

Deno.test("askProgram() brings what the program answers", async () => {
  const sockets = new FakeLocalSockets();
  const time = new FakeTime();
  const log = new Log({ level: "info", writeLine: () => {} });
  const handle = ({ command }: { command: string }) => {
    return command === "reload" ? Promise.reject(new AdminError("no file")) : Promise.resolve({ command });
  };
  const server = new AdminServer({ socket: await sockets.listen(PATH), handle, timers: time, log });
  server.run();
  assertEquals(await askProgram(sockets, time, PATH, { command: "status" }), { command: "status" });
  await assertRejects(() => askProgram(sockets, time, PATH, { command: "reload" }), AdminError, "no file");
  server.stop();
  await settled();
  assertEquals(time.armedCount, 0);
});

Deno.test("askProgram() says that it cannot reach the program, and why", async () => {
  const sockets = new FakeLocalSockets();
  for (const reason of ["there is no such socket or folder", "the operating system forbids it"]) {
    sockets.forbidden.set(PATH, reason);
    const asked = () => askProgram(sockets, new FakeTime(), PATH, { command: "status" });
    await assertRejects(asked, UnreachableError, `Cannot reach the program at ${PATH}: ${reason}`);
  }
});

for (
  const [what, text, message] of [
    ["hangs up", null, "has hung up without an answer"],
    ["says something else", "SSH-2.0-OpenSSH\n", "is not this program"],
    ["says null", "null\n", "is not this program"],
    ["says another object", '{"ok":"yes"}\n', "is not this program"],
  ] as const
) {
  Deno.test(`askProgram() says so when whoever listens there ${what}`, async () => {
    await assertRejects(() => askWhoSays(text), UnreachableError, message);
  });
}

Deno.test("askProgram() gives up on a program that does not answer", async () => {
  const sockets = new FakeLocalSockets();
  const time = new FakeTime();
  const listener = await sockets.listen(PATH);
  const asked = askProgram(sockets, time, PATH, { command: "status" });
  await listener.accept();
  await settled();
  const failed = assertRejects(() => asked, UnreachableError, "does not answer");
  await time.passAndSettle(60_000);
  await failed;
});
