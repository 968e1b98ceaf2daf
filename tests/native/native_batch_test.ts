// Batches on real sockets over the loopback: what only a kernel can show.

import { assert, assertEquals } from "@std/assert";
import { formatSocketAddress, isSameAddress } from "../../lib/base/net/address.ts";
import { SLOT_OCTETS } from "../../lib/native/datagram_slot.ts";
import { findDescriptor } from "../../lib/native/kernel/find_descriptor.ts";
import { C } from "../../lib/native/kernel/layout.ts";
import { getOption } from "../../lib/native/kernel/socket_options.ts";
import { udp } from "../support/fake_socket.ts";
import { HAS_IPV6, NativeRig, nativeTest, pattern, take } from "../support/native.ts";
import { openPlain } from "../support/plain_socket.ts";

/** Address of the one who asks, of the one who answers, and how the latter sees the former. */
const FAMILIES = [
  { name: "IPv4", asking: "127.0.0.1", answering: "127.0.0.1", asked: "127.0.0.1", seenAs: "127.0.0.1" },
  { name: "IPv6", asking: "::1", answering: "::1", asked: "::1", seenAs: "::1" },
  {
    name: "IPv4 on an IPv6 socket",
    asking: "127.0.0.1",
    answering: "::",
    asked: "127.0.0.1",
    seenAs: "::ffff:127.0.0.1",
  },
] as const;

for (const { name, asking, answering, asked, seenAs } of FAMILIES) {
  const options = { ignore: name !== "IPv4" && !HAS_IPV6 };

  nativeTest(`NativeBatch carries datagrams of every length to and fro: ${name}`, () => {
    using rig = new NativeRig();
    const [a, b] = [rig.open(asking, "upstreams"), rig.open(answering)];
    const target = udp(asked, b.address.port);
    const lengths = [0, 1, 2, 11, 12, 63, 64, 65, 255, 256, 257, 512, 1232, SLOT_OCTETS - 1, SLOT_OCTETS];
    for (const length of lengths) a.batch.queue(pattern(length), target);
    assertEquals(a.batch.flush(), 0);
    const queries = take(b, lengths.length);
    assertEquals(queries.map(({ octets }) => octets), lengths.map((length) => pattern(length)));
    for (const { octets, peer } of queries) {
      assertEquals([peer.hostname, peer.port], [seenAs, a.address.port]);
      b.batch.queue(octets.map((octet) => octet ^ 0xff), peer);
    }
    assertEquals(b.batch.flush(), 0);
    const replies = take(a, lengths.length);
    assertEquals(
      replies.map(({ octets }) => octets),
      lengths.map((length) => pattern(length).map((octet) => octet ^ 0xff)),
    );
    assert(replies.every(({ peer }) => isSameAddress(peer, target)));
  }, options);
}

nativeTest("NativeBatch cuts a datagram that is longer than a slot, and leaves its neighbours alone", async () => {
  using rig = new NativeRig();
  const b = rig.open("127.0.0.1");
  const sender = openPlain(udp("127.0.0.1", 0));
  const lengths = [100, SLOT_OCTETS + 1, 100, 65_507, 0, 100];
  for (const [i, length] of lengths.entries()) await sender.send(pattern(length, i), b.address);
  const taken = take(b, lengths.length).map(({ octets }) => octets);
  assertEquals(taken, lengths.map((length, i) => pattern(length, i).slice(0, SLOT_OCTETS)));
  sender.close();
});

nativeTest("NativeBatch.receive() takes what has come in portions of its size, then nothing, and never waits", () => {
  using rig = new NativeRig();
  const [a, b] = [rig.open("127.0.0.1"), rig.open("127.0.0.1")];
  assertEquals(b.batch.receive(), 0);
  for (let i = 0; i < 50; i++) a.batch.queue(pattern(20, i), b.address);
  assertEquals(a.batch.flush(), 0);
  b.batch.awaitDatagrams(5000);
  const portions = [b.batch.receive(), b.batch.receive(), b.batch.receive()];
  assertEquals(portions, [32, 18, 0]);
});

