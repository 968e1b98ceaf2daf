import { assert, assertEquals } from "@std/assert";
import { Log } from "../../../lib/observe/log.ts";
import { AdminError } from "../../../lib/operator/admin/admin_error.ts";
import {
  type AdminHandler,
  AdminServer,
  CLIENTS_MAX,
  IDLE_MS,
  LINE_OCTETS_MAX,
} from "../../../lib/operator/admin/admin_server.ts";
import { FakeListener, type FakeStream } from "../../support/fake_local_sockets.ts";
import { FakeTime, settled } from "../../support/fake_time.ts";

function setUp(handle: AdminHandler = ({ command }) => Promise.resolve(command)) {
  const time = new FakeTime();
  const lines: string[] = [];
  const socket = new FakeListener(() => {});
  const log = new Log({ level: "info", writeLine: (line) => void lines.push(line) });
  const server = new AdminServer({ socket, handle, timers: time, log });
  server.run();
  return { time, lines, socket, server };
}

async function send(stream: FakeStream, text: string): Promise<void> {
  await stream.write(new TextEncoder().encode(text));
  await settled();
}

/** What has come until now, a line each. */
async function received(stream: FakeStream): Promise<string[]> {
  await settled();
  const buffer = new Uint8Array(100_000);
  let text = "";
  for (;;) {
    const count = await Promise.race([stream.read(buffer), settled().then(() => null)]);
    if (count === null) return text === "" ? [] : text.trimEnd().split("\n");
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
}

Deno.test("AdminServer answers each line with a line, in turn, however they are cut", async () => {
  const { socket, server, time } = setUp();
  const client = socket.connect();
  await send(client, '{"command":"sta');
  await send(client, 'tus"}\n{"command":"reload"}\r\n\n{"command":');
  await send(client, '"status"}\n');
  assertEquals(await received(client), [
    '{"ok":true,"result":"status"}',
    '{"ok":true,"result":"reload"}',
    '{"ok":false,"error":"a command is an object in JSON, on one line"}',
    '{"ok":true,"result":"status"}',
  ]);
  server.stop();
  await settled();
  assertEquals(time.armedCount, 0);
});

Deno.test("AdminServer answers a last line without an end when no more is to come", async () => {
  const { socket, server, time } = setUp();
  const [client, half] = [socket.connect(), socket.connect()];
  await send(client, '{"command":"status"}\n{"command":"reload"}');
  client.closeWrite();
  await send(half, '{"command":"rel');
  half.closeWrite();
  assertEquals(await received(client), ['{"ok":true,"result":"status"}', '{"ok":true,"result":"reload"}']);
  assertEquals(await received(half), ['{"ok":false,"error":"a command is an object in JSON, on one line"}']);
  assertEquals([client, half].map(({ peer }) => peer.isClosed), [true, true]);
  server.stop();
  await settled();
  assertEquals(time.armedCount, 0);
});

Deno.test("AdminServer tells the client why a command is not followed, and the operator of its own faults", async () => {
  const { socket, server, lines } = setUp(({ command }) => {
    return Promise.reject(
      command === "reload" ? new AdminError("there is no file") : new TypeError("x is not a function"),
    );
  });
  const client = socket.connect();
  await send(client, '{"command":"reload"}\n{"command":"status"}\n');
  assertEquals(await received(client), [
    '{"ok":false,"error":"there is no file"}',
    '{"ok":false,"error":"internal error, see the log"}',
  ]);
  assertEquals(lines.length, 1);
  assert(lines[0]!.includes("Cannot follow a command: TypeError: x is not a function"));
  server.stop();
});

Deno.test("AdminServer hangs up on who sends a line that is too long, and says so", async () => {
  const { socket, server } = setUp();
  const client = socket.connect();
  await send(client, "x".repeat(LINE_OCTETS_MAX + 1));
  assertEquals(await received(client), [`{"ok":false,"error":"a line has ${LINE_OCTETS_MAX} octets at most"}`]);
  assert(client.peer.isClosed);
  server.stop();
});

Deno.test("AdminServer takes the longest line, and octets that are no text", async () => {
  const { socket, server } = setUp();
  const client = socket.connect();
  await send(client, `${" ".repeat(LINE_OCTETS_MAX - 20)}{"command":"status"}\n`);
  await client.write(Uint8Array.of(0xff, 0xfe, 0x00, 0x0a));
  assertEquals(await received(client), [
    '{"ok":true,"result":"status"}',
    '{"ok":false,"error":"a command is an object in JSON, on one line"}',
  ]);
  server.stop();
});

Deno.test("AdminServer hangs up on who says nothing, half a line, or does not read", async () => {
  const { socket, server, time } = setUp(() => Promise.resolve("x".repeat(10_000)));
  const [silent, slow, deaf] = [socket.connect(), socket.connect(), socket.connect()];
  await settled();
  deaf.peer.isStuck = true;
  await send(slow, '{"command"');
  await send(deaf, '{"command":"status"}\n');
  await time.passAndSettle(IDLE_MS - 1);
  assertEquals([silent, slow, deaf].map(({ peer }) => peer.isClosed), [false, false, false]);
  await time.passAndSettle(1);
  assertEquals([silent, slow, deaf].map(({ peer }) => peer.isClosed), [true, true, true]);
  assertEquals(time.armedCount, 0);
  server.stop();
});

Deno.test("AdminServer lets a command take as long as it takes", async () => {
  const done = Promise.withResolvers<string>();
  const { socket, server, time } = setUp(() => done.promise);
  const client = socket.connect();
  await send(client, '{"command":"reload"}\n');
  await time.passAndSettle(10 * IDLE_MS);
  done.resolve("done");
  assertEquals(await received(client), ['{"ok":true,"result":"done"}']);
  server.stop();
});

Deno.test("AdminServer takes so many clients and no more, and others when these have gone", async () => {
  const { socket, server } = setUp();
  const clients = Array.from({ length: CLIENTS_MAX + 1 }, () => socket.connect());
  await settled();
  await settled();
  assertEquals(clients.map(({ peer }) => peer.isClosed), [...Array(CLIENTS_MAX).fill(false), true]);
  clients[0]!.close();
  await settled();
  const next = socket.connect();
  await send(next, '{"command":"status"}\n');
  assertEquals(await received(next), ['{"ok":true,"result":"status"}']);
  server.stop();
});

Deno.test("AdminServer goes on when a connection cannot be taken", async () => {
  const { socket, server, time } = setUp();
  await settled();
  socket.failAccept();
  await settled();
  await time.passAndSettle(1000);
  const client = socket.connect();
  await send(client, '{"command":"status"}\n');
  assertEquals(await received(client), ['{"ok":true,"result":"status"}']);
  server.stop();
});

Deno.test("AdminServer.stop() hangs up on everybody, also while it waits to go on", async () => {
  const { socket, server, time } = setUp();
  const client = socket.connect();
  await settled();
  socket.failAccept();
  await settled();
  server.stop();
  await settled();
  assert(client.peer.isClosed);
  assertEquals(time.armedCount, 0);
});
