import { assertEquals } from "@std/assert";
import type { ByteStream } from "../../../lib/base/net/byte_stream.ts";
import { BUFFER_OCTETS, BUFFERS_MAX } from "../../../lib/telemetry/dnstap/frame_buffers.ts";
import { CONTENT_TYPE, CONTROL } from "../../../lib/telemetry/dnstap/control_frames.ts";
import {
  FAREWELL_MS,
  FLUSH_MS,
  FrameStream,
  HANDSHAKE_MS,
  RETRY_MAX_MS,
  WRITE_MS,
} from "../../../lib/telemetry/dnstap/frame_stream.ts";
import { putUint32 } from "../../../lib/wire/octets.ts";
import { type HeardFrame, StreamReader } from "../../support/dnstap_frames.ts";
import { FakeStream } from "../../support/fake_local_sockets.ts";
import { FakeTime, settled } from "../../support/fake_time.ts";

/** A stream to somebody who may be there, or not. */
function setUp(there: boolean | "silent" = true) {
  const time = new FakeTime();
  const lines: string[] = [];
  /** Of each connection, the side of whoever reads. */
  const readers: FakeStream[] = [];
  const state: { there: boolean | "silent"; attempts: number; latest: FakeStream | null } = {
    there,
    attempts: 0,
    latest: null,
  };
  const connect = (): Promise<ByteStream> => {
    state.attempts++;
    if (state.there === "silent") return new Promise(() => {});
    if (!state.there) return Promise.reject(new Error("nobody listens there"));
    const [near, far] = FakeStream.pair();
    readers.push(far);
    state.latest = near;
    return Promise.resolve(near);
  };
  const log = { info: (line: string) => void lines.push(line), warn: (line: string) => void lines.push(line) };
  const stream = new FrameStream({ connect, to: "unix:/run/dnstap.sock", clock: time, timers: time, log });
  const put = (text: string, octets = text.length): boolean => {
    const buffer = stream.buffers.room(4 + octets);
    if (buffer === null) return false;
    putUint32(buffer.octets, buffer.end, octets);
    buffer.octets.set(new TextEncoder().encode(text), buffer.end + 4);
    stream.buffers.put(buffer, buffer.end + 4 + octets);
    return true;
  };
  const reader = async (): Promise<StreamReader> => {
    await settled();
    return new StreamReader(readers.at(-1)!);
  };
  return { time, lines, stream, state, readers, reader, put };
}

function told(frame: HeardFrame | null): string | number | null {
  return frame === null ? null : "payload" in frame ? new TextDecoder().decode(frame.payload) : frame.control;
}

Deno.test("FrameStream says READY, begins when it is accepted, sends what is put in time, and says STOP at the end", async () => {
  const { stream, reader, put, time, lines } = setUp();
  const heard = await reader();
  const [ready, start] = await heard.accept();
  const type = [0, 0, 0, 1, 0, 0, 0, CONTENT_TYPE.length, ...new TextEncoder().encode(CONTENT_TYPE)];
  assertEquals(ready, { control: CONTROL.ready, body: Uint8Array.from(type) });
  assertEquals(start, { control: CONTROL.start, body: Uint8Array.from(type) });
  put("one");
  put("two");
  await time.passAndSettle(FLUSH_MS);
  assertEquals([told(await heard.next()), told(await heard.next())], ["one", "two"]);
  put("three");
  const stopped = stream.stop();
  assertEquals([told(await heard.next()), told(await heard.next())], ["three", CONTROL.stop]);
  await heard.say(CONTROL.finish);
  await stopped;
  assertEquals(time.armedCount, 0);
  assertEquals(told(await heard.next()), null);
  assertEquals(lines, ["dnstap: messages go to unix:/run/dnstap.sock"]);
  assertEquals([stream.buffers.frameCount, stream.buffers.droppedCount], [3, 0]);
});

Deno.test("FrameStream tries again when nobody is there, tells it once, and sends what has waited", async () => {
  const { reader, readers, put, time, lines, state } = setUp(false);
  put("early");
  await time.passAndSettle(10 * RETRY_MAX_MS);
  assertEquals(lines, [
    "dnstap: nobody reads at unix:/run/dnstap.sock: nobody listens there; trying on, and dropping what is too much",
  ]);
  // 250 ms, and twice as long each time, up to half a minute.
  assertEquals(state.attempts, 16);
  state.there = true;
  while (readers.length === 0) await time.passAndSettle(1000);
  const heard = await reader();
  await heard.accept();
  await time.passAndSettle(FLUSH_MS);
  assertEquals(told(await heard.next()), "early");
  assertEquals(lines.length, 2);
});