nativeTest("NativeBatch.peer() costs no new object for who asks again", () => {
  using rig = new NativeRig();
  const [a, b] = [rig.open("127.0.0.1"), rig.open("127.0.0.1")];
  for (let i = 0; i < 3; i++) a.batch.queue(pattern(20), b.address);
  a.batch.flush();
  const [first, second, third] = take(b, 3);
  assert(first!.peer === second!.peer && second!.peer === third!.peer);
});

nativeTest("NativeBatch.datagram() gives the same view again for a slot and a length", () => {
  using rig = new NativeRig();
  const [a, b] = [rig.open("127.0.0.1"), rig.open("127.0.0.1")];
  const views = [];
  for (let i = 0; i < 3; i++) {
    a.batch.queue(pattern(40, i), b.address);
    a.batch.flush();
    b.batch.awaitDatagrams(5000);
    assertEquals(b.batch.receive(), 1);
    views.push(b.batch.datagram(0));
    assertEquals(views[i], pattern(40, i));
  }
  assert(views[0] === views[1] && views[1] === views[2]);
});

nativeTest("NativeBatch.keep() leaves a datagram as it is, whatever comes in, until it is released", () => {
  using rig = new NativeRig();
  const [a, b] = [rig.open("127.0.0.1"), rig.open("127.0.0.1")];
  const kept: { view: Uint8Array; seed: number; release: () => void }[] = [];
  for (let seed = 0; seed < 50; seed++) {
    a.batch.queue(pattern(40, seed), b.address);
    a.batch.flush();
    b.batch.awaitDatagrams(5000);
    assertEquals(b.batch.receive(), 1);
    kept.push({ view: b.batch.datagram(0), seed, release: b.batch.keep(0) });
  }
  for (const { view, seed } of kept) assertEquals(view, pattern(40, seed));
  // What is released is used again, and nothing else is.
  const [released] = kept;
  released!.release();
  a.batch.queue(pattern(40, 99), b.address);
  a.batch.queue(pattern(40, 98), b.address);
  a.batch.flush();
  b.batch.awaitDatagrams(5000);
  const count = b.batch.receive();
  for (let i = 0; i < count; i++) b.batch.keep(i);
  for (let i = 0; i < 3; i++) {
    a.batch.queue(pattern(40, 97), b.address);
    a.batch.flush();
  }
  take(b, 3);
  for (const { view, seed } of kept.slice(1)) assertEquals(view, pattern(40, seed));
  assertEquals(released!.view, pattern(40, 97));
});

nativeTest("NativeBatch.queueSlot() sends what was written into the slot", () => {
  using rig = new NativeRig();
  const [a, b] = [rig.open("127.0.0.1"), rig.open("127.0.0.1")];
  for (let i = 0; i < 3; i++) {
    a.batch.slot.set(pattern(30 + i));
    a.batch.queueSlot(30 + i, b.address);
  }
  assertEquals(a.batch.flush(), 0);
  assertEquals(take(b, 3).map(({ octets }) => octets), [pattern(30), pattern(31), pattern(32)]);
});

nativeTest("NativeBatch.flush() tells how many are lost: out of reach, too long, of the wrong family", () => {
  using rig = new NativeRig();
  const [a, b] = [rig.open("127.0.0.1"), rig.open("127.0.0.1")];
  a.batch.queue(pattern(20, 1), b.address);
  a.batch.queue(pattern(20, 2), udp("127.0.0.1", 0));
  a.batch.queue(pattern(20, 3), udp("192.0.2.1", 53));
  a.batch.queue(pattern(20, 4), udp("2001:db8::1", 53));
  a.batch.queue(pattern(SLOT_OCTETS + 1), b.address);
  a.batch.queue(pattern(20, 5), b.address);
  // Bound to the loopback, and so without a way to the rest of the world.
  assertEquals(a.batch.flush(), 4);
  assertEquals(take(b, 2).map(({ octets }) => octets), [pattern(20, 1), pattern(20, 5)]);
  assertEquals(a.batch.flush(), 0);
});

