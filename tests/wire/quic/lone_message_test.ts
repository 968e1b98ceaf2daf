import { assertEquals } from "@std/assert";
import { LoneMessage } from "../../../lib/wire/quic/lone_message.ts";
import { toFrame } from "../../../lib/wire/stream_frames.ts";

const octets = (length: number) => Uint8Array.from({ length }, (_, i) => (7 * i) & 0xff);

Deno.test("LoneMessage has its message when all of it has come, in whatever pieces", () => {
  for (const length of [0, 1, 12, 3000, 65_535]) {
    const message = octets(length);
    const frame = toFrame(message);
    for (const size of length > 5000 ? [1000, 70_000] : [1, 2, 3, 100, 70_000]) {
      const lone = new LoneMessage();
      for (let i = 0; i < frame.length; i += size) {
        assertEquals(lone.message, null);
        lone.add(frame.slice(i, i + size));
      }
      assertEquals(lone.message, message);
      assertEquals([lone.isOverfull, lone.octetCount], [false, frame.length]);
    }
  }
});

Deno.test("LoneMessage knows when more comes than one message, and keeps none of it", () => {
  for (const rest of [1, 2, 500]) {
    const lone = new LoneMessage();
    lone.add(toFrame(octets(100)));
    lone.add(octets(rest));
    assertEquals([lone.isOverfull, lone.octetCount, lone.message], [true, 102 + rest, octets(100)]);
  }
  const long = new LoneMessage();
  long.add(toFrame(octets(65_535)));
  long.add(octets(70_000));
  assertEquals([long.isOverfull, long.message?.length], [true, 65_535]);
});
