import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Counters } from "../../../../lib/observe/counters.ts";
import { BatchSender } from "../../../../lib/server/listen/udp/batch_sender.ts";
import { CheckedTurns } from "../../../support/checked_turns.ts";
import { FakeBatchSocket } from "../../../support/fake_batch.ts";
import { udp } from "../../../support/fake_socket.ts";
import { settled } from "../../../support/fake_time.ts";
import { CLIENT_ADDRESS } from "../../../support/resolving.ts";

const OTHER_CLIENT = udp("198.51.100.8", 40_001);

function setUp() {
  const socket = new FakeBatchSocket();
  const sender = new BatchSender({ batch: socket.batch, turns: new CheckedTurns(), counters: new Counters() });
  return { socket, sender };
}

Deno.test("BatchSender.slot stands in the batch itself, and what is written there leaves as it is", async () => {
  const { socket, sender } = setUp();
  const reply = sender.slot.first(3);
  assertStrictEquals(reply.buffer, socket.batch.slot.buffer);
  reply.set([1, 2, 3]);
  sender.send(reply, CLIENT_ADDRESS);
  await settled();
  assertEquals(socket.sent, [{ octets: new Uint8Array([1, 2, 3]), to: CLIENT_ADDRESS }]);
});

Deno.test("BatchSender.slot is taken once another reply has left before the one that it was meant for", async () => {
  const { socket, sender } = setUp();
  const { slot } = sender;
  assertEquals(slot.isTaken, false);
  sender.send(new Uint8Array([9]), OTHER_CLIENT);
  assertEquals(slot.isTaken, true);
  sender.send(new Uint8Array([1, 2, 3]), CLIENT_ADDRESS);
  assertEquals(sender.slot.isTaken, false);
  await settled();
  assertEquals(socket.sent.map(({ octets, to }) => [[...octets], to]), [[[9], OTHER_CLIENT], [
    [1, 2, 3],
    CLIENT_ADDRESS,
  ]]);
});

Deno.test("BatchSender.slot is another one for the next reply", () => {
  const { socket, sender } = setUp();
  const [first, second] = [new Uint8Array(4096), new Uint8Array(4096)];
  let slot = first;
  Object.defineProperty(socket.batch, "slot", { get: () => slot });
  const before = sender.slot;
  sender.send(before.first(1), CLIENT_ADDRESS);
  slot = second;
  assert(sender.slot !== before);
  assertStrictEquals(sender.slot.octets.buffer, second.buffer);
});