nativeTest("NativeBatch does nothing once its socket is closed, whoever has the descriptor then", () => {
  using rig = new NativeRig();
  const [a, b] = [rig.open("127.0.0.1"), rig.open("127.0.0.1")];
  a.batch.queue(pattern(20), b.address);
  a.close();
  assertEquals([a.batch.flush(), a.batch.lost], [1, [0]], "what was queued has not left");
  const heir = rig.open("127.0.0.1");
  heir.batch.queue(pattern(20), heir.address);
  heir.batch.flush();
  assertEquals([a.batch.receive(), a.batch.droppedCount], [0, 0]);
  a.batch.queue(pattern(20), b.address);
  assertEquals(a.batch.flush(), 1);
  assertEquals(take(heir, 1).length, 1);
  assertEquals(b.batch.receive(), 0);
});

nativeTest("NativeBatch.droppedCount tells what the kernel dropped, also after the end", () => {
  let octets: number | null = null;
  using rig = new NativeRig((libc) => ({
    setsockopt: (fd, level, option, value, length) => {
      return libc.setsockopt(fd, level, option, octets === null ? value : new Uint32Array([octets]), length);
    },
  }));
  const a = rig.open("127.0.0.1");
  // As little as the kernel allows.
  octets = 1;
  const b = rig.open("127.0.0.1");
  assertEquals(b.batch.receiveBufferOctets, 2304);
  assertEquals(b.batch.droppedCount, 0);
  for (let i = 0; i < 200; i++) a.batch.queue(pattern(500), b.address);
  assertEquals(a.batch.flush(), 0);
  const received = b.batch.receive();
  assert(received > 0 && received < 64, `${received} datagrams fit`);
  assertEquals(b.batch.droppedCount, 200 - received);
  b.close();
  assertEquals(b.batch.droppedCount, 200 - received);
});

for (
  const { wildcard, asked, options } of [
    { wildcard: "0.0.0.0", asked: "127.0.0.2", options: {} },
    { wildcard: "::", asked: "127.0.0.2", options: { ignore: !HAS_IPV6 } },
    { wildcard: "::", asked: "::1", options: { ignore: !HAS_IPV6 } },
  ]
) {
  nativeTest(`2181_04: a socket on ${wildcard} answers from ${asked} when that was asked`, async () => {
    using rig = new NativeRig();
    const server = rig.open(wildcard);
    const client = openPlain(udp(asked.includes(":") ? "::1" : "127.0.0.1", 0));
    const target = udp(asked, server.address.port);
    // The first one wakes, the others are taken in a batch.
    const woken = server.receive(new Uint8Array(512));
    await client.send(pattern(20, 0), target);
    const [first, peer] = await woken;
    server.batch.queue(first, peer);
    for (let i = 1; i < 3; i++) await client.send(pattern(20, i), target);
    for (const { octets, peer } of take(server, 2)) server.batch.queue(octets, peer);
    assertEquals(server.batch.flush(), 0);
    for (let i = 0; i < 3; i++) {
      const [reply, from] = await client.receive(new Uint8Array(512));
      assertEquals([reply, formatSocketAddress(from)], [pattern(20, i), formatSocketAddress(target)]);
    }
    // Much later, too: the peer carries what is needed.
    await server.send(pattern(21), peer);
    const [, from] = await client.receive(new Uint8Array(512));
    assertEquals(formatSocketAddress(from), formatSocketAddress(target));
    client.close();
  }, options);
}

nativeTest("[9715_04] NativeIo opens sockets whose datagrams may not be fragmented, whatever ICMP says", () => {
  using rig = new NativeRig();
  for (const use of ["clients", "upstreams"] as const) {
    const fd = findDescriptor(rig.libc, rig.open("127.0.0.1", use).address);
    assertEquals(getOption(rig.libc, fd, C.SOL_IP, C.IP_MTU_DISCOVER), C.IP_PMTUDISC_PROBE);
  }
});
