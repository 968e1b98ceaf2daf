import { assertEquals, assertStrictEquals } from "@std/assert";
import { BufferPool } from "../../../../lib/base/octets/buffers.ts";
import { ReadAhead, type SendQueue } from "../../../../lib/server/listen/udp/read_ahead.ts";
import { FakeSocket, udp } from "../../../support/fake_socket.ts";
import { settled } from "../../../support/fake_time.ts";
import { CLIENT_ADDRESS } from "../../../support/resolving.ts";

const OTHER_CLIENT = udp("198.51.100.8", 40_001);

/** Sends nothing. */
const NOTHING_QUEUED: SendQueue = { sendNext: () => null, sent: () => {} };

/** Reads ahead, and notes what the datagrams of each burst begin with. */
function setUp(onDatagram: (ahead: ReadAhead, i: number) => void = () => {}, sendQueue = NOTHING_QUEUED) {
  const socket = new FakeSocket();
  const bursts: number[][] = [];
  const ahead = new ReadAhead({
    socket,
    buffers: new BufferPool(512),
    sendQueue,
    onBurst: (count) => {
      bursts.push(Array.from({ length: count }, (_, i) => ahead.datagram(i)[0]!));
      for (let i = 0; i < count; i++) onDatagram(ahead, i);
    },
  });
  const failures: string[] = [];
  const run = () => void ahead.run().catch((error: Error) => failures.push(error.message));
  run();
  return { socket, bursts, ahead, failures, run };
}

function deliver(socket: FakeSocket, ...firstOctets: number[]): void {
  for (const first of firstOctets) socket.deliver(datagram(first), CLIENT_ADDRESS);
}

function datagram(first: number, flags = 0x01): Uint8Array<ArrayBuffer> {
  return new Uint8Array([first, 0, flags, 0]);
}

Deno.test("ReadAhead hands over together what has come together, and a lone datagram at once", async () => {
  const { socket, bursts } = setUp();
  deliver(socket, 1, 2, 3);
  await settled();
  assertEquals(bursts, [[1, 2, 3]]);
  deliver(socket, 4);
  await settled();
  deliver(socket, 5);
  await settled();
  assertEquals(bursts, [[1, 2, 3], [4], [5]]);
});

Deno.test("ReadAhead hands over 16 datagrams at most, in the order in which they have come", async () => {
  const { socket, bursts } = setUp();
  const all = Array.from({ length: 40 }, (_, i) => i);
  deliver(socket, ...all);
  await settled();
  assertEquals(bursts.map(({ length }) => length), [16, 16, 8]);
  assertEquals(bursts.flat(), all);
});

Deno.test("ReadAhead.peer() is who sent the datagram, the same object each time", async () => {
  const peers: unknown[] = [];
  const { socket } = setUp((ahead, i) => peers.push(ahead.peer(i)));
  for (const client of [CLIENT_ADDRESS, OTHER_CLIENT, { ...CLIENT_ADDRESS }]) socket.deliver(datagram(1), client);
  await settled();
  assertEquals(peers, [CLIENT_ADDRESS, OTHER_CLIENT, CLIENT_ADDRESS]);
  assertStrictEquals(peers[0], peers[2]);
});

Deno.test("ReadAhead.keep() leaves a datagram its octets until it is released, whatever comes in", async () => {
  const kept: { view: Uint8Array; first: number; release: () => void }[] = [];
  const { socket } = setUp((ahead, i) => {
    const view = ahead.datagram(i);
    if (view[0]! % 2 === 0) kept.push({ view, first: view[0]!, release: ahead.keep(i) });
  });
  for (let round = 0; round < 20; round++) {
    deliver(socket, ...Array.from({ length: 1 + round % 7 }, (_, i) => round * 8 + i));
    await settled();
    for (const { view, first } of kept) assertEquals(view[0], first);
    if (round % 3 === 0) { for (const { release } of kept.splice(0, kept.length >> 1)) release(); }
  }
});

Deno.test("ReadAhead loses nothing of what does not look as if it had come: it is in the next burst", async () => {
  const { socket, bursts } = setUp();
  socket.deliver(datagram(1), CLIENT_ADDRESS);
  socket.deliver(datagram(2, 0xff), CLIENT_ADDRESS);
  socket.deliver(new Uint8Array([3]), CLIENT_ADDRESS);
  deliver(socket, 4, 5);
  await settled();
  assertEquals(bursts, [[1], [2], [3, 4, 5]]);
});

Deno.test("ReadAhead.run() hands over what came before a failed receive, and goes on when it is called again", async () => {
  const { socket, bursts, failures, run } = setUp();
  deliver(socket, 1, 2);
  socket.failReceive(new Error("Connection reset"));
  deliver(socket, 3);
  await settled();
  assertEquals([bursts, failures], [[[1, 2]], ["Connection reset"]]);
  run();
  await settled();
  assertEquals([bursts, failures], [[[1, 2], [3]], ["Connection reset"]]);
  deliver(socket, 4, 5);
  await settled();
  assertEquals(bursts.slice(2), [[4, 5]]);
});

