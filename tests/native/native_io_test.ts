import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { formatSocketAddress, type SocketAddress } from "../../lib/base/net/address.ts";
import { findDescriptor } from "../../lib/native/kernel/find_descriptor.ts";
import { openLibc } from "../../lib/native/kernel/libc.ts";
import { NativeIo } from "../../lib/native/native_io.ts";
import { udp } from "../support/fake_socket.ts";
import { NativeRig, nativeTest, pattern, take } from "../support/native.ts";
import { openPlain } from "../support/plain_socket.ts";

nativeTest("NativeIo is not made where a structure is not what it is thought to be, and leaves nothing open", () => {
  // As if msg_len were elsewhere: every datagram looks a little longer than it is.
  const libc = openLibc();
  const recvmmsg: typeof libc.recvmmsg = (fd, headers, count, flags, timeout) => {
    const received = libc.recvmmsg(fd, headers, count, flags, timeout);
    for (let i = 0; i < received; i++) (headers as Uint8Array)[i * 64 + 56]! ^= 1;
    return received;
  };
  assertThrows(
    () => new NativeIo(openPlain, { ...libc, recvmmsg }),
    Error,
    "the self-test failed: datagram 0 arrives changed",
  );
});

nativeTest("NativeIo is not made where datagrams get lost", () => {
  const libc = openLibc();
  const sendmmsg = (_fd: number, _headers: unknown, count: number) => count;
  assertThrows(
    () => new NativeIo(openPlain, { ...libc, sendmmsg, poll: () => 0 }),
    Error,
    "the self-test failed: 4 datagrams of 4 do not arrive",
  );
});

nativeTest("NativeIo.openDatagram() throws what the plain way throws for a port that is taken", () => {
  using rig = new NativeRig();
  const { port } = rig.open("127.0.0.1").address;
  assertThrows(() => rig.open("127.0.0.1", "clients", port), Deno.errors.AddrInUse);
});

nativeTest("NativeIo.openDatagram() gives a plain socket where the descriptor cannot be found, and says so", () => {
  let isHidden = false;
  using rig = new NativeRig((libc) => ({
    getsockname: (fd, name, length) => isHidden ? -1 : libc.getsockname(fd, name, length),
  }));
  isHidden = true;
  const socket = rig.io.openDatagram(udp("127.0.0.1", 0), "clients");
  assertEquals(socket.batch, undefined);
  assertEquals(
    rig.io.describe(),
    "takes datagrams one by one on some sockets: Cannot find the socket among the open files",
  );
  socket.close();
});

nativeTest("NativeIo.describe() tells how much the kernel keeps", () => {
  using rig = new NativeRig();
  const octets = rig.open("127.0.0.1").batch.receiveBufferOctets;
  assert(octets >= 212_992, "no less than the kernel's default");
  assertEquals(
    rig.io.describe(),
    `takes datagrams in batches of up to 32, the kernel keeps up to ${octets >> 10} KiB for each listener`,
  );
});

nativeTest(
  "NativeIo.openSharedDatagram() binds several sockets to one address, and every datagram reaches one of them",
  () => {
    using rig = new NativeRig();
    const address = freeAddress();
    const sharers = [rig.openShared(address), rig.openShared(address)];
    assertEquals(
      sharers.map((sharer) => formatSocketAddress(sharer.address)),
      Array(2).fill(formatSocketAddress(address)),
    );
    const clients = Array.from({ length: 40 }, () => rig.open("127.0.0.1", "upstreams"));
    for (const client of clients) {
      client.batch.queue(pattern(20), address);
      assertEquals(client.batch.flush(), 0);
    }
    const counts = sharers.map((sharer) => {
      const count = sharer.batch.receive();
      for (let i = 0; i < count; i++) sharer.batch.queue(sharer.batch.datagram(i), sharer.batch.peer(i));
      assertEquals(sharer.batch.flush(), 0);
      return count;
    });
    assertEquals(counts[0]! + counts[1]!, 40);
    assert(counts.every((count) => count > 0), "the kernel spreads by the client's address");
    for (const client of clients) assertEquals(take(client, 1)[0]!.peer.port, address.port);
  },
);

nativeTest("NativeIo.openSharedDatagram() says when the address is somebody's own", () => {
  using rig = new NativeRig();
  const { address } = rig.open("127.0.0.1");
  assertThrows(() => rig.openShared(address), Error, "Cannot bind again: errno 98");
});

nativeTest("findDescriptor() tells sockets apart that differ in address or protocol alone", () => {
  using rig = new NativeRig();
  const stream = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = stream.addr as Deno.NetAddr;
  assertEquals(findDescriptor(rig.libc, udp("127.0.0.1", port)), -1);
  const sockets = ["127.0.0.1", "127.0.0.2"].map((hostname) => rig.open(hostname, "clients", port));
  const descriptors = sockets.map(({ address }) => findDescriptor(rig.libc, address));
  assertEquals(new Set(descriptors).size, 2);
  assert(!descriptors.includes(-1));
  assertEquals(findDescriptor(rig.libc, udp("127.0.0.3", port)), -1);
  stream.close();
});

for (const hostname of ["127.0.0.1", "0.0.0.0"]) {
  nativeTest(
    `NativeSocket.receive() on ${hostname} waits, writes into the buffer, cuts, and ends with close()`,
    async () => {
      using rig = new NativeRig();
      const [a, b] = [rig.open("127.0.0.1"), rig.open(hostname)];
      const target = udp("127.0.0.1", b.address.port);
      const buffer = new Uint8Array(100);
      for (const length of [0, 50, 100, 1000]) {
        const received = b.receive(buffer);
        await a.send(pattern(length), target);
        const [datagram, peer] = await received;
        assertEquals(datagram, pattern(length).slice(0, 100));
        assertEquals([datagram.buffer === buffer.buffer, peer.port], [true, a.address.port]);
      }
      const last = b.receive(buffer);
      b.close();
      b.close();
      await assertRejects(() => last);
      // The port is free again.
      rig.open(hostname, "clients", b.address.port);
    },
  );
}

nativeTest("NativeSocket.send() rejects what the operating system will not send", async () => {
  using rig = new NativeRig();
  const socket = rig.open("127.0.0.1");
  await assertRejects(() => socket.send(pattern(20), udp("127.0.0.1", 0)), Error, "would not send");
});

/** An address that nobody had a moment ago. */
function freeAddress(): SocketAddress {
  const socket = openPlain(udp("127.0.0.1", 0));
  socket.close();
  return socket.address;
}