Deno.test("FrameStream drops and counts what finds no room, and takes no more memory for it", async () => {
  const { stream, put, time } = setUp(false);
  await time.passAndSettle(0);
  const octets = 1000;
  const fitting = BUFFERS_MAX * Math.floor(BUFFER_OCTETS / (4 + octets));
  for (let i = 0; i < fitting; i++) assertEquals(put("x", octets), true);
  for (let i = 0; i < 1000; i++) assertEquals(put("x", octets), false);
  assertEquals([stream.buffers.frameCount, stream.buffers.droppedCount], [fitting, 1000]);
});

Deno.test("FrameStream gives up whoever does not read, and sends the rest to the next one from a whole frame on", async () => {
  const { reader, readers, put, time, lines, state } = setUp();
  const first = await reader();
  await first.accept();
  state.latest!.isStuck = true;
  put("one");
  await time.passAndSettle(FLUSH_MS + WRITE_MS);
  assertEquals(
    lines.at(-1),
    "dnstap: nobody reads at unix:/run/dnstap.sock: what is there hangs; trying on, and dropping what is too much",
  );
  await time.passAndSettle(1000);
  assertEquals(readers.length, 2);
  const second = await reader();
  await second.accept();
  await time.passAndSettle(FLUSH_MS);
  assertEquals(told(await second.next()), "one");
});

Deno.test("FrameStream does not send a frame again that was written, nor a part of one", async () => {
  const { reader, put, time, state } = setUp();
  const first = await reader();
  await first.accept();
  const near = state.latest!;
  const write = near.write.bind(near);
  let room = 4 + 3 + 2;
  // Takes one frame and a part of the next, and then nothing.
  near.write = (octets) => {
    const count = Math.min(room, octets.length);
    room -= count;
    return count === 0 ? new Promise(() => {}) : write(octets.subarray(0, count));
  };
  put("one");
  put("two");
  await time.passAndSettle(FLUSH_MS + WRITE_MS + 1000);
  const second = await reader();
  await second.accept();
  await time.passAndSettle(FLUSH_MS);
  assertEquals(told(await second.next()), "two");
});

for (
  const [what, misbehave] of [
    ["says nothing", () => Promise.resolve()],
    ["reads something else", (reader: StreamReader) => reader.say(CONTROL.accept, "text:plain")],
    [
      "speaks another protocol",
      (_: StreamReader, far: FakeStream) => far.write(new TextEncoder().encode("HTTP/1.1 400")),
    ],
    ["hangs up", (_: StreamReader, far: FakeStream) => Promise.resolve(far.closeWrite())],
  ] satisfies [string, (reader: StreamReader, far: FakeStream) => Promise<unknown>][]
) {
  Deno.test(`FrameStream tries again, and tells it once, when whoever is there ${what}`, async () => {
    const { reader, readers, time, lines, stream } = setUp();
    await misbehave(await reader(), readers[0]!);
    await time.passAndSettle(HANDSHAKE_MS + 1000);
    assertEquals(readers.length > 1, true);
    assertEquals(lines.length, 1);
    const stopped = stream.stop();
    await time.passAndSettle(0);
    await stopped;
    assertEquals(time.armedCount, 0);
  });
}

Deno.test("FrameStream ends a connection on which the reader says that it has finished, and makes another", async () => {
  const { reader, readers, time } = setUp();
  const heard = await reader();
  await heard.accept();
  await heard.say(CONTROL.finish);
  await time.passAndSettle(1000);
  assertEquals([readers.length, told(await heard.next())], [2, null]);
});

for (
  const [what, there] of [
    ["nobody is there", false],
    ["connecting takes for ever", "silent"],
    ["whoever reads says no goodbye", true],
  ] as const
) {
  Deno.test(`FrameStream.stop() takes ${FAREWELL_MS} ms at most when ${what}`, async () => {
    const { stream, time, readers } = setUp(there);
    await time.passAndSettle(0);
    if (readers.length > 0) await new StreamReader(readers[0]!).accept();
    let isOver = false;
    void stream.stop().then(() => isOver = true);
    await time.passAndSettle(FAREWELL_MS);
    await settled();
    assertEquals([isOver, time.armedCount], [true, 0]);
  });
}