Deno.test("ReadAhead.run() ends with the socket, also when its burst has closed it", async () => {
  const { socket, bursts, failures } = setUp(() => socket.close());
  deliver(socket, 1, 2);
  await settled();
  assertEquals([bursts, failures], [[[1, 2]], ["socket is closed"]]);
});

Deno.test("ReadAhead.run() loses nothing when the receive that failed had something in its buffer", async () => {
  const { socket, bursts, failures, run } = setUp();
  deliver(socket, 1);
  await settled();
  // The first of these wakes, so the failed one looks as if it had brought something, and another is begun behind it.
  deliver(socket, 2, 3);
  socket.failReceive(new Error("Message too long"), datagram(9));
  deliver(socket, 4, 5);
  await settled();
  assertEquals([bursts, failures], [[[1], [2, 3]], ["Message too long"]]);
  run();
  await settled();
  deliver(socket, 6);
  await settled();
  assertEquals(bursts.flat(), [1, 2, 3, 4, 5, 6]);
  assertEquals(failures, ["Message too long"]);
});

Deno.test("ReadAhead.run() survives receives that fail one after the other, whatever was under way", async () => {
  const { socket, bursts, failures, run } = setUp();
  for (const failing of ["a", "b", "c"]) {
    deliver(socket, 1);
    socket.failReceive(new Error(failing), datagram(9));
    socket.failReceive(new Error(`${failing} again`), datagram(9));
    await settled();
    run();
    await settled();
    run();
    await settled();
  }
  deliver(socket, 2, 3);
  await settled();
  assertEquals(bursts, [[1], [1], [1], [2, 3]]);
  assertEquals(failures, ["a", "a again", "b", "b again", "c", "c again"]);
});

Deno.test("ReadAhead.run() rejects with what a burst throws, and each datagram is looked at once", async () => {
  let isThrowing = true;
  const { socket, bursts, failures, run } = setUp(() => {
    if (isThrowing) throw new Error("a fault of ours");
  });
  deliver(socket, 1, 2);
  await settled();
  assertEquals([bursts, failures], [[[1, 2]], ["a fault of ours"]]);
  isThrowing = false;
  run();
  deliver(socket, 3, 4);
  await settled();
  assertEquals(bursts.flat(), [1, 2, 3, 4]);
  assertEquals(failures, ["a fault of ours"]);
});

/** A queue whose replies leave when the test says so. */
function setUpSendQueue() {
  const waiting: PromiseWithResolvers<void>[] = [];
  const outcomes: unknown[] = [];
  let leftCount = 0;
  const sendQueue: SendQueue = {
    sendNext: () => {
      if (leftCount === 0) return null;
      leftCount--;
      waiting.push(Promise.withResolvers<void>());
      return waiting.at(-1)!.promise;
    },
    sent: (error) => void outcomes.push(error),
  };
  return { ...setUp(() => leftCount++, sendQueue), waiting, outcomes };
}

Deno.test("ReadAhead sends what a burst leaves one after the other, and takes nothing meanwhile", async () => {
  const { socket, bursts, waiting, outcomes } = setUpSendQueue();
  deliver(socket, 1, 2);
  await settled();
  assertEquals(waiting.length, 1);
  deliver(socket, 3);
  waiting[0]!.resolve();
  await settled();
  assertEquals([bursts, waiting.length, outcomes], [[[1, 2]], 2, [null]]);
  const error = new Error("No route to host");
  waiting[1]!.reject(error);
  await settled();
  assertEquals([bursts, waiting.length, outcomes], [[[1, 2], [3]], 3, [null, error]]);
});

Deno.test("ReadAhead sends what a burst has left before it says that a receive has failed", async () => {
  const { socket, waiting, failures } = setUpSendQueue();
  deliver(socket, 1);
  socket.failReceive(new Error("Connection reset"), datagram(9));
  await settled();
  assertEquals([waiting.length, failures], [1, []]);
  waiting[0]!.resolve();
  await settled();
  assertEquals(failures, ["Connection reset"]);
});

Deno.test("ReadAhead.close() lets a receive fail that nobody waits for yet", async () => {
  const { socket, ahead, waiting, failures } = setUpSendQueue();
  deliver(socket, 1);
  await settled();
  ahead.close();
  socket.close();
  // A macrotask: an unhandled rejection would end the test here.
  await new Promise<void>((resolve) => setTimeout(resolve));
  waiting[0]!.resolve();
  await settled();
  assertEquals(failures, ["socket is closed"]);
});
