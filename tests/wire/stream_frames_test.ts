import { assert, assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { StreamFrames, toFrame } from "../../lib/wire/stream_frames.ts";
import { WireFormatError } from "../../lib/wire/wire_format_error.ts";
import { hex } from "../support/messages.ts";
import { octets } from "./arbitraries.ts";

type Octets = Uint8Array<ArrayBuffer>;

/** Lets `chunk` come in, in as many reads as the space wants. Returns the messages that were whole by then. */
function feed(frames: StreamFrames, chunk: Octets): Octets[] {
  const messages: Octets[] = [];
  for (let offset = 0; offset < chunk.length;) {
    const space = frames.space();
    assert(space.length > 0, "there is always room for more");
    const part = chunk.subarray(offset, offset + space.length);
    space.set(part);
    frames.filled(part.length);
    offset += part.length;
    for (let message = frames.take(); message !== null; message = frames.take()) messages.push(message);
  }
  return messages;
}

Deno.test("[1035_06] StreamFrames.take() gives each message without its length, and null until it is whole", () => {
  const frames = new StreamFrames();
  assertEquals(frames.take(), null);
  assertEquals(feed(frames, hex("00")), []);
  assertEquals(feed(frames, hex("03 0102")), []);
  assertEquals(feed(frames, hex("03 0001 ff 0002")), [hex("010203"), hex("ff")]);
  assertEquals(feed(frames, hex("aabb")), [hex("aabb")]);
});

Deno.test("[1035_06] StreamFrames.take() throws at a length of zero, after the messages before it", () => {
  const frames = new StreamFrames();
  frames.space().set(hex("0001 ff 0000 0001 aa"));
  frames.filled(8);
  assertEquals(frames.take(), hex("ff"));
  assertThrows(() => frames.take(), WireFormatError, "length 0");
});

for (const length of [1, 1021, 1022, 1023, 4094, 65_534, 65_535]) {
  Deno.test(`StreamFrames takes a message of ${length} octets, and what follows it`, () => {
    const frames = new StreamFrames();
    const long = new Uint8Array(length).fill(0x5a);
    assertEquals(feed(frames, concat([toFrame(long), toFrame(hex("01")), toFrame(long)])), [long, hex("01"), long]);
  });
}

Deno.test("StreamFrames.take() gives copies: what comes in later does not change them", () => {
  const frames = new StreamFrames();
  const [first] = feed(frames, hex("0002 aaaa")) as [Octets];
  feed(frames, hex("0002 bbbb"));
  assertEquals(first, hex("aaaa"));
});

Deno.test("StreamFrames.lend() gives views of what has come, one behind the other, until more comes in", () => {
  const frames = new StreamFrames();
  frames.space().set(hex("0002 aaaa 0002 bbbb 0002 cc"));
  frames.filled(11);
  const lent = [frames.lend()!, frames.lend()!];
  assertEquals([...lent, frames.lend()], [hex("aaaa"), hex("bbbb"), null]);
  assert(lent[0]!.buffer === lent[1]!.buffer);
  // Who edits one does not touch another.
  lent[0]!.fill(0xff);
  assertEquals(lent[1], hex("bbbb"));
  frames.space().set(hex("dd"));
  frames.filled(1);
  assertEquals([frames.take(), frames.take()], [hex("ccdd"), null]);
});

Deno.test("toFrame() is the length in two octets and the message, in a buffer of its own", () => {
  const message = hex("0102030405060708090a0b0c");
  const frame = toFrame(message);
  assertEquals(frame, hex("000c 0102030405060708090a0b0c"));
  assert(frame.buffer !== message.buffer);
  assertEquals([toFrame(new Uint8Array(0)), toFrame(new Uint8Array(0xffff)).subarray(0, 2)], [
    hex("0000"),
    hex("ffff"),
  ]);
});

const messages = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: octets(1, 40) },
    { weight: 2, arbitrary: octets(900, 1200) },
    { weight: 1, arbitrary: fc.constantFrom(4094, 16_384, 0xffff).map((length) => new Uint8Array(length).fill(7)) },
  ),
  { maxLength: 12 },
);
/** Sizes of the pieces in which a stream comes, over and over. */
const pieces = fc.array(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 3000 })), { minLength: 1 });

Deno.test("StreamFrames gives the same messages in whatever pieces the stream comes", () => {
  fc.assert(fc.property(messages, pieces, (messages, pieces) => {
    const stream = concat(messages.map(toFrame));
    const frames = new StreamFrames();
    const taken: Octets[] = [];
    for (let i = 0, offset = 0; offset < stream.length; i++) {
      const end = offset + pieces[i % pieces.length]!;
      taken.push(...feed(frames, stream.slice(offset, end)));
      offset = end;
    }
    assertEquals(taken, messages);
  }));
});

Deno.test("StreamFrames keeps a message that is cut at any octet until the rest has come", () => {
  const message = hex("000102030405060708090a0b");
  const frame = toFrame(message);
  for (let cut = 1; cut < frame.length; cut++) {
    const frames = new StreamFrames();
    assertEquals(feed(frames, frame.slice(0, cut)), []);
    assertEquals(feed(frames, frame.slice(cut)), [message]);
  }
});

Deno.test("StreamFrames gives the room for a long message back once that is taken", () => {
  const frames = new StreamFrames();
  const usual = frames.space().length;
  assertEquals(feed(frames, toFrame(new Uint8Array(0xffff))).length, 1);
  assertEquals(frames.space().length, usual);
});
