import { assertEquals, assertStrictEquals } from "@std/assert";
import { BufferPool } from "../../lib/base/buffers.ts";
import { ReadAhead } from "../../lib/server/read_ahead.ts";
import { FakeSocket, udp } from "../support/fake_socket.ts";
import { settled } from "../support/fake_time.ts";
import { CLIENT } from "../support/resolving.ts";

const OTHER_CLIENT = udp("198.51.100.8", 40_001);

/** Reads ahead, and notes what the datagrams of each burst begin with. */
function setUp(onDatagram: (ahead: ReadAhead, i: number) => void = () => {}) {
  const socket = new FakeSocket();
  const bursts: number[][] = [];
  const ahead = new ReadAhead({
    socket,
    buffers: new BufferPool(512),
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
  for (const first of firstOctets) socket.deliver(datagram(first), CLIENT);
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
  for (const client of [CLIENT, OTHER_CLIENT, { ...CLIENT }]) socket.deliver(datagram(1), client);
  await settled();
  assertEquals(peers, [CLIENT, OTHER_CLIENT, CLIENT]);
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
  socket.deliver(datagram(1), CLIENT);
  socket.deliver(datagram(2, 0xff), CLIENT);
  socket.deliver(new Uint8Array([3]), CLIENT);
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
