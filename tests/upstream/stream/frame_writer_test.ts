import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { FrameWriter } from "../../../lib/upstream/stream/frame_writer.ts";
import { uint16At } from "../../../lib/wire/octets.ts";
import { FakeStream } from "../../support/fake_stream.ts";
import { fakeDeadlines, settled } from "../../support/fake_time.ts";

function rig() {
  const { time, deadlines } = fakeDeadlines();
  const socket = new FakeStream();
  const errors: unknown[] = [];
  const onError = (error: unknown) => void errors.push(error);
  return { socket, errors, writer: new FrameWriter({ socket, deadlines, clock: time, gathering: null, onError }) };
}

/** Messages of these lengths. */
function messages(...lengths: readonly number[]) {
  return lengths.map((length, i) => new Uint8Array(length).fill(i + 1));
}

Deno.test("FrameWriter writes messages whole and in order with IDs of their own, however long they are and slow the other side is", async () => {
  const { socket, writer, errors } = rig();
  socket.writeOctetsMax = 1000;
  const sent = messages(12, 3000, 40, 65_535, 12);
  for (const [i, message] of sent.entries()) writer.write(message, 0x0100 * (i + 1));
  await settled();
  socket.writeOctetsMax = Infinity;
  const more = messages(100, 5000);
  for (const [i, message] of more.entries()) writer.write(message, 0x4000 + i);
  for (let i = 0; i < 10; i++) await settled();
  const ids = [0x0100, 0x0200, 0x0300, 0x0400, 0x0500, 0x4000, 0x4001];
  assertEquals(socket.messages.map((octets) => uint16At(octets, 0)), ids);
  assertEquals(socket.messages.map((octets) => octets.slice(2)), [...sent, ...more].map((octets) => octets.slice(2)));
  assertEquals(errors, []);
});

Deno.test("FrameWriter writes what has come while it was busy in one piece", async () => {
  const { socket, writer } = rig();
  socket.writeOctetsMax = 0;
  writer.write(new Uint8Array(20), 1);
  await settled();
  writer.write(new Uint8Array(20), 2);
  writer.write(new Uint8Array(20), 3);
  await settled();
  socket.drain();
  await settled();
  assertEquals(socket.writes.map(({ length }) => length), [22, 44]);
  assertEquals(concat(socket.writes).length, 66);
});

Deno.test("FrameWriter tells once that writing fails, and forgets what waits when it is stopped", async () => {
  const { socket, writer, errors } = rig();
  socket.fail(new Error("Connection reset"));
  writer.write(new Uint8Array(20), 1);
  await settled();
  assertEquals(errors.length, 1);
  const other = rig();
  other.writer.write(new Uint8Array(20), 1);
  other.writer.stop();
  await settled();
  assertEquals([other.socket.writes.length, other.errors.length], [0, 0]);
});
