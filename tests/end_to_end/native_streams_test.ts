// Connections of clients where the program waits for its sockets by itself, as only a process of its own shows it.

import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import type { SocketAddress } from "../../lib/base/net/address.ts";
import { decode } from "../../lib/wire/message.ts";
import { uint16At } from "../../lib/wire/octets.ts";
import { StreamFrames, toFrame } from "../../lib/wire/stream_frames.ts";
import { lines, question, wire } from "../support/messages.ts";
import { proxyHeader } from "../support/proxy_headers.ts";
import { CAN_RUN, ChildProgram, ROOT } from "./child_program.ts";
import { TcpClient } from "./tcp_client.ts";

const CAN_CALL = Deno.build.os === "linux" && Deno.permissions.querySync({ name: "ffi" }).state === "granted";
/** More octets of replies than the kernel keeps for both sides: the program has to wait with what is left. */
const MANY = 300_000;

function streamsTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `${name} (needs Linux, --allow-ffi and --allow-run)`, ignore: !CAN_RUN || !CAN_CALL, fn });
}

function start(...flags: string[]): ChildProgram {
  const rights = ["--no-prompt", "--allow-net", "--allow-ffi", `${ROOT}/main.ts`];
  return new ChildProgram([Deno.execPath(), "run", ...rights, "--io", "native", "--answer", "192.0.2.1", ...flags]);
}

function queryFor(id: number): Uint8Array<ArrayBuffer> {
  return wire({ id, recursionDesired: true, questions: [question("example.org")] });
}

/** The IDs of the next `count` replies, sorted. */
async function idsOf(client: TcpClient, count: number): Promise<number[]> {
  const ids: number[] = [];
  while (ids.length < count) ids.push(uint16At((await client.receive())!, 0));
  return ids.sort((a, b) => a - b);
}

streamsTest(
  "[7766_06] a client over TCP that has closed its side gets all that it has asked for, then the end",
  async () => {
    await using program = start("--listen", "127.0.0.1:0");
    const address = await program.address();
    using client = await TcpClient.connect(address);
    assertEquals(lines(decode(await client.ask(queryFor(1000))).answers), ["example.org. 60 IN A 192.0.2.1"]);
    const ids = Array.from({ length: 100 }, (_, i) => i);
    await client.send(concat(ids.map((id) => toFrame(queryFor(id)))));
    await client.closeWrite();
    assertEquals(await idsOf(client, ids.length), ids);
    assertEquals(await client.receive(), null);
  },
);

streamsTest("[9210_02] a client over TCP that reads late gets everything, and others meanwhile", async () => {
  await using program = start("--listen", "127.0.0.1:0");
  const address = await program.address();
  const { hostname, port } = address;
  const connection = await Deno.connect({ hostname, port });
  const frame = toFrame(queryFor(7));
  const asked = writeMany(connection, concat(new Array(1000).fill(frame)), MANY / 1000);
  using other = await TcpClient.connect(address);
  for (let id = 0; id < 20; id++) await other.ask(queryFor(id));
  assertEquals(await countReplies(connection, MANY), MANY);
  await asked;
  connection.close();
});

streamsTest("a proxy says over TCP for whom it asks, and who says nothing sensible is turned away", async () => {
  await using program = start("--listen", "127.0.0.1:0?proxy-protocol=127.0.0.0/8", "--allow", "192.0.2.0/24");
  const address = await program.address();
  for (const [client, rcode] of [["192.0.2.7", 0], ["198.51.100.7", 5]] as const) {
    using connection = await TcpClient.connect(address);
    const header = proxyHeader(client, 40_000);
    // In pieces: what is not there yet is waited for.
    await connection.send(header.slice(0, 5));
    await connection.send(header.slice(5));
    assertEquals(decode(await connection.ask(queryFor(1))).rcode, rcode);
  }
  await assertTurnedAway(address);
});

async function assertTurnedAway(address: SocketAddress): Promise<void> {
  using connection = await TcpClient.connect(address);
  await connection.send(toFrame(queryFor(1)));
  const reply = await connection.receive().catch(() => null);
  assertEquals(reply, null);
}

async function writeMany(connection: Deno.TcpConn, octets: Uint8Array<ArrayBuffer>, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    for (let sent = 0; sent < octets.length;) sent += await connection.write(octets.subarray(sent));
  }
}

async function countReplies(connection: Deno.TcpConn, wanted: number): Promise<number> {
  const frames = new StreamFrames();
  let count = 0;
  while (count < wanted) {
    const octets = await connection.read(frames.space());
    assert(octets !== null, `closed after ${count} replies`);
    frames.filled(octets);
    while (frames.lend() !== null) count++;
  }
  return count;
}
